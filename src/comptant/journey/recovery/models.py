"""What was agreed, said and decided about money that is late, contested or in danger. Each a dated record."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel, LightFirmModel
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Member
from comptant.ground.mail.models import Message
from comptant.ground.parties.models import Party
from comptant.journey.invoices.models import Invoice


class Cause(models.TextChoices):
    """Why a client contests: the short list of the client's page (the code list of status 207, in plain words)."""

    ORDER = "order", _("not ordered, or the order differs")
    PRICE = "price", _("the price or the discount differs")
    SCOPE = "scope", _("the quantity or the scope differs")
    DELIVERY = "delivery", _("not delivered, or incomplete")
    QUALITY = "quality", _("the quality of the work")
    TWICE = "twice", _("billed twice")
    SUMS = "sums", _("the tax, the total or the calculation")
    ADDRESSEE = "addressee", _("the company, the address or a number on it")
    BANK = "bank", _("the bank details")
    OTHER = "other", _("something else")


class Outcome(models.TextChoices):
    """How a dispute ends."""

    UPHELD = "upheld", _("unfounded: the invoice stands")
    FOUNDED = "founded", _("founded: a credit note answers it")
    PAID = "paid", _("paid all the same")
    GIVEN_UP = "given_up", _("given up")


class Dispute(FirmModel):
    """A part of an invoice is contested: whose turn it is, and until when. The rest stays due.

    ``amount`` is tax included. ``open_amount`` is what is still contested of it; kept from the journal.
    """

    invoice = FirmForeignKey(Invoice, related_name="disputes")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    open_amount = models.DecimalField(max_digits=18, decimal_places=2)
    category = models.CharField(max_length=9, choices=Cause.choices)
    code = models.CharField(max_length=20)
    """The reason in the code list of the French e-invoicing reform."""
    reason = models.TextField(blank=True)
    is_from_client = models.BooleanField(default=True)
    owner = FirmForeignKey(Member, related_name="+")
    opened_on = models.DateField()
    answer_by = models.DateField()
    opened_by = FirmForeignKey(Member, null=True, related_name="+")
    """Null when the client said so on the page of a reminder."""
    settled_on = models.DateField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    settled_by = FirmForeignKey(Member, null=True, related_name="+")
    credit_note = FirmForeignKey(Invoice, null=True, related_name="+")

    class Meta(FirmModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, open_amount__gte=0, open_amount__lte=F("amount")), name="dispute_amount"
            ),
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True, outcome="")
                | (Q(settled_on__isnull=False, open_amount=0) & ~Q(outcome="")),
                name="dispute_settled_how",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "invoice"], name="dispute_by_invoice"),
            models.Index(fields=["firm", "answer_by"], name="dispute_open", condition=Q(settled_on__isnull=True)),
        ]


class Promise(FirmModel):
    """The debtor says when they pay, or that they have paid: an acknowledgement of the debt.

    ``amount`` null: all that is open. Reminders wait up to ``until`` included.
    Source: Code civil, art. 2240 (an acknowledgement starts prescription anew).
    """

    invoice = FirmForeignKey(Invoice, related_name="promises")
    pay_on = models.DateField()
    has_paid = models.BooleanField(default=False)
    """They say it is already paid: ``pay_on`` is the day they name."""
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    said_on = models.DateField()
    until = models.DateField()
    said_by = models.CharField(max_length=200, blank=True)
    by = FirmForeignKey(Member, null=True, related_name="+")
    """Who noted it; null when the client said so on the page of a reminder."""

    class Meta(FirmModel.Meta):
        constraints = [models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="promise_amount")]
        indexes = [
            models.Index(fields=["firm", "invoice"], name="promise_by_invoice"),
            models.Index(fields=["firm", "until"], name="promise_by_end"),
        ]


class Channel(models.TextChoices):
    """How a reminder reaches the client."""

    EMAIL = "email", _("e-mail")
    LETTER = "letter", _("letter")
    CALL = "call", _("call")


class Policy(FirmModel):
    """When clients of a kind are reminded. Those whose party bears ``tag``; a blank tag: everybody else.

    ``gap_days`` lie at least between two reminders of one invoice.
    """

    name = models.CharField(max_length=120)
    tag = models.CharField(max_length=60, blank=True)
    gap_days = models.SmallIntegerField(default=7)

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "tag"], name="policy_tag_once"),
            models.CheckConstraint(condition=Q(gap_days__gte=1), name="policy_gap"),
        ]


class Step(LightFirmModel):
    """One reminder of a policy. ``days`` after the due date; before it when negative."""

    policy = FirmForeignKey(Policy, related_name="steps")
    level = models.SmallIntegerField()
    days = models.SmallIntegerField()
    channel = models.CharField(max_length=6, choices=Channel.choices)
    is_automatic = models.BooleanField(default=False)

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "policy", "level"], name="step_level_once"),
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=9), name="step_level"),
        ]


class PenaltyTerms(FirmModel):
    """What the firm's general terms say of late payment, for invoices issued from a day on.

    ``rate`` is per year, in percent; null: the terms are silent. ``imputation`` says what a part payment pays first.
    """

    from_on = models.DateField()
    rate = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    imputation = models.CharField(
        max_length=9, choices=[("principal", _("the principal")), ("interest", _("the interest"))], default="principal"
    )

    class Meta(FirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "from_on"], name="penalty_terms_once")]


class Letter(FirmModel):
    """What one party received on one day: an e-mail, a printed letter or a call, for one or several invoices."""

    party = FirmForeignKey(Party, related_name="reminder_letters")
    level = models.SmallIntegerField()
    channel = models.CharField(max_length=6, choices=Channel.choices)
    sent_at = models.DateTimeField()
    by = FirmForeignKey(Member, null=True, related_name="+")
    """Who approved it; null when the policy sends by itself."""
    message = FirmForeignKey(Message, null=True, related_name="+")
    document = FirmForeignKey(Document, null=True, related_name="+")
    """The printed letter, which a formal notice always is."""

    class Meta(FirmModel.Meta):
        indexes = [models.Index(fields=["firm", "party"], name="letter_by_party")]


class ReminderState(models.TextChoices):
    """Where a reminder is on its way."""

    PREPARED = "prepared", _("prepared")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("dropped")


class Reminder(LightFirmModel):
    """One invoice, one level, once. Its amounts are those of the day it was prepared, then of the day it was sent.

    ``open_amount`` is tax included and leaves out what is contested or promised; ``interest`` is null while the rate of
    the half-year is not known.
    """

    invoice = FirmForeignKey(Invoice, related_name="reminders")
    party = FirmForeignKey(Party, related_name="reminders", db_constraint=False)
    level = models.SmallIntegerField()
    channel = models.CharField(max_length=6, choices=Channel.choices)
    is_automatic = models.BooleanField()
    prepared_on = models.DateField()
    state = models.CharField(max_length=8, choices=ReminderState.choices, default=ReminderState.PREPARED)
    days_late = models.IntegerField()
    open_amount = models.DecimalField(max_digits=18, decimal_places=2)
    interest = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    indemnity = models.DecimalField(max_digits=18, decimal_places=2)
    sent_on = models.DateField(null=True)
    letter = FirmForeignKey(Letter, null=True, related_name="reminders")
    why_dropped = models.CharField(max_length=200, blank=True)

    class Meta(LightFirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "invoice", "level"], name="reminder_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_on__isnull=False, letter__isnull=False)
                | (Q(state__in=["prepared", "dropped"]) & Q(sent_on__isnull=True, letter__isnull=True)),
                name="reminder_sent_when",
            ),
            models.CheckConstraint(condition=Q(open_amount__gt=0, indemnity__gte=0), name="reminder_amounts"),
        ]
        indexes = [
            models.Index(fields=["firm", "party"], name="reminder_to_send", condition=Q(state="prepared")),
            models.Index(fields=["firm", "letter"], name="reminder_by_letter", condition=Q(letter__isnull=False)),
        ]


class Hold(FirmModel):
    """Someone decided that a party, or one invoice, is not reminded for a while. ``until`` null: until it is lifted."""

    party = FirmForeignKey(Party, related_name="holds")
    invoice = FirmForeignKey(Invoice, null=True, related_name="holds")
    """Null: all invoices of the party."""
    from_on = models.DateField()
    until = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    by = FirmForeignKey(Member, related_name="+")
    lifted_on = models.DateField(null=True)

    class Meta(FirmModel.Meta):
        indexes = [models.Index(fields=["firm", "party"], name="hold_by_party")]


class Proceedings(models.TextChoices):
    """The kinds of collective proceedings, in France and in Canada."""

    SAFEGUARD = "safeguard", _("safeguard")
    RECEIVERSHIP = "receivership", _("receivership")
    LIQUIDATION = "liquidation", _("liquidation")
    PROPOSAL = "proposal", _("proposal to creditors")
    BANKRUPTCY = "bankruptcy", _("bankruptcy")


class Insolvency(FirmModel):
    """A judgment opened proceedings against a debtor: reminders and penalties stop, a claim is to be filed.

    ``deadline_on`` is the last day to file it, ``relief_on`` the last day to ask to be heard late; null where
    the law sets no fixed day.
    """

    party = FirmForeignKey(Party, related_name="insolvencies")
    kind = models.CharField(max_length=12, choices=Proceedings.choices)
    court = models.CharField(max_length=200, blank=True)
    trustee = models.CharField(max_length=300, blank=True)
    """To whom the claim goes."""
    notice = models.CharField(max_length=120, blank=True)
    judged_on = models.DateField()
    published_on = models.DateField()
    deadline_on = models.DateField(null=True)
    relief_on = models.DateField(null=True)
    declared_on = models.DateField()
    """The day we learned it."""
    by = FirmForeignKey(Member, null=True, related_name="+")
    claimed_on = models.DateField(null=True)

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "party", "judged_on"], name="insolvency_once"),
            models.CheckConstraint(condition=Q(published_on__gte=F("judged_on")), name="insolvency_published_after"),
        ]


class WriteOff(FirmModel):
    """An amount given up, tax included; ``restored_on`` when that was a mistake."""

    invoice = FirmForeignKey(Invoice, related_name="write_offs")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    reason = models.CharField(max_length=300)
    written_on = models.DateField()
    by = FirmForeignKey(Member, related_name="+")
    restored_on = models.DateField(null=True)
    restored_by = FirmForeignKey(Member, null=True, related_name="+")

    class Meta(FirmModel.Meta):
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_amount")]
        indexes = [models.Index(fields=["firm", "invoice"], name="write_off_by_invoice")]
