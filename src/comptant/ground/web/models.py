"""Knocks at the public doors: a global table, counted before any firm is known."""

from __future__ import annotations

from django.db import models


class Knock(models.Model):
    """How often one key knocked in its window of time. Holds hashes only: no address, no link."""

    key_hash = models.BinaryField(max_length=32, primary_key=True)
    until = models.DateTimeField()
    """The end of the window; after it the count starts anew."""
    count = models.IntegerField()
