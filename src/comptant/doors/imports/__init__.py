"""Files in: from bytes to checked, typed rows, or clear errors by line. Loading is another half."""
