"""What a recording is on disk: segments, their log, and the time of every frame. No devices."""
