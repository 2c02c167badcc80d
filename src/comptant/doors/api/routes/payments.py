"""The bank: statements, lines, proposals; payments, and what becomes of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Query
from pydantic import Field

from comptant.doors.api.asking import ApiRequest, find_party
from comptant.doors.api.cursors import Place, page
from comptant.doors.api.door import Door
from comptant.doors.api.routes.invoices import find_invoice
from comptant.doors.api.shapes import payments as shapes
from comptant.doors.api.shapes.values import Given, Pages, Paging, Short
from comptant.ground.refusals import Refusal
from comptant.ground.web.roles import KEEPING_BOOKS, LEADING
from comptant.journey.invoices.models import Invoice
from comptant.journey.payments import actions, aside, bank, match, queries
from comptant.journey.payments.models import BankLine, Payment

door = Door("payments")
READING_BANK = KEEPING_BOOKS


class Upload(Given):
    """What the file is called, and of which account it is."""

    filename: Annotated[str, Field(min_length=1, max_length=200)] = "statement"
    account: Short = Field("", description="IBAN, ref or name; needed for a CSV when the firm has several.")


class ListOfLines(Paging):
    """Which lines."""

    state: shapes.State = "open"


class ListOfPayments(Paging):
    """Which payments."""

    party: str = ""


@door.does(
    "/bank/statements", shapes.ImportedFile, roles=KEEPING_BOOKS, scope="payments", takes="application/octet-stream"
)
def import_a_statement(request: ApiRequest, asked: Annotated[Upload, Query()]) -> Any:
    """Import a bank statement (camt.053, CSV), sent as it is; the same file twice changes nothing."""
    if not request.body:
        raise Refusal("unreadable")
    found = bank.import_statement(
        request.firm, request.body, asked.filename, account=asked.account or None, at=request.at, by=request.member
    )
    return {
        "is_known": found.is_known, "added": found.added, "known": found.known,
        "statements": [
            {**_statement(one.statement), "added": one.added, "known": one.known, "follows": one.follows}
            for one in found.statements
        ],
    }  # fmt: skip


@door.reads("/bank/statements", list[shapes.Statement], roles=READING_BANK)
def list_statements(request: ApiRequest) -> Any:
    """The hundred latest statements."""
    return [_statement(one) for one in queries.statements(request.firm)]


@door.reads("/bank/lines", Pages[shapes.BankLine], roles=READING_BANK)
def list_bank_lines(request: ApiRequest, asked: Annotated[ListOfLines, Query()]) -> Any:
    """Lines of the bank: those to match, unless asked otherwise; the oldest first."""
    rows = BankLine.objects.filter(firm=request.firm, state=asked.state)
    return page(rows, Place(f"lines:{asked.state}", asked.limit, asked.cursor), "booked_on", _line)


@door.reads("/bank/proposals", list[shapes.LineProposals], roles=READING_BANK)
def list_proposals(request: ApiRequest) -> Any:
    """What each line to match may pay, and why; nothing is posted."""
    return list(match.lines_of(match.propose(request.firm)))


@door.does("/bank/matching", list[shapes.LineProposals], roles=KEEPING_BOOKS, scope="payments", status=200)
def match_the_bank(request: ApiRequest) -> Any:
    """Match what waits: what is sure is posted, the rest is proposed."""
    return list(match.lines_of(match.match(request.firm, now=request.at)))


@door.does("/bank/lines/{line}/confirmation", list[shapes.Payment], roles=KEEPING_BOOKS, scope="payments")
def confirm_a_line(request: ApiRequest, line: UUID, body: shapes.Confirming) -> Any:
    """Say what a line pays; once."""
    found = queries.get_line(request.firm, line)
    found.firm = request.firm
    payments = match.confirm(found, _choice(request, found, body), at=request.at, by=request.member)
    return _shown(request, payments)


def _choice(request: ApiRequest, line: BankLine, body: shapes.Confirming) -> match.Choice:
    if body.invoices and body.shares:
        raise Refusal("invoices_or_shares")
    if body.invoices:
        numbers = [find_invoice(request, name).number for name in body.invoices]
        chosen = match.choice_of(request.firm, line, numbers, body.fee)
        given = chosen.given
    else:
        given = tuple((find_invoice(request, share.invoice).id, share.amount) for share in body.shares)
    party = find_party(request, body.party).id if body.party else None
    return match.Choice(given, fee=body.fee, party=party)


@door.does("/bank/lines/{line}/release", shapes.BankLine, roles=KEEPING_BOOKS, scope="payments")
def release_a_line(request: ApiRequest, line: UUID) -> Any:
    """A line was matched or set aside by mistake: its payments were never said, and it waits again."""
    found = queries.get_line(request.firm, line)
    found.firm = request.firm
    aside.release(found, at=request.at, by=request.member)
    return _line(queries.get_line(request.firm, line))


@door.reads("/payments", Pages[shapes.Payment], roles=READING_BANK)
def list_payments(request: ApiRequest, asked: Annotated[ListOfPayments, Query()]) -> Any:
    """Payments, the latest received first."""
    rows = Payment.objects.filter(firm=request.firm).select_related("party")
    if asked.party:
        rows = rows.filter(party=find_party(request, asked.party))
    place = Place(f"payments:{asked.party}", asked.limit, asked.cursor)
    found = page(rows, place, "-received_on", lambda payment: {"row": payment})
    return {"items": _shown(request, [one["row"] for one in found["items"]]), "next": found["next"]}


@door.does("/payments", shapes.Payment, roles=KEEPING_BOOKS, scope="payments")
def take_a_payment(request: ApiRequest, body: shapes.NewPayment) -> Any:
    """Record money received, by hand."""
    payment = actions.take_payment(
        request.firm, party=find_party(request, body.party), amount=body.amount, received_on=body.received_on,
        label=body.label, ref=body.ref, iban=body.iban, fee=body.fee, allocations=_given(request, body.allocations),
        penalties=_given(request, body.penalties), indemnities=_given(request, body.indemnities),
        at=request.at, by=request.member,
    )  # fmt: skip
    return _shown(request, [payment])[0]


def _given(request: ApiRequest, shares: list[shapes.Share]) -> list[tuple[Invoice, Decimal]]:
    return [(find_invoice(request, share.invoice), share.amount) for share in shares]


@door.reads("/payments/{payment}", shapes.Payment, roles=READING_BANK)
def get_payment(request: ApiRequest, payment: UUID) -> Any:
    """A payment, by id."""
    return _shown(request, [find_payment(request, payment)])[0]


@door.does("/payments/{payment}/bounces", shapes.Payment, roles=KEEPING_BOOKS, scope="payments")
def bounce_a_payment(request: ApiRequest, payment: UUID, body: shapes.Bouncing) -> Any:
    """The bank took a payment back."""
    found = find_payment(request, payment)
    actions.bounce(found, on=body.on, reason=body.reason, amount=body.amount, at=request.at, by=request.member)
    return _shown(request, [found])[0]


@door.does("/parties/{party}/credit-uses", shapes.Used, roles=KEEPING_BOOKS, scope="payments")
def use_what_is_held(request: ApiRequest, party: str, body: shapes.Using) -> Any:
    """Money held for a party pays an invoice."""
    found = find_party(request, party)
    used = actions.use_held(found, find_invoice(request, body.invoice), body.amount, at=request.at, by=request.member)
    return {"amount": used}


@door.does("/parties/{party}/refunds", shapes.Used, roles=LEADING | KEEPING_BOOKS, scope="payments")
def refund_a_party(request: ApiRequest, party: str, body: shapes.Refunding) -> Any:
    """Money held for a party is given back."""
    invoice = find_invoice(request, body.invoice) if body.invoice else None
    actions.refund(
        find_party(request, party), body.amount, invoice=invoice, label=body.label, at=request.at, by=request.member
    )
    return {"amount": body.amount}


def find_payment(request: ApiRequest, payment_id: UUID) -> Payment:
    """The payment if it is the firm's; otherwise 404."""
    payment: Payment | None = Payment.objects.select_related("party").filter(firm=request.firm, id=payment_id).first()
    if payment is None:
        raise Refusal("nothing_here")
    payment.firm = payment.party.firm = request.firm
    return payment


def _shown(request: ApiRequest, payments: list[Payment]) -> list[dict[str, Any]]:
    received = queries.received_of(request.firm, [payment.id for payment in payments])
    shown = []
    for payment in payments:
        seen = queries.seen(payment, received[payment.id])
        names = ("id", "ref", "received_on", "amount", "currency", "label")
        parts = [{"number": number, "what": what, "amount": amount} for number, what, amount in seen.parts]
        shown.append(
            {
                **{name: getattr(payment, name) for name in names},
                "party": payment.party.ref, "line": payment.line_id, "parts": parts, "held": seen.held,
                "bounced": seen.bounced,
            }
        )  # fmt: skip
    return shown


def _statement(statement: Any) -> dict[str, Any]:
    names = ("id", "format", "first_on", "last_on", "opening", "closing")
    return {**{name: getattr(statement, name) for name in names}, "account": statement.account.ref}


def _line(line: BankLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in shapes.BankLine.model_fields}
