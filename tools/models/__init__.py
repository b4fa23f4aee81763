"""Makes the small Vosk models that understand the demonstration's synthetic speech."""
