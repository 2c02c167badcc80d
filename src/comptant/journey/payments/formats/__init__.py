"""How banks write: a folder a format, always with the same files."""
