"""What was received and where it went. The journal's facts of a payment are told from these rows alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel, LightFirmModel
from comptant.ground.firms.models import Member
from comptant.ground.journal.acts import ZERO
from comptant.ground.parties.models import Party
from comptant.journey.invoices.models import Invoice
from comptant.journey.payments.models.bank import BankLine


class Payment(FirmModel):
    """Money received from a party: what the allocations do not take is held on its account. Amounts are gross.

    ``amount`` is what the party sent: the line's amount and the ``fee`` that the bank kept of it.
    """

    ref = models.CharField(max_length=200, blank=True)
    """As a file of payments named it; blank when nobody did."""
    party = FirmForeignKey(Party, related_name="payments")
    received_on = models.DateField()
    """The day of credit."""
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    fee = models.DecimalField(max_digits=18, decimal_places=2, default=ZERO)
    currency = models.CharField(max_length=3)
    label = models.TextField(blank=True)
    iban = models.CharField(max_length=34, blank=True)
    invoice_number = models.CharField(max_length=60, blank=True)
    """The invoice that the file named, here or not yet."""
    line = FirmForeignKey(BankLine, null=True, related_name="payments")
    by = FirmForeignKey(Member, null=True, related_name="+")
    """Who recorded it; null for a file or a match that posted by itself."""
    taken_at = models.DateTimeField()
    custom = models.JSONField(default=dict, blank=True)

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "ref"], condition=~Q(ref=""), name="payment_ref_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
            models.CheckConstraint(condition=Q(fee__gte=0, fee__lt=models.F("amount")), name="payment_fee"),
        ]
        indexes = [
            models.Index(fields=["firm", "party", "received_on"], name="payment_by_party"),
            models.Index(fields=["firm", "received_on", "id"], name="payment_by_day"),
            models.Index(fields=["firm", "line"], name="payment_by_line", condition=Q(line__isnull=False)),
            models.Index(fields=["firm", "invoice_number"], name="payment_by_number", condition=~Q(invoice_number="")),
        ]

    def __str__(self) -> str:
        return self.ref or self.label


class AllocationKind(models.TextChoices):
    """What a part of a payment pays."""

    INVOICE = "invoice", _("invoice")
    PENALTY = "penalty", _("late-payment penalty")
    INDEMNITY = "indemnity", _("fixed indemnity")


class Allocation(LightFirmModel):
    """A part of a payment, gross, given to an invoice, or to a penalty for its lateness.

    ``at`` is the instant from which it counts: on the day of receipt, or later when money that was held is used.
    ``discount`` (gross, of which ``discount_tax``) is what the invoice is let off for early payment.
    """

    payment = FirmForeignKey(Payment, related_name="allocations")
    invoice = FirmForeignKey(Invoice, related_name="allocations")
    what = models.CharField(max_length=9, choices=AllocationKind.choices, default=AllocationKind.INVOICE)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    discount = models.DecimalField(max_digits=18, decimal_places=2, default=ZERO)
    discount_tax = models.DecimalField(max_digits=18, decimal_places=2, default=ZERO)
    at = models.DateTimeField()

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, discount__gte=0, discount_tax__gte=0), name="allocation_amount"
            ),
            models.CheckConstraint(condition=Q(what__in=AllocationKind.values), name="allocation_what"),
        ]
        indexes = [
            models.Index(fields=["firm", "payment"], name="allocation_by_payment"),
            models.Index(fields=["firm", "invoice"], name="allocation_by_invoice"),
        ]


class Bounce(LightFirmModel):
    """The bank took a payment back, or a part of it: gross."""

    payment = FirmForeignKey(Payment, related_name="bounces")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    line = FirmForeignKey(BankLine, null=True, related_name="+")

    class Meta(LightFirmModel.Meta):
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="bounce_amount")]
        indexes = [models.Index(fields=["firm", "payment"], name="bounce_by_payment")]


class HeldUse(FirmModel):
    """Money held for a party given back, or a credit note's used for another invoice. Gross.

    It stood on the party's account (``payment``) or with the invoice that a credit note answered (``credited``).
    ``to_invoice`` null: it was refunded.
    """

    party = FirmForeignKey(Party, related_name="held_uses")
    payment = FirmForeignKey(Payment, null=True, related_name="refunds")
    credited = FirmForeignKey(Invoice, null=True, related_name="credit_uses")
    to_invoice = FirmForeignKey(Invoice, null=True, related_name="paid_by_credit")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    at = models.DateTimeField()
    label = models.CharField(max_length=200, blank=True)
    by = FirmForeignKey(Member, null=True, related_name="+")
    line = FirmForeignKey(BankLine, null=True, related_name="+")

    class Meta(FirmModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="held_use_amount"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credited__isnull=True, to_invoice__isnull=True)
                | Q(payment__isnull=True, credited__isnull=False),
                name="held_use_source",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "party"], name="held_use_by_party"),
            models.Index(fields=["firm", "payment"], name="held_use_by_payment", condition=Q(payment__isnull=False)),
        ]
