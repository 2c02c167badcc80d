"""Deals on a board, moved and closed."""
