"""Acts of payments: money received, used, given back, bounced. Each changes rows, then tells them to the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import go_live, lock_deals, post, state_at
from comptant.ground.journal.acts import ZERO
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.invoices.rules.claims import UNPAID, claims_of, moved, standing
from comptant.journey.payments.accounts import account_deals
from comptant.journey.payments.memory import forget, learn
from comptant.journey.payments.models import (
    Allocation,
    AllocationKind,
    BankLine,
    Bounce,
    HeldUse,
    LineState,
    Payment,
)
from comptant.journey.payments.queries import (
    accounts_of,
    held_with,
    issued_at,
    payable,
    received_new,
    received_of,
    with_something_held,
)
from comptant.journey.payments.rules.room import PAYS_IN_ORDER
from comptant.journey.payments.telling import tell, tell_received
from comptant.journey.payments.writing import write_allocations, write_payments


@dataclass(frozen=True, slots=True)
class Given:
    """A part of a payment to be given to an invoice, gross; ``discount`` lets it off that much more."""

    invoice: Invoice
    amount: Decimal
    discount: Decimal = ZERO
    what: str = AllocationKind.INVOICE


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money received, about to be recorded: ``amount`` is what the party sent, the bank's ``fee`` in it."""

    party: Party
    amount: Decimal
    received_on: date
    given: Sequence[Given] = ()
    label: str = ""
    ref: str = ""
    iban: str = ""
    invoice_number: str = ""
    fee: Decimal = ZERO
    currency: str = ""
    line: BankLine | None = None


@transaction.atomic
def take_payment(
    firm: Firm,
    *,
    party: Party,
    amount: Decimal,
    received_on: date,
    label: str = "",
    ref: str = "",
    iban: str = "",
    allocations: Sequence[tuple[Invoice, Decimal]] = (),
    penalties: Sequence[tuple[Invoice, Decimal]] = (),
    indemnities: Sequence[tuple[Invoice, Decimal]] = (),
    discounts: Mapping[UUID, Decimal] | None = None,
    fee: Decimal = ZERO,
    currency: str = "",
    line: BankLine | None = None,
    at: datetime,
    by: Member | None,
) -> Payment:
    """Money received from a party, given to invoices; what they cannot take is held on the party's account.

    Amounts are gross. ``penalties`` and ``indemnities`` are received beside an invoice, and no sale. ``discounts``
    let an invoice (by id) off for early payment. Counts from the day of credit, or from the instant the invoice was
    issued when that is later. Raises Refusal allocated_more_than_received, other_currency, line_already_matched,
    payment_in_future, fee_too_large,
    payment_ref_taken.
    """
    off = discounts or {}
    given = [Given(invoice, part, off.get(invoice.id, ZERO)) for invoice, part in allocations]
    given += [Given(invoice, part, what=AllocationKind.PENALTY) for invoice, part in penalties]
    given += [Given(invoice, part, what=AllocationKind.INDEMNITY) for invoice, part in indemnities]
    new = NewPayment(
        party, amount, received_on, given, label, ref, iban, fee=fee, currency=currency or firm.currency, line=line
    )
    if line is not None:
        take_lines(firm, [line])
    try:
        return take_payments(firm, [new], at=at, by=by)[0]
    except IntegrityError as error:
        if "payment_ref_once" in str(error):
            raise Refusal("payment_ref_taken", ref=ref) from error
        raise


@transaction.atomic
def take_payments(firm: Firm, new: Sequence[NewPayment], *, at: datetime, by: Member | None) -> list[Payment]:
    """Many payments in one transaction, in the order given; the deals locked in id order, told in one call.

    When invoices cannot take all that is given, those named first take it; the rest is held.
    """
    for one in new:
        _check(firm, one, at)
    invoices = {given.invoice.id: given.invoice for one in new for given in one.given}
    hold_deals(firm, invoices.values(), {one.party.id for one in new})
    open_now = payable(firm, invoices)
    starts = issued_at(firm, _early(new))
    payments, allocations = [], []
    for one in new:
        payment = _payment(firm, one, at, by)
        payments.append(payment)
        allocations += _allocations(firm, payment, one, open_now, starts)
    _settle_discounts(firm, allocations)
    write_payments(payments)
    write_allocations(allocations)
    open_accounts(firm, payments, allocations)
    _go_live(firm, at, by)
    tell_received(firm, received_new(firm, payments, allocations))
    learn(firm, payments)
    return payments


def hold_deals(firm: Firm, invoices: Iterable[Invoice], parties: Iterable[UUID]) -> None:
    """The invoices' deals and the parties' accounts, locked at once, in id order: whoever pays one of them waits."""
    deals = {invoice.deal_id for invoice in invoices} | set(accounts_of(firm, parties).values())
    lock_deals(firm, list(deals))


def _go_live(firm: Firm, at: datetime, by: Member | None) -> None:
    """A person who records a payment makes the firm live that day, however old it is; a file or a match does not."""
    if by is not None:
        go_live(firm, at)


def _check(firm: Firm, new: NewPayment, at: datetime) -> None:
    given = sum((one.amount for one in new.given), ZERO)
    if given > new.amount:
        raise Refusal("allocated_more_than_received", allocated=str(given), amount=str(new.amount))
    if new.received_on > firm.today(at):
        raise Refusal("payment_in_future", day=new.received_on.isoformat())
    if not 0 <= new.fee < new.amount:
        raise Refusal("fee_too_large", fee=str(new.fee), amount=str(new.amount))
    for one in new.given:
        if one.invoice.currency != (new.currency or firm.currency):
            raise Refusal("other_currency", number=one.invoice.number, currency=one.invoice.currency)
        if one.invoice.kind == InvoiceKind.CREDIT_NOTE:
            raise Refusal("credit_note_not_paid", number=one.invoice.number)


def _early(new: Sequence[NewPayment]) -> set[UUID]:
    """The invoices that some payment reaches on their day of issue or before it: the instant of their act matters."""
    return {
        given.invoice.id for one in new for given in one.given if one.received_on <= given.invoice.issued_on
    }  # fmt: skip


def _payment(firm: Firm, new: NewPayment, at: datetime, by: Member | None) -> Payment:
    return Payment(
        firm=firm, ref=new.ref, party=new.party, received_on=new.received_on, amount=new.amount, fee=new.fee,
        currency=new.currency or firm.currency, label=new.label, iban=new.iban, invoice_number=new.invoice_number,
        line=new.line, by=by, taken_at=at,
    )  # fmt: skip


def _allocations(
    firm: Firm, payment: Payment, new: NewPayment, open_now: dict[UUID, Decimal], starts: Mapping[UUID, datetime]
) -> list[Allocation]:
    """What each invoice takes of a payment; ``open_now`` is lessened by it."""
    came, allocations = firm.midnight(new.received_on), []
    for given in new.given:
        invoice, amount, discount = given.invoice, given.amount, given.discount
        if given.what == AllocationKind.INVOICE:
            amount = min(amount, open_now.get(invoice.id, ZERO))
            discount = min(discount, open_now.get(invoice.id, ZERO) - amount)
            open_now[invoice.id] = open_now.get(invoice.id, ZERO) - amount - discount
        if amount:
            start = max(came, starts.get(invoice.id, came))
            allocation = Allocation(
                firm=firm, payment=payment, invoice=invoice, what=given.what, amount=amount, discount=discount, at=start
            )
            allocations.append(allocation)
    return allocations


def _settle_discounts(firm: Firm, allocations: Sequence[Allocation]) -> None:
    """The tax within each discount: what the payment leaves of the invoice's, when the discount clears it."""
    for allocation in allocations:
        if not allocation.discount:
            continue
        invoice = allocation.invoice
        state = state_at(firm, [invoice.deal_id], allocation.at)[invoice.deal_id]
        claim = claims_of(state).get(invoice.id)
        if claim is None:
            continue  # the journal refuses the payment itself
        net, tax = standing(state, invoice.id, UNPAID)
        postings, _ = moved(state, claim, allocation.amount, PAYS_IN_ORDER, "cashed", invoice.currency)
        left_tax = tax - sum((posting.tax for posting in postings), ZERO)
        left = net + tax - allocation.amount
        exact = left_tax if allocation.discount == left else left_tax * allocation.discount / left if left else ZERO
        allocation.discount_tax = min(exact.quantize(Decimal("0.01")), left_tax)


def open_accounts(firm: Firm, payments: Sequence[Payment], allocations: Sequence[Allocation]) -> None:
    """The parties of payments of which something is held have an account deal."""
    came = {payment.id: payment for payment in payments}
    at_once = dict.fromkeys(came, ZERO)
    for one in allocations:
        if firm.day(one.at) <= came[one.payment_id].received_on:
            at_once[one.payment_id] += one.amount
    account_deals(firm, [payment for payment in payments if payment.amount > at_once[payment.id]])


def take_lines(firm: Firm, lines: Sequence[BankLine]) -> None:
    """The lines become matched, by whoever comes first. Raises Refusal line_already_matched, line_set_aside."""
    ids = sorted({line.id for line in lines})
    held = list(BankLine.objects.select_for_update().filter(firm=firm, id__in=ids).order_by("id"))
    for line in held:
        if line.state != LineState.OPEN:
            code = "line_already_matched" if line.state == LineState.MATCHED else "line_set_aside"
            raise Refusal(code, day=line.booked_on.isoformat(), amount=str(line.amount))
    BankLine.objects.filter(firm=firm, id__in=ids).update(state=LineState.MATCHED)


@transaction.atomic
def use_held(
    party: Party, invoice: Invoice, amount: Decimal | None = None, *, at: datetime, by: Member | None
) -> Decimal:
    """Money held for a party pays an invoice, the oldest first; how much it was (without ``amount``: all it can).

    Raises Refusal held_less when less is held than asked, paid_more_than_open when the invoice cannot take it.
    """
    firm = party.firm
    payments, credited = _held(firm, party, invoice.currency, invoice.deal_id)
    open_now = payable(firm, [invoice.id]).get(invoice.id, ZERO)
    held = sum(payments.values(), ZERO) + sum(there for _, there in credited)
    wanted = min(held, open_now) if amount is None else amount
    if wanted <= 0 or wanted > held:
        raise Refusal("held_less", amount=str(wanted), held=str(held))
    if wanted > open_now:
        raise Refusal("paid_more_than_open", number=invoice.number, left=str(wanted - open_now))
    moment = max(at, issued_at(firm, [invoice.id]).get(invoice.id, at))
    left, allocations, uses = wanted, [], []
    for payment, there in payments.items():
        if part := min(left, there):
            allocations.append(Allocation(firm=firm, payment_id=payment, invoice=invoice, amount=part, at=moment))
            left -= part
    for source, there in credited:
        if part := min(left, there):
            uses.append(
                HeldUse(firm=firm, party=party, credited=source, to_invoice=invoice, amount=part, at=moment, by=by)
            )
            left -= part
    Allocation.objects.bulk_create(allocations)
    HeldUse.objects.bulk_create(uses)
    _go_live(firm, at, by)
    tell(firm, sorted({one.payment_id for one in allocations}), uses)
    return wanted


def _held(
    firm: Firm, party: Party, currency: str, *also: UUID
) -> tuple[dict[UUID, Decimal], list[tuple[Invoice, Decimal]]]:
    """What is held for a party in a currency, of payments and of credit notes, the deals it stands on locked."""
    account = accounts_of(firm, [party.id]).get((party.id, currency))
    deals = {*also, *(invoice.deal_id for invoice, _ in held_with(firm, party)), *([account] if account else [])}
    lock_deals(firm, list(deals))
    payments = {one.id: one.held_now for one in with_something_held(firm, party, currency)}
    return payments, [(invoice, part) for invoice, part in held_with(firm, party) if invoice.currency == currency]


@transaction.atomic
def refund(
    party: Party,
    amount: Decimal,
    *,
    at: datetime,
    by: Member | None,
    invoice: Invoice | None = None,
    label: str = "",
    line: BankLine | None = None,
) -> list[HeldUse]:
    """Money held is given back: that of the party's account, or with ``invoice`` what its credit note left.

    Raises Refusal held_less.
    """
    firm = party.firm
    if line is not None:
        take_lines(firm, [line])
    currency = invoice.currency if invoice else firm.currency
    payments, notes = _held(firm, party, currency)
    sources: list[tuple[UUID | None, Invoice | None, Decimal]]
    if invoice is None:
        sources = [(payment, None, there) for payment, there in payments.items()]
    else:
        sources = [(None, credited, there) for credited, there in notes if credited.id == invoice.id]
    held = sum((there for _, _, there in sources), ZERO)
    if amount <= 0 or amount > held:
        raise Refusal("held_less", amount=str(amount), held=str(held))
    left, uses = amount, []
    for payment, credited, there in sources:
        if part := min(left, there):
            use = HeldUse(firm=firm, party=party, payment_id=payment, credited=credited, amount=part, at=at, by=by)
            use.label, use.line = label, line
            uses.append(use)
            left -= part
    HeldUse.objects.bulk_create(uses)
    _go_live(firm, at, by)
    tell(firm, [use.payment_id for use in uses if use.payment_id], [use for use in uses if use.credited_id])
    return uses


@transaction.atomic
def bounce(
    payment: Payment,
    *,
    on: date,
    reason: str,
    at: datetime,
    by: Member | None,
    amount: Decimal | None = None,
    line: BankLine | None = None,
) -> Bounce:
    """The bank took a payment back, all that is left of it or a part: first what was held, then the last given.

    Raises Refusal bounced_more_than_received, payment_in_future.
    """
    firm = payment.firm
    if on > firm.today(at):
        raise Refusal("payment_in_future", day=on.isoformat())
    if line is not None:
        take_lines(firm, [line])
    Payment.objects.select_for_update().get(firm=firm, id=payment.id)
    received = received_of(firm, [payment.id])[payment.id]
    gone = [one.amount for one in (*received.bounces, *received.refunds)]
    gone += [part.amount for part in received.parts if part.what != AllocationKind.INVOICE]
    left = payment.amount - sum(gone, ZERO)
    part = left if amount is None else amount
    if part <= 0 or part > left:
        raise Refusal("bounced_more_than_received", amount=str(part), left=str(left))
    moment = max(firm.midnight(on), *(one.at for one in received.parts), firm.midnight(payment.received_on))
    bounced: Bounce = Bounce.objects.create(
        firm=firm, payment=payment, amount=part, at=moment, reason=reason[:200], line=line
    )
    _go_live(firm, at, by)
    tell(firm, [payment.id])
    return bounced


@transaction.atomic
def unmatch(line: BankLine, *, at: datetime, by: Member | None) -> None:
    """A line is matched no more: its payments were never said, and it waits again. Who undid it stays on the deals.

    Raises Refusal line_not_matched, payment_used when money of it was given back or bounced since.
    """
    firm = line.firm
    held = BankLine.objects.select_for_update().get(firm=firm, id=line.id)
    payments = list(Payment.objects.filter(firm=firm, line=line))
    if held.state != LineState.MATCHED or not payments:
        raise Refusal("line_not_matched", day=line.booked_on.isoformat(), amount=str(line.amount))
    received = received_of(firm, [payment.id for payment in payments])
    if any(one.refunds or one.bounces for one in received.values()):
        raise Refusal("payment_used", day=line.booked_on.isoformat(), amount=str(line.amount))
    deals = {part.deal for one in received.values() for part in one.parts}
    deals |= {one.account for one in received.values() if one.account and (one.held or any(one.parts))}
    Allocation.objects.filter(firm=firm, payment__in=payments).delete()
    forget(firm, payments)
    ids = [payment.id for payment in payments]
    Payment.objects.filter(firm=firm, id__in=ids).delete()
    tell(firm, also=deals, gone=ids)
    BankLine.objects.filter(firm=firm, id=line.id).update(state=LineState.OPEN)
    details = {"line": str(line.id), "amount": str(line.amount)}
    for deal in Deal.objects.filter(firm=firm, id__in=deals).order_by("id"):
        post(deal, act="unmatched", at=at, by=by, details=details)
