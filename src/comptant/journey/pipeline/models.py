"""Stages, thresholds, closures, and where each deal stands in the pipeline."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel, LightFirmModel
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Member


class StageKind(models.TextChoices):
    """What a stage is to us; its name is the firm's."""

    CONTACTED = "contacted", _("contacted")
    DISCOVERY = "discovery", _("discovery")
    PROPOSAL = "proposal", _("proposal")
    DECISION = "decision", _("decision")


class Stage(FirmModel):
    """A step of the firm's pipeline, with the days of silence it declares."""

    key = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=StageKind.choices)
    position = models.SmallIntegerField()
    declared_days = models.SmallIntegerField()

    class Meta(FirmModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["firm", "key"], name="stage_key_once"),
            models.UniqueConstraint(fields=["firm", "position"], name="stage_position_once"),
            models.CheckConstraint(condition=Q(declared_days__gte=1), name="stage_declared_days"),
        ]

    def __str__(self) -> str:
        return self.name


class Threshold(FirmModel):
    """The days of silence a stage allows from a first of month on, as it was then known.

    ``p90_days`` is null until 20 gaps are known; ``days`` is the larger of it and the declared days. A row that an
    import puts right is kept, with the instant from which it no longer held, for reports of what was known then.
    """

    stage = models.CharField(max_length=40)
    from_on = models.DateField()
    days = models.IntegerField()
    p90_days = models.IntegerField(null=True)
    gaps = models.IntegerField()
    known_from = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True)

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "stage", "from_on"], condition=Q(replaced_at__isnull=True), name="threshold_once"
            ),
            models.CheckConstraint(condition=Q(from_on__day=1), name="threshold_first_of_month"),
        ]


class Closure(FirmModel):
    """Days on which the firm is closed, first and last included: silence does not count them."""

    first_on = models.DateField()
    last_on = models.DateField()
    known_from = models.DateTimeField(db_default=Now())

    class Meta(FirmModel.Meta):
        constraints = [models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="closure_in_order")]


class Cost(FirmModel):
    """What a deal cost on a day, net: bought work, travel, a licence. Below zero when some of it came back."""

    deal = FirmForeignKey(Deal, related_name="costs")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    on = models.DateField()
    label = models.CharField(max_length=200)
    by = FirmForeignKey(Member, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta(FirmModel.Meta):
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="cost_not_zero")]
        indexes = [models.Index(fields=["firm", "deal", "on"], name="cost_by_deal")]


class Standing(LightFirmModel):
    """Where a deal stands in the pipeline today. One row a deal; can be rebuilt from the journal.

    ``place`` is the account its estimate stands in, ``signed`` once won. ``next_on`` is the day of its next
    crossing, ``next_at`` the instant its act will bear, ``next_rule`` which it is (silence, decision_date, wake)
    and ``next_details`` what the act will say: the clock copies them. Amounts are net.
    """

    deal = FirmForeignKey(Deal, related_name="standings")
    place = models.CharField(max_length=12)
    stage = models.CharField(max_length=40)
    furthest_stage = models.CharField(max_length=40)
    net = models.DecimalField(max_digits=18, decimal_places=2)
    has_amount = models.BooleanField()
    seller = FirmForeignKey(Member, null=True, related_name="+")
    source = models.CharField(max_length=120)
    presented = models.CharField(max_length=10)
    opened_on = models.DateField()
    last_move_on = models.DateField()
    count_from_on = models.DateField()
    restarted_on = models.DateField(null=True)
    suspensions = ArrayField(models.DateField(), default=list)
    """Ends of the ranges in which silence was suspended: first, last, first, last..."""
    stage_changed_at = models.DateTimeField()
    decision_on = models.DateField(null=True)
    decision_set_at = models.DateTimeField(null=True)
    decision_moves = models.SmallIntegerField(default=0)
    wake_on = models.DateField(null=True)
    hold_reason = models.TextField(blank=True)
    stalled_on = models.DateField(null=True)
    stall_rule = models.CharField(max_length=14, blank=True)
    next_on = models.DateField(null=True)
    next_rule = models.CharField(max_length=14, blank=True)
    next_at = models.DateTimeField(null=True)
    next_details = models.JSONField(null=True)
    signed_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    competitor = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)

    class Meta(LightFirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "deal"], name="standing_once")]
        indexes = [
            models.Index(fields=["firm", "place", "-net", "deal"], name="standing_by_net"),
            models.Index(fields=["firm", "next_on"], name="standing_next", condition=Q(next_on__isnull=False)),
            models.Index(
                fields=["firm", "place", "stage", "-net", "deal"],
                include=["seller", "decision_on", "has_amount"],
                condition=Q(place__in=["hoped", "stalled", "waiting"]),
                name="standing_in_hand",
            ),
            models.Index(fields=["firm", "wake_on", "deal"], name="standing_waiting", condition=Q(place="waiting")),
            models.Index(
                fields=["firm", "restarted_on"],
                condition=Q(place="hoped", restarted_on__isnull=False),
                name="standing_woken",
            ),
        ]
