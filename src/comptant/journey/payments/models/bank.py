"""What the bank says: its accounts, its statements, and their lines."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel, LightFirmModel
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Member


class BankAccount(FirmModel):
    """An account of the firm. ``ref`` is how its statements name it: the IBAN, else the bank's own number or ours."""

    ref = models.CharField(max_length=60)
    iban = models.CharField(max_length=34, blank=True)
    name = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    opening = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    """The balance before the first statement known; null where no statement said one."""
    layout = models.JSONField(default=dict, blank=True)
    """How this account's CSV files are written, as remembered from the last one (docs/imports.md)."""

    class Meta(FirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "ref"], name="bank_account_once")]

    def __str__(self) -> str:
        return self.name or self.ref


class Statement(FirmModel):
    """One statement of one account, as a file told it. ``place`` counts those of one file, from 1."""

    account = FirmForeignKey(BankAccount, related_name="statements")
    document = FirmForeignKey(Document, related_name="+")
    sha256 = models.BinaryField(max_length=32)
    """Of the file."""
    place = models.SmallIntegerField()
    format = models.CharField(max_length=10)
    bank_ref = models.CharField(max_length=60, blank=True)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    opening = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    closing = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    imported_at = models.DateTimeField()

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "sha256", "account", "place"], name="statement_once"),
        ]
        indexes = [models.Index(fields=["firm", "account", "last_on"], name="statement_by_account")]


class LineState(models.TextChoices):
    """What became of a line."""

    OPEN = "open", _("to match")
    MATCHED = "matched", _("matched")
    SET_ASIDE = "set_aside", _("set aside")


class BankLine(LightFirmModel):
    """A movement booked by the bank, kept as it was told. ``amount`` is signed: what came in is above zero.

    ``identity`` tells a line met again, in another file or another period, from a second one just like it:
    the SHA-256 of the bank's reference if any, of its text otherwise, with its day, amount and rank among equals.
    """

    account = FirmForeignKey(BankAccount, related_name="lines")
    statement = FirmForeignKey(Statement, null=True, related_name="lines")
    """Null for a payment that a file of payments told, whose payer and invoice nobody knows yet."""
    identity = models.CharField(max_length=64)
    entry_ref = models.CharField(max_length=60, blank=True)
    """The bank's reference of the entry, which several lines share when the bank gave its details."""
    booked_on = models.DateField()
    value_on = models.DateField()
    """The day of credit: that of receipt (law-and-formats 14)."""
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    label = models.TextField()
    payer = models.CharField(max_length=300, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    """Of the other party."""
    reference = models.CharField(max_length=60, blank=True)
    """The structured one, such as RF…"""
    end_to_end = models.CharField(max_length=60, blank=True)
    said_number = models.CharField(max_length=60, blank=True)
    """The invoice that a file of payments named and that is not here yet."""
    fee = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    """What the bank says it kept of the amount sent."""
    is_reversal = models.BooleanField(default=False)
    return_reason = models.CharField(max_length=60, blank=True)
    raw = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=LineState.choices, default=LineState.OPEN)

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "account", "identity"], name="bank_line_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="bank_line_amount"),
            models.CheckConstraint(condition=Q(state__in=LineState.values), name="bank_line_state"),
        ]
        indexes = [
            models.Index(fields=["firm", "booked_on", "id"], name="bank_line_open", condition=Q(state="open")),
            models.Index(
                fields=["firm", "booked_on", "id"],
                include=["amount", "currency"],
                name="bank_line_waiting",
                condition=Q(state="open", amount__gt=0),
            ),
            models.Index(fields=["firm", "booked_on", "id"], name="bank_line_done", condition=~Q(state="open")),
            models.Index(fields=["firm", "account", "booked_on"], name="bank_line_by_day"),
            models.Index(fields=["firm", "said_number"], name="bank_line_said", condition=~Q(said_number="")),
        ]

    def __str__(self) -> str:
        return self.label


class SetAside(LightFirmModel):
    """A line that is no client's: a loan, a tax given back, a move between accounts. It pays no invoice."""

    line = FirmForeignKey(BankLine, related_name="set_aside")
    at = models.DateTimeField()
    by = FirmForeignKey(Member, null=True, related_name="+")

    class Meta(LightFirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "line"], name="set_aside_once")]
