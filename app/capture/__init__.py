"""The recorder: sources, writers, the process that joins them, its guardian and its client. No text, no Qt."""
