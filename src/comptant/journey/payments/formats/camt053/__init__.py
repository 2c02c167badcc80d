"""ISO 20022 statements (camt.053) and notifications (camt.054), versions 02 to 13. Source: law-and-formats 14.1."""

from comptant.journey.payments.formats.camt053.reading import NAME, read, recognises

__all__ = ["NAME", "read", "recognises"]
