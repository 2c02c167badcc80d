"""What the API takes and gives, room by room."""
