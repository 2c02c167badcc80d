"""Reads of payments: what came, where it went, what is held, and since when a party is a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.http import Http404

from comptant.ground.firms.models import Firm
from comptant.ground.parties.models import Party
from comptant.journey.invoices.models import Invoice
from comptant.journey.payments.models import (
    AccountDeal,
    Allocation,
    BankLine,
    Bounce,
    HeldUse,
    LineState,
    Payment,
    Statement,
    Tolerance,
)
from comptant.journey.payments.rules.telling import Part, Received, Taken

PAYABLE = ("invoiced", "overdue", "doubtful", "disputed", "written_off")


def received_of(firm: Firm, payments: Iterable[UUID]) -> dict[UUID, Received]:
    """Each payment as the rules know it, with its parts, in the order of ids. Five queries, however many."""
    ids = list(payments)
    rows = list(
        Payment.objects.filter(firm=firm, id__in=ids)
        .order_by("id")
        .values_list("id", "party_id", "amount", "received_on", "by_id", "currency")
    )
    if not rows:
        return {}
    parts = _parts(firm, {row[0]: row[3] for row in rows})
    refunds, bounces = _refunds(firm, ids), _bounces(firm, ids)
    accounts = accounts_of(firm, {row[1] for row in rows})
    return {
        payment: Received(
            payment, accounts.get((party, currency)), amount, firm.midnight(received_on), by,
            parts.get(payment, ()), refunds.get(payment, ()), bounces.get(payment, ()),
        )
        for payment, party, amount, received_on, by, currency in rows
    }  # fmt: skip


def received_new(firm: Firm, payments: Sequence[Payment], allocations: Iterable[Allocation]) -> list[Received]:
    """The same of payments just made, of which nothing was given back yet: one query, for their parties' accounts."""
    days = {payment.id: payment.received_on for payment in payments}
    parts: dict[UUID, list[Part]] = {}
    for one in allocations:
        invoice, is_later = one.invoice, firm.day(one.at) > days[one.payment_id]
        part = Part(
            one.id, invoice.deal_id, invoice.id, invoice.number, one.amount, one.at, str(one.what), one.discount,
            one.discount_tax, is_later,
        )  # fmt: skip
        parts.setdefault(one.payment_id, []).append(part)
    accounts = accounts_of(firm, {payment.party_id for payment in payments})
    return [
        Received(
            one.id, accounts.get((one.party_id, one.currency)), one.amount, firm.midnight(one.received_on), one.by_id,
            parts.get(one.id, ()),
        )
        for one in payments
    ]  # fmt: skip


def _parts(firm: Firm, days: Mapping[UUID, date]) -> dict[UUID, list[Part]]:
    found: dict[UUID, list[Part]] = {}
    rows = (
        Allocation.objects.filter(firm=firm, payment_id__in=list(days))
        .order_by("id")
        .values_list(
            "payment_id", "id", "invoice__deal_id", "invoice_id", "invoice__number", "amount", "at", "what", "discount",
            "discount_tax",
        )
    )  # fmt: skip
    for payment, known, deal, invoice, number, amount, at, what, discount, tax in rows:
        is_later = firm.day(at) > days[payment]
        part = Part(known, deal, invoice, number, amount, at, what, discount, tax, is_later)
        found.setdefault(payment, []).append(part)
    return found


def _refunds(firm: Firm, payments: Sequence[UUID]) -> dict[UUID, list[Taken]]:
    found: dict[UUID, list[Taken]] = {}
    rows = HeldUse.objects.filter(firm=firm, payment_id__in=payments).order_by("id")
    for payment, known, amount, at, label in rows.values_list("payment_id", "id", "amount", "at", "label"):
        found.setdefault(payment, []).append(Taken(known, amount, at, label))
    return found


def _bounces(firm: Firm, payments: Sequence[UUID]) -> dict[UUID, list[Taken]]:
    found: dict[UUID, list[Taken]] = {}
    rows = Bounce.objects.filter(firm=firm, payment_id__in=payments).order_by("id")
    for payment, known, amount, at, reason in rows.values_list("payment_id", "id", "amount", "at", "reason"):
        found.setdefault(payment, []).append(Taken(known, amount, at, reason))
    return found


def accounts_of(firm: Firm, parties: Iterable[UUID]) -> dict[tuple[UUID, str], UUID]:
    """The account deal of each (party, currency) that has one."""
    rows = AccountDeal.objects.filter(firm=firm, party_id__in=list(parties))
    return {(party, currency): deal for party, currency, deal in rows.values_list("party_id", "currency", "deal_id")}


def payable(firm: Firm, documents: Iterable[UUID]) -> dict[UUID, Decimal]:
    """What may still be paid of each document, gross: open in any way, or given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT document, sum(net + tax) FROM journal_balance"
            " WHERE firm_id = %s AND document = ANY(%s) AND account = ANY(%s)"
            " AND deal_id IN (SELECT deal_id FROM invoices_invoice WHERE firm_id = %s AND id = ANY(%s))"
            " GROUP BY 1",
            [firm.id, list(documents), list(PAYABLE), firm.id, list(documents)],
        )
        return {document: gross for document, gross in cursor.fetchall() if gross}


def issued_at(firm: Firm, documents: Iterable[UUID]) -> dict[UUID, datetime]:
    """The instant from which each document can be paid: that of its act."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.id, a.occurred_at FROM invoices_invoice i"
            " JOIN journal_act a ON a.firm_id = i.firm_id AND a.deal_id = i.deal_id AND a.kind = 'invoiced'"
            "  AND a.details ->> 'document' = i.id::text"
            " WHERE i.firm_id = %s AND i.id = ANY(%s) AND NOT EXISTS (SELECT FROM journal_act c"
            "  WHERE c.firm_id = a.firm_id AND c.deal_id = a.deal_id AND c.corrects_id = a.id)",
            [firm.id, list(documents)],
        )
        return dict(cursor.fetchall())


def held_with(firm: Firm, party: Party) -> list[tuple[Invoice, Decimal]]:
    """What is held since credit notes on invoices of a party, gross, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.document, b.net + b.tax FROM journal_balance b"
            " JOIN invoices_invoice i ON i.firm_id = b.firm_id AND i.id = b.document AND i.deal_id = b.deal_id"
            " WHERE b.firm_id = %s AND i.party_id = %s AND b.account = 'held' AND b.net + b.tax > 0",
            [firm.id, party.id],
        )
        held = dict(cursor.fetchall())
    invoices = Invoice.objects.filter(firm=firm, id__in=list(held)).order_by("issued_on", "number")
    return [(invoice, held[invoice.id]) for invoice in invoices]


def with_something_held(firm: Firm, party: Party, currency: str) -> list[Received]:
    """The payments of a party of which something is still held on its account, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id FROM payments_payment p"
            " WHERE p.firm_id = %(firm)s AND p.party_id = %(party)s AND p.currency = %(currency)s"
            " AND p.amount > coalesce((SELECT sum(a.amount) FROM payments_allocation a"
            "   WHERE a.firm_id = p.firm_id AND a.payment_id = p.id), 0)"
            "  + coalesce((SELECT sum(u.amount) FROM payments_helduse u"
            "   WHERE u.firm_id = p.firm_id AND u.payment_id = p.id), 0)"
            " ORDER BY p.received_on, p.id",
            {"firm": firm.id, "party": party.id, "currency": currency},
        )
        ids = [row[0] for row in cursor.fetchall()]
    received = received_of(firm, ids)
    return [received[known] for known in ids if received[known].held_now > 0]


def client_since(firm: Firm, parties: Iterable[UUID]) -> dict[UUID, date]:
    """The day of each party's first cash in: from then on it is a client. Those that never paid are left out.

    What was taken back by a correction never came.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.party_id, min(p.occurred_on) FROM deals_deal d"
            " JOIN journal_posting p ON p.firm_id = d.firm_id AND p.deal_id = d.id"
            "  AND p.target = 'cashed' AND NOT p.is_correction AND p.net + p.tax > 0"
            " WHERE d.firm_id = %s AND d.party_id = ANY(%s) AND NOT EXISTS (SELECT FROM journal_act c"
            "  WHERE c.firm_id = p.firm_id AND c.deal_id = p.deal_id AND c.corrects_id = p.act_id)"
            " GROUP BY 1",
            [firm.id, list(parties)],
        )
        return dict(cursor.fetchall())


def open_lines(firm: Firm, limit: int | None = None, after: tuple[date, UUID] | None = None) -> list[BankLine]:
    """What came in and waits to be matched, oldest first; after a (day, id) when given."""
    rows = BankLine.objects.filter(firm=firm, state=LineState.OPEN, amount__gt=0).order_by("booked_on", "id")
    if after:
        rows = rows.extra(where=["(booked_on, id) > (%s, %s)"], params=list(after))
    return list(rows[:limit])


def get_line(firm: Firm, known: UUID) -> BankLine:
    """The line if it is the firm's; otherwise 404, telling nothing."""
    line: BankLine | None = BankLine.objects.filter(firm=firm, id=known).first()
    if line is None:
        raise Http404
    return line


def statements(firm: Firm, limit: int = 100) -> list[Statement]:
    """The firm's statements, the latest first, with their accounts."""
    rows = Statement.objects.filter(firm=firm).select_related("account").order_by("-last_on", "-imported_at", "place")
    return list(rows[:limit])


@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """A payment and where it went: (number, what, amount), gross; ``held`` is what is left of it on the account."""

    payment: Payment
    parts: Sequence[tuple[str, str, Decimal]]
    held: Decimal
    bounced: Decimal


def payments_of(
    firm: Firm, party: Party | None = None, limit: int | None = 100, before: tuple[date, UUID] | None = None
) -> list[PaymentSeen]:
    """The payments of a party, or of all, the latest first; before a (day, id) when given."""
    rows = Payment.objects.filter(firm=firm).select_related("party").order_by("-received_on", "-id")
    if party:
        rows = rows.filter(party=party)
    if before:
        rows = rows.extra(where=["(payments_payment.received_on, payments_payment.id) < (%s, %s)"], params=list(before))
    payments = list(rows[:limit])
    received = received_of(firm, [payment.id for payment in payments])
    return [seen(payment, received[payment.id]) for payment in payments]


def seen(payment: Payment, received: Received) -> PaymentSeen:
    """A payment beside what became of it."""
    parts = [(part.number, part.what, part.amount) for part in received.parts]
    return PaymentSeen(payment, parts, received.held_now, sum((b.amount for b in received.bounces), Decimal("0.00")))


def tolerance_of(firm: Firm) -> Tolerance:
    """What the firm tolerates; the usual where it said nothing."""
    return Tolerance.objects.filter(firm=firm).first() or Tolerance(firm=firm)
