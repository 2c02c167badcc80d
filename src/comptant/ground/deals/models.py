"""A deal's identity: firm, party, currency, a name. Its stage and amounts live in the rooms that move them."""

from __future__ import annotations

from django.db import models

from comptant.ground.database.rows import FirmForeignKey, FirmModel
from comptant.ground.parties.models import Party


class Deal(FirmModel):
    """The thread of one sale, from first contact to cash. One deal has one currency."""

    ref = models.CharField(max_length=200)
    title = models.CharField(max_length=300, blank=True)
    party = FirmForeignKey(Party, related_name="deals")
    currency = models.CharField(max_length=3)
    custom = models.JSONField(default=dict, blank=True)
    is_mentioned = models.BooleanField(default=False)
    """Known only because its events or invoices came first: the first file of deals says the rest."""

    class Meta(FirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "ref"], name="deal_ref_once")]
        indexes = [models.Index(fields=["party", "firm"], name="deal_by_party")]
        # Not (firm, party): while the table has no statistics, PostgreSQL would take that index to check foreign
        # keys and walk every deal of the firm.

    def __str__(self) -> str:
        return self.title or self.ref
