"""Invoices: ours and those issued elsewhere, followed alike."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel
from comptant.ground.deals.models import Deal
from comptant.ground.parties.models import Party


class InvoiceKind(models.TextChoices):
    """What the document claims."""

    INVOICE = "invoice", _("invoice")
    DEPOSIT = "deposit", _("deposit invoice")
    BALANCE = "balance", _("balance invoice")
    CREDIT_NOTE = "credit_note", _("credit note")


class Invoice(FirmModel):
    """A numbered claim, or a credit note. ``next_on`` is the day it would fall due, unpaid."""

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

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "number"], name="invoice_number_once"),
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="invoice_not_negative"),
            models.CheckConstraint(
                condition=Q(open_net__gte=0, open_tax__gte=0, open_net__lte=F("net")), name="invoice_open"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="invoice_due_after_issue"),
        ]
        indexes = [
            models.Index(fields=["firm", "deal"], name="invoice_by_deal"),
            models.Index(fields=["firm", "next_on"], name="invoice_next", condition=Q(next_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number
