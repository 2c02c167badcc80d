"""Invoicing what was agreed: a deposit, a milestone, and the balance that takes earlier documents back.

Way A of our note of the law, 4.4: the balance shows the whole, then one line of quantity −1 for each earlier document
and rate; it is the whole less those, never computed again from a percentage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import lock_deals
from comptant.ground.money.amounts import Money, quantum, share, times
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.actions.issuing import issued
from comptant.journey.invoices.composing import Subject, Taken, sums_of_document
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.invoices.rules.lines import Line
from comptant.journey.invoices.rules.taxes import Sums, less
from comptant.journey.offers.models import Agreement, Milestone, Trigger
from comptant.journey.offers.queries import agreed_lines, language_for
from comptant.journey.offers.rules.totals import from_json

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Billed:
    """The documents of an agreement that still claim something, and what each does, those to be reissued apart."""

    documents: Sequence[Taken]

    @property
    def net(self) -> Decimal:
        """In all, before tax."""
        return sum((one.sums.net for one in self.documents), ZERO)

    def balance(self) -> Invoice | None:
        """The document that claimed all the rest, if one did."""
        return next((one.invoice for one in self.documents if one.invoice.kind == InvoiceKind.BALANCE), None)

    def of(self, milestone: Milestone) -> Invoice | None:
        """The document that claims a milestone."""
        return next((one.invoice for one in self.documents if one.invoice.milestone_id == milestone.id), None)


@transaction.atomic
def issue_deposit(
    agreement: Agreement,
    *,
    share: Decimal | None = None,
    net: Decimal | None = None,
    due_on: date | None = None,
    at: datetime,
    by: Member,
) -> Invoice:
    """A deposit invoice: ``share`` percent of the agreement, or ``net``; due at once unless a day is named.

    E3: 30 % of 10 000.00 at 20 % is 3 000.00 and 600.00. Where the schedule asks for that very part at signature, it
    is that milestone, and invoiced once. Raises Refusal already_issued, more_than_agreed, and those of ``issue``.
    """
    firm, agreement = _held(agreement)
    billed = billed_of(agreement)
    planned = _planned(agreement, share, net)
    if planned is not None and (done := billed.of(planned)) is not None:
        raise Refusal("already_issued", number=done.number)
    parts = _parts(agreement, share, net)
    asked = sum((part for part, _ in parts), ZERO)
    _refuse_more(agreement, billed, asked)
    title = _title(agreement)
    with translation.override(language_for(agreement.deal.party, firm)):
        words = planned.title if planned is not None else _("Deposit: {title}").format(title=title)
    lines = [Line(words, part, rate, text=title if planned is not None else "") for part, rate in parts]
    subject = Subject(
        agreement.deal, InvoiceKind.DEPOSIT, lines, due_on, agreement=agreement, milestone=planned
    )  # fmt: skip
    return issued(firm, subject, at=at, by=by)


@transaction.atomic
def issue_milestone(milestone: Milestone, *, due_on: date | None = None, at: datetime, by: Member) -> Invoice:
    """What a milestone makes payable: at signature a deposit; the last one, the balance of the agreement.

    Raises Refusal already_issued when it was invoiced, alone or within a balance, and those of ``issue``.
    """
    firm, agreement = _held(milestone.agreement)
    milestones = list(Milestone.objects.filter(firm=firm, agreement=agreement))
    billed = billed_of(agreement)
    done = billed.of(milestone) or billed.balance()
    if done is not None:
        raise Refusal("already_issued", number=done.number)
    if all(billed.of(one) or one.id == milestone.id for one in milestones):
        return _rest(firm, agreement, billed, milestone, due_on, at, by)
    nets = [(one.net, one.rate) for one in from_json(milestone.rates).rates]
    _refuse_more(agreement, billed, sum((net for net, _ in nets), ZERO))
    kind = InvoiceKind.DEPOSIT if milestone.trigger == Trigger.SIGNATURE else InvoiceKind.INVOICE
    lines = [Line(milestone.title, net, rate, text=agreement.title) for net, rate in nets]
    # Nothing is done yet when a deposit is asked for.
    done_on = milestone.reached_on if kind != InvoiceKind.DEPOSIT else None
    subject = Subject(
        agreement.deal, kind, lines, due_on, supplied_on=done_on, agreement=agreement, milestone=milestone
    )  # fmt: skip
    return issued(firm, subject, at=at, by=by)


@transaction.atomic
def issue_balance(agreement: Agreement, *, due_on: date | None = None, at: datetime, by: Member) -> Invoice:
    """All that earlier documents of the agreement left; without any, an invoice of the whole.

    Raises Refusal already_issued when a balance was, nothing_to_claim when nothing is left, and those of ``issue``.
    """
    firm, agreement = _held(agreement)
    billed = billed_of(agreement)
    if (done := billed.balance()) is not None:
        raise Refusal("already_issued", number=done.number)
    return _rest(firm, agreement, billed, None, due_on, at, by)


def _rest(
    firm: Firm, agreement: Agreement, billed: Billed, milestone: Milestone | None, due_on: date | None, at: datetime,
    by: Member,
) -> Invoice:  # fmt: skip
    if billed.net >= agreement.net:
        last = billed.documents[-1].invoice if billed.documents else None
        raise Refusal("already_issued", number=last.number) if last else Refusal("nothing_to_claim", net=agreement.net)
    kind = InvoiceKind.BALANCE if billed.documents else InvoiceKind.INVOICE
    subject = Subject(
        agreement.deal, kind, _whole(agreement), due_on, agreement=agreement, milestone=milestone,
        taken=billed.documents,
    )  # fmt: skip
    return issued(firm, subject, at=at, by=by)


def _held(agreement: Agreement) -> tuple[Firm, Agreement]:
    """The agreement as it is once its deal is held. Raises Refusal agreement_ended."""
    lock_deals(agreement.firm, [agreement.deal_id])
    held: Agreement = Agreement.objects.select_related("deal__party", "deal__firm", "offer").get(
        firm=agreement.firm_id, id=agreement.id
    )
    if held.ended_on is not None:
        raise Refusal("agreement_ended", day=held.ended_on.isoformat())
    return held.deal.firm, held


def billed_of(agreement: Agreement) -> Billed:
    """What was issued of the agreement so far.

    A credit note counts only when the work is to be invoiced again: otherwise what it cancelled is no longer owed.
    """
    rows = Invoice.objects.filter(firm=agreement.firm_id, agreement=agreement).filter(
        ~Q(kind=InvoiceKind.CREDIT_NOTE) | Q(is_to_reissue=True)
    )
    notes: dict[object, list[Sums]] = {}
    documents = []
    for invoice in rows.order_by("issued_on", "id"):
        sums = sums_of_document(invoice)
        if sums is None:
            continue
        if invoice.corrects_id is None:
            documents.append((invoice, sums))
        else:
            notes.setdefault(invoice.corrects_id, []).append(sums)
    left = [Taken(invoice, less(sums, notes.get(invoice.id, ()))) for invoice, sums in documents]
    return Billed([one for one in left if one.sums.net])


def _parts(agreement: Agreement, percent: Decimal | None, net: Decimal | None) -> list[tuple[Decimal, Decimal]]:
    """(net, rate) of each rate of the agreement. Raises Refusal deposit_amount."""
    currency, rates = agreement.deal.currency, from_json(agreement.rates).rates
    if percent is not None and 0 < percent <= 100:
        return [(times(Money(one.net, currency), percent / 100).amount, one.rate) for one in rates]
    fits = percent is None and net is not None and 0 < net <= agreement.net
    if fits and net is not None and net == net.quantize(quantum(currency)):
        amounts = share(Money(net, currency), [one.net for one in rates])
        return [(part.amount, one.rate) for part, one in zip(amounts, rates, strict=True) if part.amount]
    raise Refusal("deposit_amount", agreed=str(agreement.net))


def _planned(agreement: Agreement, percent: Decimal | None, net: Decimal | None) -> Milestone | None:
    """The part payable at signature that a deposit of this share, or of this amount, is."""
    rows = Milestone.objects.filter(firm=agreement.firm_id, agreement=agreement, trigger=Trigger.SIGNATURE)
    return next((one for one in rows if one.share == percent or one.net == net), None)


def _title(agreement: Agreement) -> str:
    return agreement.title or agreement.deal.title or agreement.deal.ref


def _refuse_more(agreement: Agreement, billed: Billed, net: Decimal) -> None:
    if billed.net + net > agreement.net:
        left = agreement.net - billed.net
        raise Refusal("more_than_agreed", net=str(net), left=str(left))


def _whole(agreement: Agreement) -> list[Line]:
    """What was agreed: the lines of the offer, or one for each rate when it has none or they differ from it."""
    lines = [
        Line(
            line.title, line.price, line.tax_rate, line.quantity, line.unit, line.text, line.discount
        )
        for line in agreed_lines(agreement)
    ]  # fmt: skip
    if lines and sum((line.net(agreement.deal.currency) for line in lines), ZERO) == agreement.net:
        return lines
    return [Line(_title(agreement), one.net, one.rate) for one in from_json(agreement.rates).rates]
