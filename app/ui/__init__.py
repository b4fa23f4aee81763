"""The window. Qt lives here alone; it talks to the engine and owns nothing: no SQL, files, devices or law."""
