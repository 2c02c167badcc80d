"""Settings of the firm, members, search."""
