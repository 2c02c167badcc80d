"""Bank lines meet invoices: what each may pay, what is sure and posts by itself, what a person chose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Value

from comptant.ground.database.bulk import collecting_rarely
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.acts import ZERO
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.payments.actions import Given, NewPayment, hold_deals, take_lines, take_payments
from comptant.journey.payments.models import BankLine, IbanMemory, LineState, Payment
from comptant.journey.payments.queries import open_lines, payable, tolerance_of
from comptant.journey.payments.rules.ledger import Ledger, Limits, Line, OpenInvoice, ledger
from comptant.journey.payments.rules.matching import Proposal, proposals

AT_A_TIME = 500
"""Lines posted in one transaction."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a line is to pay: (invoice, amount) in order, fee included; the rest is held for the party.

    ``party`` is needed only where no invoice is.
    """

    given: tuple[tuple[UUID, Decimal], ...] = ()
    fee: Decimal = ZERO
    discounts: tuple[Decimal, ...] = ()
    party: UUID | None = None

    @classmethod
    def of(cls, proposal: Proposal) -> Choice:
        """What a proposal proposes."""
        return cls(proposal.invoices, proposal.fee, proposal.discounts, proposal.party)


@dataclass(slots=True)
class LineProposals:
    """A line and what it may pay, the surest first; ``is_posted``: the first was sure, and was done."""

    line: BankLine
    proposals: list[Proposal] = field(default_factory=list)
    is_posted: bool = False


def propose(firm: Firm, lines: Sequence[BankLine] | None = None, known: Ledger | None = None) -> list[LineProposals]:
    """What each line that waits may pay (all of them without ``lines``). Reads only; five queries, however many.

    What is sure for one line is no longer there for the next: the oldest comes first. ``known`` is what is open, where
    it was read already.
    """
    waiting = open_lines(firm) if lines is None else list(lines)
    limits, known = limits_of(firm), ledger_of(firm, waiting) if known is None else known
    told = {line.id: line_of(firm, line) for line in waiting}
    sure: dict[UUID, list[Proposal]] = {}
    for line in waiting:
        found = proposals(told[line.id], known, limits)
        if found and found[0].is_sure:
            sure[line.id] = found
            known.without(invoice for invoice, _ in found[0].invoices)
    return [
        LineProposals(line, sure.get(line.id) or proposals(told[line.id], known, limits)) for line in waiting
    ]  # fmt: skip


def limits_of(firm: Firm) -> Limits:
    """What the firm tolerates, as the rules know it."""
    said = tolerance_of(firm)
    return Limits(said.threshold, said.cents, said.fee_limit, said.discount_rate, said.discount_days)


def line_of(firm: Firm, line: BankLine) -> Line:
    """A line as the rules know it, on its day of credit."""
    return Line(
        line.id, line.value_on, line.amount, line.currency, line.label, line.payer, line.iban, line.reference,
        line.end_to_end, line.said_number, line.fee,
    )  # fmt: skip


def ledger_of(firm: Firm, lines: Iterable[BankLine]) -> Ledger:
    """Every invoice of the firm that is open, its parties' names, and whose accounts the lines came from."""
    rows = (
        Invoice.objects.filter(firm=firm)
        .exclude(open_net=0, open_tax=0)
        .exclude(kind=InvoiceKind.CREDIT_NOTE)
        .values_list(
            "id", "number", "party_id", "open_net", "open_tax", "net", "tax", "issued_on", "due_on", "currency"
        )
    )
    invoices = [
        OpenInvoice(known, number, party, open_net + open_tax, net + tax, issued_on, due_on, currency)
        for known, number, party, open_net, open_tax, net, tax, issued_on, due_on, currency in rows
    ]
    names = dict(Party.objects.filter(firm=firm, id__in={one.party for one in invoices}).values_list("id", "name"))
    return ledger(invoices, names, payers_of(firm, lines))


def payers_of(firm: Firm, lines: Iterable[BankLine]) -> dict[str, dict[UUID, int]]:
    """By account of the lines, the parties that pay from it, and how often it was confirmed."""
    ibans = sorted({line.iban for line in lines if line.iban})
    memory: dict[str, dict[UUID, int]] = {}
    own = Party.objects.filter(firm=firm, iban__in=ibans).exclude(iban="").annotate(times=Value(0))
    taught = IbanMemory.objects.filter(firm=firm, iban__in=ibans).values_list("iban", "party_id", "times")
    for iban, party, times in own.values_list("iban", "id", "times").union(taught, all=True) if ibans else ():
        known = memory.setdefault(iban, {})
        known[party] = max(times, known.get(party, 0))
    return memory


@transaction.atomic
@collecting_rarely()
def match(firm: Firm, *, now: datetime) -> list[LineProposals]:
    """What each line may pay, what is sure being posted, all in one transaction. Locked lines are left to others."""
    found = propose(firm)
    post_sure(firm, [one for one in found if _is_sure(one)], now=now)
    return found


@collecting_rarely()
def match_in_steps(firm: Firm, *, now: datetime, at_a_time: int = AT_A_TIME) -> list[LineProposals]:
    """The same in transactions of so many lines: what was posted stays, whatever comes after. Outside any scope."""
    with firm_scope(firm.id):
        found = propose(firm)
    sure = (one for one in found if _is_sure(one))
    while some := list(islice(sure, at_a_time)):
        with firm_scope(firm.id):
            post_sure(firm, some, now=now)
    return found


def _is_sure(one: LineProposals) -> bool:
    return bool(one.proposals) and one.proposals[0].is_sure


def post_sure(firm: Firm, sure: Sequence[LineProposals], *, now: datetime) -> list[Payment]:
    """Post the first proposal of each line, unless the line or an invoice moved since: then it stays to be seen."""
    ids = [one.line.id for one in sure]
    waiting = set(
        BankLine.objects.select_for_update(skip_locked=True)
        .filter(firm=firm, id__in=ids, state=LineState.OPEN)
        .order_by("id")
        .values_list("id", flat=True)
    )
    documents = {document for one in sure for document, _ in one.proposals[0].invoices}
    invoices = _invoices(firm, documents)
    hold_deals(firm, invoices.values(), {one.proposals[0].party for one in sure})
    open_now = payable(firm, documents)
    chosen = []
    for one in sure:
        first = one.proposals[0]
        as_said = all(
            open_now.get(document, ZERO) == part + off
            for (document, part), off in zip(first.invoices, first.discounts, strict=True)
        )
        if one.line.id in waiting and as_said:
            one.is_posted = True
            chosen.append((one.line, Choice.of(first)))
    return _confirmed(firm, chosen, invoices, at=now, by=None)


@transaction.atomic
def confirm(line: BankLine, choice: Choice, *, at: datetime, by: Member | None) -> list[Payment]:
    """A person says what a line pays. Two who do so at once: one outcome, the other is refused.

    Raises Refusal line_already_matched, no_such_invoice_number, fee_too_large, payer_needed.
    """
    return confirm_many(line.firm, [(line, choice)], at=at, by=by)


@transaction.atomic
def confirm_many(
    firm: Firm, chosen: Sequence[tuple[BankLine, Choice]], *, at: datetime, by: Member | None
) -> list[Payment]:
    """Many choices in one transaction, all or none."""
    take_lines(firm, [line for line, _ in chosen])
    documents = {document for _, choice in chosen for document, _ in choice.given}
    return _confirmed(firm, chosen, _invoices(firm, documents), at=at, by=by)


def _invoices(firm: Firm, documents: Iterable[UUID]) -> dict[UUID, Invoice]:
    rows = Invoice.objects.filter(firm=firm, id__in=list(documents)).defer("custom", "content")
    return {invoice.id: invoice for invoice in rows}


def _confirmed(
    firm: Firm,
    chosen: Sequence[tuple[BankLine, Choice]],
    invoices: Mapping[UUID, Invoice],
    *,
    at: datetime,
    by: Member | None,
) -> list[Payment]:
    """The payments of the choices; their lines are matched."""
    if not chosen:
        return []
    ids = [line.id for line, _ in chosen]
    parties = _parties(firm, chosen, invoices)
    new = [_new(firm, line, choice, invoices, parties, at) for line, choice in chosen]
    payments = take_payments(firm, new, at=at, by=by)
    BankLine.objects.filter(firm=firm, id__in=ids).update(state=LineState.MATCHED)
    return payments


def _parties(
    firm: Firm, chosen: Sequence[tuple[BankLine, Choice]], invoices: Mapping[UUID, Invoice]
) -> dict[UUID, Party]:
    wanted = {invoice.party_id for invoice in invoices.values()}
    wanted |= {choice.party for _, choice in chosen if choice.party}
    return {party.id: party for party in Party.objects.filter(firm=firm, id__in=wanted)}


def _new(
    firm: Firm,
    line: BankLine,
    choice: Choice,
    invoices: Mapping[UUID, Invoice],
    parties: Mapping[UUID, Party],
    at: datetime,
) -> NewPayment:
    if line.amount <= 0:
        raise Refusal("line_went_out", day=line.booked_on.isoformat(), amount=str(line.amount))
    if choice.fee < 0 or choice.fee > line.amount:
        raise Refusal("fee_too_large", fee=str(choice.fee), amount=str(line.amount))
    discounts = choice.discounts or (ZERO,) * len(choice.given)
    given = []
    for (document, amount), discount in zip(choice.given, discounts, strict=True):
        if document not in invoices:
            raise Refusal("no_such_invoice_number", number=str(document))
        given.append(Given(invoices[document], amount, discount))
    whose = choice.party or (given[0].invoice.party_id if given else None)
    if whose is None or whose not in parties:
        raise Refusal("payer_needed", day=line.booked_on.isoformat(), amount=str(line.amount))
    received_on = min(line.value_on, firm.today(at))
    return NewPayment(
        parties[whose], line.amount + choice.fee, received_on, given, label=line.label, iban=line.iban,
        fee=choice.fee, currency=line.currency, line=line,
    )  # fmt: skip


def choice_of(firm: Firm, line: BankLine, numbers: Sequence[str], fee: Decimal = ZERO) -> Choice:
    """The invoices that someone names, filled in their order by what came and the bank's ``fee``, which was sent too.

    The rest is held for the first one's party.
    Raises Refusal no_such_invoice_number.
    """
    found = {one.number: one for one in Invoice.objects.filter(firm=firm, number__in=list(numbers))}
    left, given = line.amount + fee, []
    open_now = payable(firm, [invoice.id for invoice in found.values()])
    for number in dict.fromkeys(numbers):
        if number not in found:
            raise Refusal("no_such_invoice_number", number=number)
        invoice = found[number]
        part = min(left, open_now.get(invoice.id, ZERO))
        if part:
            given.append((invoice.id, part))
            left -= part
    party = found[numbers[0]].party_id if numbers else None
    return Choice(tuple(given), fee=fee, party=party)


def chosen_for(firm: Firm, line: BankLine, choice: Choice) -> LineProposals:
    """A choice that was confirmed, told as the proposals are."""
    numbers = dict(
        Invoice.objects.filter(firm=firm, id__in=[one for one, _ in choice.given]).values_list("id", "number")
    )
    done = Proposal(
        choice.party or line.id, choice.given, tuple(numbers[one] for one, _ in choice.given), choice.fee,
        sum(choice.discounts, ZERO), choice.discounts, Decimal("1.000"), ("confirmed",),
    )  # fmt: skip
    return LineProposals(line, [done], is_posted=True)


def lines_of(found: Iterable[LineProposals]) -> Iterator[dict[str, object]]:
    """Lines and proposals as JSON, in the exchange format of ``bank match --json``."""
    for one in found:
        line = one.line
        yield {
            "id": str(line.id),
            "booked_on": line.booked_on.isoformat(),
            "amount": str(line.amount),
            "label": line.label,
            "proposals": [
                _document(proposal, is_posted=one.is_posted and place == 0)
                for place, proposal in enumerate(one.proposals)
            ],
        }


def _document(proposal: Proposal, *, is_posted: bool) -> dict[str, object]:
    parts = zip(proposal.numbers, proposal.invoices, strict=True)
    return {
        "invoices": [{"number": number, "amount": str(amount)} for number, (_, amount) in parts],
        "fee": str(proposal.fee),
        "discount": str(proposal.discount),
        "confidence": float(proposal.confidence),
        "why": list(proposal.why),
        "posted": is_posted,
    }
