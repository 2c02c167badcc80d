"""The value journal's tables. Only this room writes them (checked)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from comptant.ground.database.rows import FirmForeignKey, LightFirmModel
from comptant.ground.database.tables import AppendOnly
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Member
from comptant.ground.journal.acts import ACCOUNTS, LEGAL_PAIRS


def _pairs(pairs: Iterable[tuple[str, str]]) -> Q:
    """The pairs as a condition, one clause per account a euro may leave."""
    condition, targets = Q(), sorted(pairs)
    for source, ends in groupby(targets, itemgetter(0)):
        condition |= Q(source=source, target__in=[target for _, target in ends])
    return condition


def _legal() -> Q:
    """A posting goes along a legal pair; one that takes back goes along the reverse of one."""
    reverse = [(target, source) for source, target in LEGAL_PAIRS]
    return Q(_pairs(LEGAL_PAIRS), is_correction=False) | Q(_pairs(reverse), is_correction=True)


class Act(AppendOnly, LightFirmModel):
    """One business fact on one deal, or one conclusion of the clock; never changed, never removed.

    ``seq`` numbers the acts of a deal in the order they were recorded, from 1, without a gap; ``said`` is the
    number under which its fact was first recorded, and ``rank`` puts the kinds of one instant in order: acts happen
    in the order (occurred_at, the clock first, rank, said).
    ``corrects`` names the act this one takes back. ``stage`` is the deal's stage after it.
    """

    deal = FirmForeignKey(Deal, related_name="acts")
    seq = models.IntegerField()
    said = models.IntegerField()
    rank = models.SmallIntegerField()
    kind = models.CharField(max_length=30)
    occurred_at = models.DateTimeField()
    occurred_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    by = FirmForeignKey(Member, null=True, related_name="+")
    is_clock = models.BooleanField()
    stage = models.CharField(max_length=40)
    details = models.JSONField()
    fact_key = models.CharField(max_length=80)
    corrects = FirmForeignKey("self", null=True, related_name="corrections")
    document_sha256 = models.BinaryField(max_length=32, null=True)

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "deal", "seq"], name="act_seq_once"),
            models.UniqueConstraint(
                fields=["firm", "corrects"], condition=Q(corrects__isnull=False), name="act_corrected_once"
            ),
            models.CheckConstraint(condition=Q(seq__gte=1), name="act_seq_from_one"),
            models.CheckConstraint(
                condition=Q(kind="corrected", corrects__isnull=False)
                | (~Q(kind="corrected") & Q(corrects__isnull=True)),
                name="act_corrected_names_what",
            ),
        ]


class Posting(AppendOnly, LightFirmModel):
    """An amount that an act moves from one account to another. ``n`` orders those of one act.

    ``is_correction``: it takes back a posting of the act that its act corrects, from where that one had put it.
    """

    act = FirmForeignKey(Act, related_name="postings")
    deal = FirmForeignKey(Deal, related_name="+", db_constraint=False)
    n = models.SmallIntegerField()
    source = models.CharField(max_length=12)
    target = models.CharField(max_length=12)
    source_stage = models.CharField(max_length=40)
    target_stage = models.CharField(max_length=40)
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    document = models.UUIDField(null=True)
    occurred_on = models.DateField()
    is_correction = models.BooleanField(db_default=False)

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="posting_not_negative"),
            models.CheckConstraint(condition=_legal(), name="posting_legal_pair"),
            models.CheckConstraint(
                condition=(Q(source="hoped") | Q(source_stage="")) & (Q(target="hoped") | Q(target_stage="")),
                name="posting_stage_of_hoped",
            ),
            models.CheckConstraint(
                condition=~Q(source="hoped", target="hoped") | ~Q(source_stage=F("target_stage")),
                name="posting_goes_somewhere",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "deal"], name="posting_by_deal"),
            models.Index(fields=["firm", "occurred_on"], name="posting_by_day"),
        ]


NO_DOCUMENT = "00000000-0000-0000-0000-000000000000"


class Balance(LightFirmModel):
    """What stands in an account for a deal and, from invoicing on, a document. Equals the replay of the postings."""

    deal = FirmForeignKey(Deal, related_name="balances")
    account = models.CharField(max_length=12)
    document = models.UUIDField(default=NO_DOCUMENT)
    """All zeros where there is no document, so that the unique constraint sees it."""
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "deal", "account", "document"], name="balance_once"),
            models.CheckConstraint(
                condition=Q(account="origin") | Q(net__gte=0, tax__gte=0), name="balance_not_negative"
            ),
            models.CheckConstraint(condition=Q(account__in=ACCOUNTS), name="balance_account"),
        ]


class Unsealed(LightFirmModel):
    """An act that waits to be sealed; its ``id`` is the act's. Emptied by the sealer."""

    class Meta(LightFirmModel.Meta):
        pass


class Unrolled(LightFirmModel):
    """An act not yet in a rollup; its ``id`` is the act's. The tail that reports add by themselves."""

    class Meta(LightFirmModel.Meta):
        pass


class FlowRollup(LightFirmModel):
    """Sums of postings of one recorded batch, by day, pair and stages. Additive: nobody queues for a total.

    A correction counts against the pair it corrects, so sums may be negative.
    """

    batch = models.UUIDField()
    occurred_on = models.DateField()
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=12)
    target = models.CharField(max_length=12)
    source_stage = models.CharField(max_length=40)
    target_stage = models.CharField(max_length=40)
    net = models.DecimalField(max_digits=20, decimal_places=2)
    tax = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta(LightFirmModel.Meta):
        indexes = [models.Index(fields=["firm", "occurred_on"], name="flow_rollup_by_day")]


class PresenceRollup(LightFirmModel):
    """How many deals came into an account, less those that left, by batch and day."""

    batch = models.UUIDField()
    occurred_on = models.DateField()
    currency = models.CharField(max_length=3)
    account = models.CharField(max_length=12)
    deals = models.IntegerField()

    class Meta(LightFirmModel.Meta):
        indexes = [models.Index(fields=["firm", "occurred_on"], name="presence_rollup_by_day")]
