"""Synthetic speech for the demonstration and the tests: numpy and the system's espeak-ng alone."""
