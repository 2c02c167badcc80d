"""Knocks at the public doors, counted before any firm is known; and forms that were sent once."""

from __future__ import annotations

from django.db import models

from comptant.ground.database.rows import FirmForeignKey, LightFirmModel
from comptant.ground.firms.models import Member


class Knock(models.Model):
    """How often one key knocked in its window of time. Holds hashes only: no address, no link."""

    key_hash = models.BinaryField(max_length=32, primary_key=True)
    until = models.DateTimeField()
    """The end of the window; after it the count starts anew."""
    count = models.IntegerField()


class SentForm(LightFirmModel):
    """A form that did what it asked: the same form sent again does nothing. Written with what it did, or not at all."""

    member = FirmForeignKey(Member, related_name="+")
    key = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta(LightFirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "member", "key"], name="sent_form_once")]
        indexes = [models.Index(fields=["firm", "at"], name="sent_form_by_age")]
