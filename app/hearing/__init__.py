"""The record: what happened in a hearing, as law and evidence see it. No devices, no Qt, no files but the log."""
