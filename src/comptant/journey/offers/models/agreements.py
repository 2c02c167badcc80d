"""What was agreed, with its proof, and the milestones that make it payable."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel
from comptant.ground.deals.models import Deal
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Member
from comptant.journey.offers.models.offers import Offer, OfferKind, Trigger


class Proof(models.TextChoices):
    """What shows that the client agreed."""

    SIGNATURE = "signature", _("signed on their page")
    SCANNED = "scanned", _("scanned signature")
    PURCHASE_ORDER = "purchase_order", _("purchase order")
    IMPORTED = "imported", _("imported")


class Agreement(FirmModel):
    """What the client agreed to. One a deal, besides extra requests, each with its own.

    ``rates`` split ``net`` and ``tax`` by rate: a list of {"rate", "net", "tax"}, amounts and percents as text.
    ``options`` are the ids of the optional lines that were taken.
    """

    deal = FirmForeignKey(Deal, related_name="agreements")
    kind = models.CharField(max_length=5, choices=OfferKind.choices, default=OfferKind.SALE)
    offer = FirmForeignKey(Offer, null=True, related_name="agreements")
    title = models.CharField(max_length=300, blank=True)
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    rates = models.JSONField(default=list)
    options = models.JSONField(default=list)
    signed_on = models.DateField()
    proof = models.CharField(max_length=14, choices=Proof.choices)
    document = FirmForeignKey(Document, null=True, related_name="+")
    recorded_by = FirmForeignKey(Member, null=True, related_name="+")
    """Null when the client signed by themselves."""
    ended_on = models.DateField(null=True)
    end_reason = models.TextField(blank=True)

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "deal"], condition=Q(kind="sale", ended_on__isnull=True), name="agreement_once"
            ),
            models.UniqueConstraint(fields=["firm", "offer"], name="agreement_of_offer_once"),
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="agreement_not_negative"),
            models.CheckConstraint(
                condition=Q(proof="imported") | Q(document__isnull=False), name="agreement_has_its_proof"
            ),
        ]
        indexes = [models.Index(fields=["firm", "deal"], name="agreement_by_deal")]


class Milestone(FirmModel):
    """A part of an agreement. Reached, its amount may be invoiced. Those of an agreement add up to it, to the cent."""

    agreement = FirmForeignKey(Agreement, related_name="milestones")
    position = models.SmallIntegerField()
    title = models.CharField(max_length=200)
    share = models.DecimalField(max_digits=6, decimal_places=3)
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    rates = models.JSONField(default=list)
    """As the agreement's, for this part."""
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    due_on = models.DateField(null=True)
    reached_on = models.DateField(null=True)

    class Meta(FirmModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["firm", "agreement", "position"], name="milestone_once"),
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="milestone_not_negative"),
            models.CheckConstraint(condition=~Q(trigger="date") | Q(due_on__isnull=False), name="milestone_dated"),
        ]
        indexes = [
            models.Index(
                fields=["firm", "due_on"],
                name="milestone_by_date",
                condition=Q(trigger="date", reached_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.title
