"""An offer: versions of it, each with lines, a schedule, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel, LightFirmModel
from comptant.ground.deals.models import Deal
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Member


class OfferKind(models.TextChoices):
    """A sale, or work asked for beside what was agreed."""

    SALE = "sale", _("offer")
    EXTRA = "extra", _("extra request")


class Presented(models.TextChoices):
    """How the client was shown the offer."""

    IN_PERSON = "in_person", _("in person")
    VIDEO = "video", _("by video")
    PHONE = "phone", _("by phone")
    SENT = "sent", _("sent")


class Trigger(models.TextChoices):
    """What makes a part of the price payable."""

    SIGNATURE = "signature", _("at signature")
    DATE = "date", _("on a date")
    ACCEPTANCE = "acceptance", _("when accepted")


class Refused(models.TextChoices):
    """Why a client declined, in their own choice of words."""

    COMPETITOR = "competitor", _("chose someone else")
    NO_NEED = "no_need", _("no need any more")
    NOT_NOW = "not_now", _("not now")
    PRICE = "price", _("the price")
    OTHER = "other", _("another reason")


class OfferSeries(FirmModel):
    """The last number given in a year."""

    year = models.SmallIntegerField()
    last_number = models.IntegerField(default=0)

    class Meta(FirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "year"], name="offer_series_once")]


class Offer(FirmModel):
    """One version of an offer. Free while a draft; once ``sent_at`` is set, only the dates of what became of it change.

    ``net`` and ``tax`` are those of the lines that are not optional. ``decision_on`` is the last day on which it may
    be answered. What it is today (draft, sent, accepted, declined, ended, expired) follows from its dates, see
    ``queries.state_of``.
    """

    deal = FirmForeignKey(Deal, related_name="offers")
    kind = models.CharField(max_length=5, choices=OfferKind.choices, default=OfferKind.SALE)
    number = models.CharField(max_length=20)
    version = models.SmallIntegerField(default=1)
    title = models.CharField(max_length=300, blank=True)
    problem = models.TextField(blank=True)
    """The client's problem, in the client's words."""
    benefits = models.JSONField(default=list)
    """What the client gains: a list of {"title", "figure"}."""
    give_to_get = models.TextField(blank=True)
    """What we hold for them until the decision date, in return for an answer by then."""
    conditions = models.TextField(blank=True)
    asked_by = models.CharField(max_length=200, blank=True, db_default="")
    """Who asked for it at the client's: of an extra request, whoever captured it says so."""
    decision_on = models.DateField(null=True)
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    made_at = models.DateTimeField()
    made_by = FirmForeignKey(Member, related_name="+")
    presented_on = models.DateField(null=True)
    presented_how = models.CharField(max_length=9, choices=Presented.choices, blank=True)
    sent_at = models.DateTimeField(null=True)
    sent_to = models.CharField(max_length=254, blank=True)
    sent_by = FirmForeignKey(Member, null=True, related_name="+")
    document = FirmForeignKey(Document, null=True, related_name="+")
    link_expires_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    declined_why = models.CharField(max_length=10, choices=Refused.choices, blank=True)
    declined_comment = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=12, blank=True)
    """revised, closed (with its deal), expired, or agreed outside."""
    link = ""
    """The address of the client's page, known only to who has just sent it: the secret in it is not kept."""

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "number", "version"], name="offer_version_once"),
            models.UniqueConstraint(
                fields=["firm", "deal"],
                condition=Q(
                    kind="sale",
                    sent_at__isnull=False,
                    accepted_at__isnull=True,
                    declined_at__isnull=True,
                    ended_at__isnull=True,
                ),
                name="offer_live_once",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(document__isnull=False, decision_on__isnull=False),
                name="offer_sent_whole",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, declined_at__isnull=True) | Q(sent_at__isnull=False),
                name="offer_answered_after_sent",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(declined_at__isnull=True), name="offer_one_answer"
            ),
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="offer_not_negative"),
        ]
        indexes = [
            models.Index(fields=["firm", "deal"], name="offer_by_deal"),
            models.Index(
                fields=["firm", "id"], name="offer_drafts", condition=Q(sent_at__isnull=True, ended_at__isnull=True)
            ),
            models.Index(
                fields=["firm", "id"],
                name="offer_answered",
                condition=Q(accepted_at__isnull=False) | Q(declined_at__isnull=False),
            ),
            models.Index(fields=["firm", "id"], name="offer_extras", condition=Q(kind="extra")),
            models.Index(
                fields=["firm", "decision_on"],
                name="offer_live",
                condition=Q(
                    sent_at__isnull=False, accepted_at__isnull=True, declined_at__isnull=True, ended_at__isnull=True
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OfferLine(LightFirmModel):
    """A line of an offer. ``price`` is net, of one unit; ``direct_cost`` is ours alone, the client never sees it."""

    offer = FirmForeignKey(Offer, related_name="lines")
    position = models.SmallIntegerField()
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=40, blank=True)
    price = models.DecimalField(max_digits=18, decimal_places=4)
    discount = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    """Percent off the line."""
    tax_rate = models.DecimalField(max_digits=6, decimal_places=3)
    """Percent; in Québec the two taxes together, 14.975."""
    is_optional = models.BooleanField(default=False)
    direct_cost = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    net = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta(LightFirmModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["firm", "offer", "position"], name="offer_line_once"),
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0, price__gte=0, net__gte=0, tax_rate__gte=0, discount__gte=0, discount__lte=100
                ),
                name="offer_line_not_negative",
            ),
        ]


class OfferPart(LightFirmModel):
    """A part of the price and what makes it payable. Those of an offer add up to 100 %."""

    offer = FirmForeignKey(Offer, related_name="schedule")
    position = models.SmallIntegerField()
    title = models.CharField(max_length=200)
    share = models.DecimalField(max_digits=6, decimal_places=3)
    """Percent of the price."""
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    due_on = models.DateField(null=True)
    """The day of a part payable on a date; expected day of one payable when accepted."""

    class Meta(LightFirmModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["firm", "offer", "position"], name="offer_part_once"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=100), name="offer_part_share"),
            models.CheckConstraint(condition=~Q(trigger="date") | Q(due_on__isnull=False), name="offer_part_dated"),
        ]
