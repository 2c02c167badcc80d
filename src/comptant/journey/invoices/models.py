"""Invoices: ours and those issued elsewhere, followed alike."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel, LightFirmModel
from comptant.ground.deals.models import Deal
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Member
from comptant.ground.parties.models import Party
from comptant.journey.offers.models import Agreement, Milestone


class InvoiceKind(models.TextChoices):
    """What the document claims."""

    INVOICE = "invoice", _("invoice")
    DEPOSIT = "deposit", _("deposit invoice")
    BALANCE = "balance", _("balance invoice")
    CREDIT_NOTE = "credit_note", _("credit note")


class Series(FirmModel):
    """A continuous run of numbers: the last one given, and on which day. A row a prefix and year.

    Source: CGI ann. II 242 nonies A I-7 (chronological and continuous; several series where justified).
    """

    prefix = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    last_number = models.IntegerField(default=0)
    last_issued_on = models.DateField()

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "prefix", "year"], name="series_once"),
            models.CheckConstraint(condition=Q(last_number__gte=0), name="series_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}"


class Prefix(FirmModel):
    """The firm numbers documents of a kind in a series of their own."""

    kind = models.CharField(max_length=11, choices=InvoiceKind.choices)
    prefix = models.CharField(max_length=20)

    class Meta(FirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "kind"], name="prefix_of_kind_once")]


class Invoice(FirmModel):
    """A numbered claim, or a credit note. ``next_on`` is the day it would fall due, unpaid.

    Those issued here have a ``series``, and a ``content`` that is never written again: what the law wants on the
    document, as it stood that day. Their PDF is laid out from it.
    """

    deal = FirmForeignKey(Deal, related_name="invoices")
    party = FirmForeignKey(Party, related_name="invoices")
    number = models.CharField(max_length=60)
    kind = models.CharField(max_length=11, choices=InvoiceKind.choices)
    issued_on = models.DateField()
    due_on = models.DateField()
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    corrects = FirmForeignKey("self", null=True, related_name="credit_notes")
    is_elsewhere = models.BooleanField(default=True)
    """Issued by another tool: followed, never renumbered."""
    open_net = models.DecimalField(max_digits=18, decimal_places=2)
    open_tax = models.DecimalField(max_digits=18, decimal_places=2)
    settled_on = models.DateField(null=True)
    next_on = models.DateField(null=True)
    custom = models.JSONField(default=dict, blank=True)
    series = FirmForeignKey(Series, null=True, related_name="invoices")
    agreement = FirmForeignKey(Agreement, null=True, related_name="invoices")
    milestone = FirmForeignKey(Milestone, null=True, related_name="invoices")
    content = models.JSONField(null=True)
    content_sha256 = models.BinaryField(max_length=32, null=True)
    """Of the content, written canonically (``rules.content.canonical``)."""
    is_vat_on_debits = models.BooleanField(db_default=False)
    """VAT is due when invoiced, not when paid: the firm's choice on the day of issue."""
    is_to_reissue = models.BooleanField(db_default=False)
    """A credit note after which the same work is invoiced again."""
    pdf = FirmForeignKey(Document, null=True, related_name="+")

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "number"], name="invoice_number_once"),
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="invoice_not_negative"),
            models.CheckConstraint(
                condition=Q(open_net__gte=0, open_tax__gte=0, open_net__lte=F("net")), name="invoice_open"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="invoice_due_after_issue"),
            models.CheckConstraint(
                condition=Q(series__isnull=True)
                | Q(is_elsewhere=False, content__isnull=False, content_sha256__isnull=False),
                name="invoice_issued_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "deal"], name="invoice_by_deal"),
            models.Index(fields=["firm", "-issued_on", "-id"], name="invoice_by_issue"),
            models.Index(fields=["firm", "next_on"], name="invoice_next", condition=Q(next_on__isnull=False)),
            models.Index(fields=["firm", "corrects"], name="invoice_corrected", condition=Q(corrects__isnull=False)),
            models.Index(fields=["firm", "series"], name="invoice_of_series", condition=Q(series__isnull=False)),
            models.Index(fields=["firm", "agreement"], name="invoice_agreed", condition=Q(agreement__isnull=False)),
            models.Index(
                fields=["firm", "party"], name="invoice_owed", condition=Q(open_net__gt=0) | Q(open_tax__gt=0)
            ),
            models.Index(
                fields=["firm", "party"],
                name="invoice_lessened",
                condition=Q(open_net__lt=F("net")) | Q(open_tax__lt=F("tax")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceRate(LightFirmModel):
    """What a document issued here taxes at one rate: VAT, or GST and QST apart, on the same base.

    ``category`` is that of EN 16931 (S, E, AE, K, G, O, Z). Positive on credit notes too.
    """

    invoice = FirmForeignKey(Invoice, related_name="rates")
    name = models.CharField(max_length=3)
    """vat, gst or qst."""
    category = models.CharField(max_length=2)
    rate = models.DecimalField(max_digits=6, decimal_places=3)
    base = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "invoice", "name", "category", "rate"], name="invoice_rate_once"),
            models.CheckConstraint(condition=Q(rate__gte=0, base__gte=0, tax__gte=0), name="invoice_rate_positive"),
        ]


class Deduction(LightFirmModel):
    """What a balance invoice takes back of an earlier document of the same agreement."""

    invoice = FirmForeignKey(Invoice, related_name="deductions")
    deposit = FirmForeignKey(Invoice, related_name="deducted_in")
    net = models.DecimalField(max_digits=18, decimal_places=2)
    tax = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "invoice", "deposit"], name="deduction_once"),
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="deduction_not_negative"),
        ]


class Draft(FirmModel):
    """A document not issued yet: free, without a number, thrown away at will. Once issued it names its invoice.

    ``lines`` as ``rules.lines.Line`` writes them in JSON.
    """

    deal = FirmForeignKey(Deal, related_name="drafts")
    kind = models.CharField(max_length=11, choices=InvoiceKind.choices)
    lines = models.JSONField()
    due_on = models.DateField(null=True)
    supplied_from = models.DateField(null=True)
    supplied_on = models.DateField(null=True)
    """The last day of the work, when it is not the day of issue."""
    purchase_order = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    agreement = FirmForeignKey(Agreement, null=True, related_name="drafts")
    milestone = FirmForeignKey(Milestone, null=True, related_name="drafts")
    made_at = models.DateTimeField()
    made_by = FirmForeignKey(Member, related_name="+")
    invoice = FirmForeignKey(Invoice, null=True, related_name="+")

    class Meta(FirmModel.Meta):
        indexes = [
            models.Index(fields=["firm", "deal"], name="draft_by_deal"),
            models.Index(fields=["firm", "made_at", "id"], condition=Q(invoice__isnull=True), name="draft_waiting"),
        ]
