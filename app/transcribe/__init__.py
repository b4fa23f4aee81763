"""Speech to text: who said what, when, in which language. Reads files that grow, never touches a device."""
