"""What asks to be done today, and what is expected."""
