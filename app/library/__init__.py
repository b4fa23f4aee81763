"""What is known of all hearings of this PC: projections that can be deleted and made again from the records."""
