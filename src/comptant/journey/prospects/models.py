"""What we think of a party's solvency, and who chose to go beyond it: dated records, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel
from comptant.ground.database.tables import AppendOnly
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Member
from comptant.ground.parties.models import Party


class Light(models.TextChoices):
    """Can they pay?"""

    GREEN = "green", _("green")
    AMBER = "amber", _("amber")
    RED = "red", _("red")


class Assessment(AppendOnly, FirmModel):
    """What was thought of a party at an instant, and why. The latest holds; the others stay.

    ``credit_limit`` is gross, null for none; ``terms`` are what to ask of them, in words, such as "deposit 40 %".
    """

    party = FirmForeignKey(Party, related_name="assessments")
    light = models.CharField(max_length=5, choices=Light.choices)
    reason = models.TextField()
    credit_limit = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    terms = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = FirmForeignKey(Member, related_name="+")

    class Meta(FirmModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__gte=0), name="assessment_limit_not_negative"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="assessment_has_reason"),
        ]
        indexes = [models.Index(fields=["firm", "party", "-at"], name="assessment_by_party")]


class Override(AppendOnly, FirmModel):
    """An owner's word that a deal may go beyond its party's limit or light, with the reason. Holds for that deal."""

    deal = FirmForeignKey(Deal, related_name="overrides")
    reason = models.TextField()
    at = models.DateTimeField()
    by = FirmForeignKey(Member, related_name="+")

    class Meta(FirmModel.Meta):
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason")]
        indexes = [models.Index(fields=["firm", "deal"], name="override_by_deal")]
