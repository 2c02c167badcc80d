"""The proof that a client agreed on their page: what they were shown, how we know it was they, what they said."""

from __future__ import annotations

from django.db import models

from comptant.ground.database.rows import FirmForeignKey, FirmModel
from comptant.ground.database.tables import AppendOnly
from comptant.ground.documents.models import Document
from comptant.journey.offers.models.offers import Offer


class SigningCode(FirmModel):
    """A code of six digits sent by e-mail, known by its hash alone. The latest of an offer is the one that counts."""

    offer = FirmForeignKey(Offer, related_name="codes")
    code_hash = models.BinaryField(max_length=32)
    sent_to = models.CharField(max_length=254)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta(FirmModel.Meta):
        indexes = [models.Index(fields=["firm", "offer", "-sent_at"], name="signing_code_by_offer")]


class Signature(AppendOnly, FirmModel):
    """What is kept so that a simple signature can be shown reliable. All instants are UTC.

    Source: C. civ. 1366, 1367; eIDAS art. 25; our note of the law, section 2, "what a signature file must hold".
    """

    offer = FirmForeignKey(Offer, related_name="signatures")
    version = models.SmallIntegerField()
    document = FirmForeignKey(Document, related_name="+")
    document_sha256 = models.BinaryField(max_length=32)
    """Of the exact bytes that were shown."""
    link_issued_at = models.DateTimeField()
    link_sent_to = models.CharField(max_length=254)
    code_sent_at = models.DateTimeField()
    code_sent_to = models.CharField(max_length=254)
    code_verified_at = models.DateTimeField()
    name = models.CharField(max_length=200)
    function = models.CharField(max_length=120)
    email = models.CharField(max_length=254)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=400)
    consent = models.TextField()
    """The very sentence that was agreed to."""
    options = models.JSONField(default=list)
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    accepted_at = models.DateTimeField()

    class Meta(FirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "offer"], name="signature_once")]
