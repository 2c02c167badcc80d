"""Comptant follows every client from prospect to cash."""

__version__ = "0.1.0"
