"""Makes the demonstration hearing: its sound, its cues and its camera clip."""
