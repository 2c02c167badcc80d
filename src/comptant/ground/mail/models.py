"""The outbox: letters waiting to leave, leaving, gone or failed, with what goes along."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel, LightFirmModel
from comptant.ground.deals.models import Deal
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Member
from comptant.ground.parties.models import Party


class State(models.TextChoices):
    """Where a letter is on its way."""

    WAITING = "waiting", _("waiting to leave")
    LEAVING = "leaving", _("leaving")
    LEFT = "left", _("has left")
    FAILED = "failed", _("has failed")


class Message(FirmModel):
    """A letter, written in the transaction of the act that sends it, so that both exist or neither does.

    ``key`` tells the same letter put twice. ``message_id`` never changes, so that a letter that had to be handed over a
    second time is known as the same by whoever receives it.
    """

    key = models.CharField(max_length=200)
    message_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    to = models.CharField(max_length=254)
    to_name = models.CharField(max_length=200, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    deal = FirmForeignKey(Deal, null=True, related_name="+")
    party = FirmForeignKey(Party, null=True, related_name="+")
    by = FirmForeignKey(Member, null=True, related_name="+")
    put_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    """While waiting: not before it."""
    claimed_at = models.DateTimeField(null=True)
    """When someone last took it to hand it over."""
    claimer = models.IntegerField(null=True)
    """Who: the number of the advisory lock they hold while they live."""
    left_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "key"], name="message_once"),
            models.UniqueConstraint(fields=["firm", "message_id"], name="message_id_once"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="message_state"),
            models.CheckConstraint(
                condition=models.Q(state="left", left_at__isnull=False)
                | ~models.Q(state="left") & models.Q(left_at=None),
                name="message_left_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm", "next_try_at", "id"],
                condition=models.Q(state__in=["waiting", "leaving"]),
                name="message_to_send",
            ),
            models.Index(fields=["firm", "claimed_at"], name="message_by_claim"),
            models.Index(fields=["firm", "deal"], name="message_by_deal"),
            models.Index(fields=["firm", "party"], name="message_by_party"),
        ]

    def __str__(self) -> str:
        return self.subject


class Attachment(LightFirmModel):
    """A document that goes along with a letter, in its place."""

    message = FirmForeignKey(Message, related_name="attachments")
    document = FirmForeignKey(Document, related_name="+")
    n = models.SmallIntegerField()

    class Meta(LightFirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "message", "n"], name="attachment_once")]
        indexes = [models.Index(fields=["firm", "document"], name="attachment_by_document")]
