"""Acts of recovery: contest and settle, promise, hold back, declare insolvent, give up and take up again.

Reminders are prepared in ``dunning`` and sent in ``letters``; their acts are named here too.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from comptant.ground.database.ids import uuid7
from comptant.ground.firms.models import Firm, Identity, Member
from comptant.ground.journal.actions import lock_deals, post, record, state_at
from comptant.ground.journal.acts import Fact
from comptant.ground.journal.writing import NewAct
from comptant.ground.money.amounts import quantum
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.actions import credit
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.invoices.rules.claims import claims_of, moved, open_amount
from comptant.journey.recovery.dunning import prepare_reminders
from comptant.journey.recovery.models import Dispute, Hold, Insolvency, Promise, Reminder, ReminderState, WriteOff
from comptant.journey.recovery.rules.disputes import answer_by as usual_answer
from comptant.journey.recovery.rules.disputes import category_of, code_of
from comptant.journey.recovery.rules.insolvency import claim_deadline, relief_deadline, territory_of

__all__ = [
    "claim_filed", "declare_insolvent", "hold", "lift", "open_dispute", "prepare_reminders", "promise", "restore",
    "settle_dispute", "write_off",
]  # fmt: skip

BELIEVED_DAYS = 7
"""Calendar days for which reminders wait for money that the client says has left."""
FARTHEST_DAYS = 365
"""No promise holds reminders back for longer."""
FRENCH = frozenset({"safeguard", "receivership", "liquidation"})
"""Proceedings with the fixed deadlines of French law."""
_SINCE = """
SELECT DISTINCT deal_id FROM journal_act
WHERE firm_id = %s AND deal_id = ANY(%s) AND occurred_at > %s AND kind <> 'corrected'
"""
"""Deals of which something was said after an instant: others stand as they stood then."""


@transaction.atomic
def open_dispute(
    invoice: Invoice,
    *,
    amount: Decimal,
    category: str,
    reason: str,
    owner: Member,
    at: datetime,
    by: Member | None,
    answer_by: date | None = None,
    is_from_client: bool = True,
    said_by: str = "",
) -> Dispute:
    """A part of the invoice, ``amount`` tax included, is contested: it is no longer reminded, the rest stays due.

    ``category`` is a plain cause or a code of the French reform. ``owner`` answers by ``answer_by``, in two weeks
    unless said otherwise. Raises Refusal unknown_cause, bad_amount, answered_before_opened; Refused
    disputed_more_than_open.
    """
    firm, cause = invoice.firm, category_of(category)
    if not cause:
        raise Refusal("unknown_cause", cause=category)
    _positive(amount, invoice.currency)
    day = firm.day(at)
    if answer_by is not None and answer_by < day:
        raise Refusal("answered_before_opened", opened_on=day, answer_by=answer_by)
    lock_deals(firm, [invoice.deal_id])
    dispute: Dispute = Dispute.objects.create(
        firm=firm, invoice=invoice, amount=amount, open_amount=amount, category=cause, code=code_of(category),
        reason=reason, is_from_client=is_from_client, owner=owner, opened_on=day,
        answer_by=answer_by or usual_answer(day), opened_by=by,
    )  # fmt: skip
    details = {
        "amount": str(amount), "dispute": str(dispute.id), "category": cause, "code": dispute.code, "reason": reason,
        "owner": str(owner.id), "said_by": said_by,
    }  # fmt: skip
    _say(invoice, "disputed", details, at=at, by=by)
    dispute.refresh_from_db()
    return dispute


@transaction.atomic
def settle_dispute(dispute: Dispute, *, outcome: str, at: datetime, by: Member, answer: str = "") -> Dispute:
    """The dispute ends: ``upheld``, the part is due again by its date; ``founded``, a credit note answers it.

    Two at once: the second is told how it was settled. Raises Refusal unknown_outcome, already_settled, and
    those of ``invoices.actions.credit``. An invoice of another tool may be credited here; when that tool did it, its
    credit note settles the dispute as it comes in.
    """
    if outcome not in ("upheld", "founded"):
        raise Refusal("unknown_outcome", outcome=outcome)
    invoice = dispute.invoice
    lock_deals(dispute.firm, [invoice.deal_id])
    dispute.refresh_from_db()
    if dispute.settled_on:
        who = dispute.settled_by.name if dispute.settled_by else ""
        raise Refusal("already_settled", outcome=dispute.outcome, day=dispute.settled_on, who=who)
    if outcome == "upheld":
        details = {"dispute": str(dispute.id), "outcome": outcome, "answer": answer}
        _say(invoice, "dispute_settled", details, at=at, by=by)
        credit_note = None
    else:
        credit_note = _credit(dispute, answer, at=at, by=by)
    Dispute.objects.filter(firm=dispute.firm, id=dispute.id).update(settled_by=by, credit_note=credit_note)
    dispute.refresh_from_db()
    return dispute


def _credit(dispute: Dispute, answer: str, *, at: datetime, by: Member) -> Invoice:
    """A credit note of what is contested, with the very tax that stands there: it clears it to the cent."""
    invoice, firm = dispute.invoice, dispute.firm
    state = state_at(firm, [invoice.deal_id], at)[invoice.deal_id]
    claim = claims_of(state)[invoice.id]
    gone, _ = moved(state, claim, dispute.open_amount, ("disputed",), "cancelled", invoice.currency)
    net, tax = sum((one.net for one in gone), Decimal(0)), sum((one.tax for one in gone), Decimal(0))
    return credit(invoice, net=net, tax=tax, reason=answer or dispute.reason, at=at, by=by)


@transaction.atomic
def promise(
    invoice: Invoice,
    *,
    pay_on: date,
    at: datetime,
    by: Member | None,
    amount: Decimal | None = None,
    has_paid: bool = False,
    said_by: str = "",
) -> Promise:
    """The debtor says when they pay, or that they have: reminders wait, and the debt is acknowledged.

    ``amount``, tax included, when it is not all. Raises Refusal nothing_open, promise_in_the_past, promise_too_far,
    paid_in_the_future, bad_amount.
    """
    day = invoice.firm.day(at)
    _possible(invoice, pay_on, day, has_paid)
    if amount is not None:
        _positive(amount, invoice.currency)
    kept: Promise = Promise.objects.create(
        firm=invoice.firm, invoice=invoice, pay_on=pay_on, has_paid=has_paid, amount=amount, said_on=day,
        until=day + timedelta(days=BELIEVED_DAYS) if has_paid else pay_on, said_by=said_by[:200], by=by,
    )  # fmt: skip
    details = {
        **_named(invoice), "promise": str(kept.id), "pay_on": pay_on.isoformat(), "has_paid": has_paid,
        "amount": str(amount) if amount is not None else None, "said_by": kept.said_by,
    }  # fmt: skip
    post(invoice.deal, act="promised", at=at, by=by, details=details, key=f"promised:{kept.id}")
    return kept


def _possible(invoice: Invoice, pay_on: date, day: date, has_paid: bool) -> None:
    invoice.refresh_from_db(fields=["open_net", "open_tax"])
    if not invoice.open_net + invoice.open_tax:
        raise Refusal("nothing_open", number=invoice.number)
    if has_paid and pay_on > day:
        raise Refusal("paid_in_the_future", day=pay_on)
    if not has_paid and pay_on < day:
        raise Refusal("promise_in_the_past", day=pay_on)
    if not has_paid and pay_on > day + timedelta(days=FARTHEST_DAYS):
        raise Refusal("promise_too_far", days=FARTHEST_DAYS)


def hold(
    party: Party, *, reason: str, at: datetime, by: Member, invoice: Invoice | None = None, until: date | None = None
) -> Hold:
    """The party, or one invoice of it, is not reminded up to ``until`` included; without it, until it is lifted."""
    kept: Hold = Hold.objects.create(
        firm=party.firm, party=party, invoice=invoice, from_on=party.firm.day(at), until=until, reason=reason, by=by
    )
    return kept


def lift(held: Hold, *, at: datetime) -> None:
    """Reminders may go again, from the day of ``at`` on."""
    Hold.objects.filter(firm=held.firm, id=held.id, lifted_on=None).update(lifted_on=held.firm.day(at))


@transaction.atomic
def declare_insolvent(
    party: Party,
    *,
    judged_on: date,
    published_on: date,
    kind: str,
    at: datetime,
    by: Member | None,
    court: str = "",
    trustee: str = "",
    notice: str = "",
    is_court_overseas: bool = False,
) -> Insolvency:
    """Proceedings were opened against the debtor: reminders stop, what it owes is doubtful from the judgment on.

    One act per deal, all deals locked together. The deadlines are those of French law, for French proceedings.
    Raises Refusal published_before_judged, ahead_of_today, insolvency_known.
    """
    firm = party.firm
    if published_on < judged_on:
        raise Refusal("published_before_judged", judged_on=judged_on, published_on=published_on)
    if published_on > firm.day(at):
        raise Refusal("ahead_of_today", day=published_on)
    if Insolvency.objects.filter(firm=firm, party=party, judged_on=judged_on).exists():
        raise Refusal("insolvency_known", party=party.name, day=judged_on)
    is_french = kind in FRENCH
    creditor = _territory(firm)
    found: Insolvency = Insolvency.objects.create(
        firm=firm, party=party, kind=kind, court=court, trustee=trustee, notice=notice, judged_on=judged_on,
        published_on=published_on, declared_on=firm.day(at), by=by,
        deadline_on=claim_deadline(published_on, creditor, "overseas" if is_court_overseas else "metropolitan")
        if is_french else None,
        relief_on=relief_deadline(published_on) if is_french else None,
    )  # fmt: skip
    if party.insolvent_on is None or party.insolvent_on > judged_on:
        Party.objects.filter(firm=firm, id=party.id).update(insolvent_on=judged_on)
        party.insolvent_on = judged_on
    Reminder.objects.filter(firm=firm, party=party, state=ReminderState.PREPARED).delete()
    _sink(found, at=min(at, firm.midnight(judged_on)), by=by)
    return found


def _territory(firm: Firm) -> Any:
    identity = Identity.objects.filter(firm=firm).only("postcode").first()
    return territory_of(firm.country, identity.postcode if identity else "")


def _sink(found: Insolvency, *, at: datetime, by: Member | None) -> list[NewAct]:
    """What the party owed on the day of the judgment becomes doubtful, in every deal, even if it was paid since."""
    deals = _owing(found, at)
    details = {
        "party": str(found.party_id), "insolvency": str(found.id), "judged_on": found.judged_on.isoformat(),
        "published_on": found.published_on.isoformat(), "proceedings": found.kind,
    }  # fmt: skip
    fact = Fact("insolvency", at, details, key=f"insolvency:{found.id}", by=by.id if by else None)
    return record(found.firm, {deal_id: [fact] for deal_id in deals}) if deals else []


def _owing(found: Insolvency, at: datetime) -> list[UUID]:
    """The deals of the party on which something issued by the judgment was open at ``at``, or is now; locked."""
    firm = found.firm
    issued = Invoice.objects.filter(firm=firm, party=found.party, issued_on__lte=found.judged_on)
    issued = issued.exclude(kind=InvoiceKind.CREDIT_NOTE)
    deals = set(issued.values_list("deal_id", flat=True))
    lock_deals(firm, list(deals))
    open_now = set(issued.exclude(open_net=0, open_tax=0).values_list("deal_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [firm.id, list(deals - open_now), at])
        settled_since = [deal for (deal,) in cursor.fetchall()]
    states = state_at(firm, settled_since, at)
    owed = {deal for deal, state in states.items() if any(any(open_amount(state, one)) for one in claims_of(state))}
    return sorted(open_now | owed)


@transaction.atomic
def claim_filed(insolvency: Insolvency, *, on: date, at: datetime, by: Member) -> None:
    """The claim was sent to the trustee: nobody is reminded of it any more. Evidence on every deal concerned.

    Raises Refusal ahead_of_today.
    """
    firm = insolvency.firm
    if on > firm.day(at):
        raise Refusal("ahead_of_today", day=on)
    Insolvency.objects.filter(firm=firm, id=insolvency.id).update(claimed_on=on)
    owed = Invoice.objects.filter(firm=firm, party=insolvency.party).exclude(open_net=0, open_tax=0)
    fact = Fact(
        "claim_filed", at, {"insolvency": str(insolvency.id), "on": on.isoformat()}, f"claimed:{insolvency.id}", by.id
    )
    deals = set(owed.values_list("deal_id", flat=True))
    if deals:
        record(firm, {deal_id: [fact] for deal_id in deals})


@transaction.atomic
def write_off(invoice: Invoice, *, reason: str, at: datetime, by: Member, amount: Decimal | None = None) -> WriteOff:
    """What is open of the invoice, or a part of it tax included, is given up. If it is paid after all, it is cashed.

    Raises Refusal nothing_open, bad_amount; Refused written_off_more_than_open.
    """
    firm = invoice.firm
    if amount is not None:
        _positive(amount, invoice.currency)
    lock_deals(firm, [invoice.deal_id])
    invoice.refresh_from_db(fields=["open_net", "open_tax"])
    if not invoice.open_net + invoice.open_tax:
        raise Refusal("nothing_open", number=invoice.number)
    write_off_id = uuid7()
    details: dict[str, Any] = {"reason": reason, "write_off": str(write_off_id)}
    if amount is not None:
        details["amount"] = str(amount)
    act = _say(invoice, "written_off", details, at=at, by=by)
    given_up = sum((posting.net + posting.tax for posting in act.postings), Decimal(0))
    kept: WriteOff = WriteOff.objects.create(
        id=write_off_id, firm=firm, invoice=invoice, amount=given_up, reason=reason, written_on=firm.day(at), by=by
    )
    return kept


@transaction.atomic
def restore(invoice: Invoice, *, at: datetime, by: Member) -> int:
    """What was given up of the invoice by mistake is overdue again; how many write-offs that takes back.

    Raises Refusal nothing_given_up.
    """
    lock_deals(invoice.firm, [invoice.deal_id])
    rows = WriteOff.objects.filter(firm=invoice.firm, invoice=invoice, restored_on=None)
    if not rows.exists():
        raise Refusal("nothing_given_up", number=invoice.number)
    _say(invoice, "restored", {}, at=at, by=by)
    return rows.update(restored_on=invoice.firm.day(at), restored_by=by)


def _say(invoice: Invoice, kind: str, details: dict[str, Any], *, at: datetime, by: Member | None) -> NewAct:
    """Record a fact on the invoice's deal; the act it made."""
    fact = Fact(kind, at, {**_named(invoice), **details}, key=f"{kind}:{uuid7()}", by=by.id if by else None)
    acts = record(invoice.firm, {invoice.deal_id: [fact]})
    return next(act for act in acts if act.key == fact.key and act.corrects is None)


def _named(invoice: Invoice) -> dict[str, str]:
    return {"document": str(invoice.id), "number": invoice.number}


def _positive(amount: Decimal, currency: str) -> None:
    if amount <= 0 or amount != amount.quantize(quantum(currency)):
        raise Refusal("bad_amount", amount=amount)
