"""Tables that banks export as CSV, each in its own way. Source: law-and-formats 14.5."""

from comptant.journey.payments.formats.csv.reading import NAME, read, recognises

__all__ = ["NAME", "read", "recognises"]
