"""Checking a package that came from anywhere: nothing in it is believed before it is proved."""
