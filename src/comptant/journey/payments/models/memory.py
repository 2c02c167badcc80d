"""What confirmations taught, what the firm tolerates, and the deal that is a party's account."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from comptant.ground.database.rows import FirmForeignKey, FirmModel, LightFirmModel
from comptant.ground.deals.models import Deal
from comptant.ground.parties.models import Party


class IbanMemory(LightFirmModel):
    """An account from which a party was confirmed to pay, and how often."""

    party = FirmForeignKey(Party, related_name="ibans")
    iban = models.CharField(max_length=34)
    times = models.IntegerField()
    last_on = models.DateField()

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "iban", "party"], name="iban_memory_once"),
            models.CheckConstraint(condition=Q(times__gte=1), name="iban_memory_times"),
        ]


class AccountDeal(LightFirmModel):
    """The deal on which money held for a party stands, one for each currency. It is never in the pipeline."""

    party = FirmForeignKey(Party, related_name="accounts")
    deal = FirmForeignKey(Deal, related_name="+")
    currency = models.CharField(max_length=3)

    class Meta(LightFirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "party", "currency"], name="account_deal_once")]


class Tolerance(FirmModel):
    """What the firm lets a match differ by, and from which confidence a match posts by itself. One row a firm."""

    threshold = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.980"))
    cents = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal("0.05"))
    """A difference as small is a rounding."""
    fee_limit = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal("30.00"))
    """The most that may be missing and be the bank's fee."""
    discount_rate = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("0.00"))
    """Percent of the gross amount let off for early payment; 0: none."""
    discount_days = models.SmallIntegerField(default=0)
    """Days from issue within which it is earned, the last included."""

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm"], name="tolerance_once"),
            models.CheckConstraint(condition=Q(threshold__gt=0, threshold__lte=1), name="tolerance_threshold"),
        ]
