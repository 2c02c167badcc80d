"""Recovery: what is contested, promised, reminded, doubtful, given up."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query

from comptant.doors.api.asking import ApiRequest, find_member, find_party, must_see_id
from comptant.doors.api.cursors import Place, page
from comptant.doors.api.door import Door
from comptant.doors.api.routes.invoices import find_invoice
from comptant.doors.api.routes.offers import of_deal
from comptant.doors.api.shapes import recovery as shapes
from comptant.doors.api.shapes.values import Day, Given, Pages, Paging
from comptant.ground.refusals import Refusal
from comptant.ground.web.roles import KEEPING_BOOKS, RECOVERING
from comptant.journey.invoices.models import Invoice
from comptant.journey.recovery import actions, dunning, sending
from comptant.journey.recovery.models import Dispute, Insolvency, Promise, Reminder

door = Door("recovery")


class ListOfDisputes(Paging):
    """Which disputes."""

    state: Literal["", "open", "settled"] = ""


class ListOfReminders(Paging):
    """Which reminders."""

    state: Literal["", "prepared", "sent", "dropped"] = "prepared"


class AskedDay(Given):
    """The day asked about; today's if not said."""

    as_of: Day | None = None


@door.reads("/disputes", Pages[shapes.Dispute])
def list_disputes(request: ApiRequest, asked: Annotated[ListOfDisputes, Query()]) -> Any:
    """Disputes, the newest first."""
    rows = Dispute.objects.filter(firm=request.firm).select_related("invoice", "credit_note")
    rows = of_deal(request, rows, "", "invoice__deal")
    if asked.state:
        rows = rows.filter(settled_on__isnull=asked.state == "open")
    return page(rows, Place(f"disputes:{asked.state}", asked.limit, asked.cursor), "-id", _dispute)


@door.does("/invoices/{invoice}/disputes", shapes.Dispute, roles=RECOVERING, scope="recovery")
def open_a_dispute(request: ApiRequest, invoice: str, body: shapes.NewDispute) -> Any:
    """A part of an invoice is contested: no longer reminded, while the rest stays due."""
    found = find_invoice(request, invoice)
    owner = find_member(request, body.owner) if body.owner else request.member
    said = body.model_dump(exclude={"owner"})
    return _dispute(actions.open_dispute(found, owner=owner, at=request.at, by=request.member, **said))


@door.does("/disputes/{dispute}/settlement", shapes.Dispute, roles=KEEPING_BOOKS, scope="recovery")
def settle_a_dispute(request: ApiRequest, dispute: UUID, body: shapes.Settlement) -> Any:
    """Settle a dispute: upheld, the part is due again; founded, a credit note answers it."""
    rows = Dispute.objects.select_related("invoice__deal__party", "credit_note")
    found: Dispute | None = rows.filter(firm=request.firm, id=dispute).first()
    if found is None:
        raise Refusal("nothing_here")
    must_see_id(request, found.invoice.deal_id)
    found.firm = found.invoice.firm = found.invoice.deal.firm = request.firm
    settled = actions.settle_dispute(found, outcome=body.outcome, answer=body.answer, at=request.at, by=request.member)
    return _dispute(settled)


@door.does("/invoices/{invoice}/promises", shapes.Promise, roles=RECOVERING, scope="recovery")
def record_a_promise(request: ApiRequest, invoice: str, body: shapes.NewPromise) -> Any:
    """The debtor says when they pay, or that they have: reminders wait."""
    found = find_invoice(request, invoice)
    kept = actions.promise(found, at=request.at, by=request.member, **body.model_dump())
    return _promise(kept, found)


@door.reads("/invoices/{invoice}/promises", list[shapes.Promise])
def list_promises(request: ApiRequest, invoice: str) -> Any:
    """What the debtor said of an invoice, the newest first."""
    found = find_invoice(request, invoice)
    rows = Promise.objects.filter(firm=request.firm, invoice=found).order_by("-id")
    return [_promise(row, found) for row in rows]


@door.reads("/dunning", list[shapes.DunningItem], roles=RECOVERING)
def plan_dunning(request: ApiRequest, asked: Annotated[AskedDay, Query()]) -> Any:
    """What would be sent today, or on a day, and what is held back, why."""
    items = dunning.planned(request.firm, asked.as_of or request.today)
    return [_item(one) for one in items if _is_seen(request, one.deal_id)]


def _is_seen(request: ApiRequest, deal_id: UUID) -> bool:
    try:
        must_see_id(request, deal_id)
    except Refusal:
        return False
    return True


@door.reads("/reminders", Pages[shapes.Reminder], roles=RECOVERING)
def list_reminders(request: ApiRequest, asked: Annotated[ListOfReminders, Query()]) -> Any:
    """Reminders: those that wait for approval, unless asked otherwise."""
    rows = Reminder.objects.filter(firm=request.firm).select_related("invoice", "party")
    rows = of_deal(request, rows, "", "invoice__deal")
    if asked.state:
        rows = rows.filter(state=asked.state)
    return page(rows, Place(f"reminders:{asked.state}", asked.limit, asked.cursor), "-id", _reminder)


@door.does("/reminders/preparation", shapes.Prepared, roles=KEEPING_BOOKS, scope="recovery", status=200)
def prepare_the_reminders(request: ApiRequest) -> Any:
    """Prepare the reminders that are due today; twice changes nothing."""
    return {"prepared": dunning.prepare_reminders(request.firm, request.today)}


@door.does("/reminders/approval", shapes.SentReminders, roles=RECOVERING, scope="recovery", status=200)
def approve_the_reminders(request: ApiRequest, body: shapes.Approval) -> Any:
    """Let reminders go; those already sent are left alone."""
    rows = Reminder.objects.filter(firm=request.firm, id__in=body.reminders)
    ids = list(of_deal(request, rows, "", "invoice__deal").values_list("id", flat=True))
    if set(ids) != set(body.reminders):
        raise Refusal("nothing_here")
    sent = sending.approve_reminders(request.firm, ids, at=request.at, by=request.member)
    return {"letters": len(sent.letters), "without_address": sent.without_address, "held_back": sent.held_back}


@door.does("/reminders/{reminder}/dropping", shapes.Reminder, roles=RECOVERING, scope="recovery")
def drop_a_reminder(request: ApiRequest, reminder: UUID, body: shapes.Dropping) -> Any:
    """A reminder does not go; it is not prepared again."""
    rows = Reminder.objects.filter(firm=request.firm).select_related("invoice", "party")
    found = of_deal(request, rows, "", "invoice__deal").filter(id=reminder).first()
    if found is None:
        raise Refusal("nothing_here")
    found.firm = request.firm
    sending.drop_reminder(found, why=body.why, at=request.at, by=request.member)
    return _reminder(rows.get(id=reminder))


@door.reads("/insolvencies", Pages[shapes.Insolvency], roles=KEEPING_BOOKS)
def list_insolvencies(request: ApiRequest, asked: Annotated[Paging, Query()]) -> Any:
    """Proceedings against debtors, the newest first, with the last day for each claim."""
    rows = Insolvency.objects.filter(firm=request.firm).select_related("party")
    return page(rows, Place("insolvencies", asked.limit, asked.cursor), "-id", _insolvency)


@door.does("/parties/{party}/insolvencies", shapes.Insolvency, roles=KEEPING_BOOKS, scope="recovery")
def declare_a_party_insolvent(request: ApiRequest, party: str, body: shapes.NewInsolvency) -> Any:
    """A debtor is insolvent: reminders stop, what it owes is doubtful, the deadline for the claim is computed."""
    found = find_party(request, party)
    return _insolvency(actions.declare_insolvent(found, at=request.at, by=request.member, **body.model_dump()))


@door.does("/insolvencies/{insolvency}/claim", shapes.Insolvency, roles=KEEPING_BOOKS, scope="recovery")
def file_a_claim(request: ApiRequest, insolvency: UUID, body: shapes.ClaimFiled) -> Any:
    """The claim was sent to the trustee."""
    rows = Insolvency.objects.select_related("party")
    found: Insolvency | None = rows.filter(firm=request.firm, id=insolvency).first()
    if found is None:
        raise Refusal("nothing_here")
    found.firm = found.party.firm = request.firm
    actions.claim_filed(found, on=body.on, at=request.at, by=request.member)
    return _insolvency(rows.get(id=insolvency))


@door.does("/invoices/{invoice}/write-offs", shapes.Standing, roles=KEEPING_BOOKS, scope="recovery")
def write_an_invoice_off(request: ApiRequest, invoice: str, body: shapes.NewWriteOff) -> Any:
    """Give up what is open of an invoice, or a part of it."""
    found = find_invoice(request, invoice)
    actions.write_off(found, reason=body.reason, amount=body.amount, at=request.at, by=request.member)
    return _standing(request, found)


@door.does("/invoices/{invoice}/restoration", shapes.Standing, roles=KEEPING_BOOKS, scope="recovery")
def restore_an_invoice(request: ApiRequest, invoice: str) -> Any:
    """It was given up by mistake: it is overdue again."""
    found = find_invoice(request, invoice)
    actions.restore(found, at=request.at, by=request.member)
    return _standing(request, found)


def _standing(request: ApiRequest, invoice: Invoice) -> dict[str, Any]:
    rows = invoice.deal.balances.filter(firm=request.firm, document=invoice.id)
    sums = {
        account: f"{net + tax:.2f}" for account, net, tax in rows.values_list("account", "net", "tax") if net or tax
    }
    return {"invoice": invoice.number, "balances": sums}


def _dispute(dispute: Dispute) -> dict[str, Any]:
    names = set(shapes.Dispute.model_fields) - {"invoice", "owner", "credit_note"}
    return {
        **{name: getattr(dispute, name) for name in names},
        "invoice": dispute.invoice.number, "owner": dispute.owner_id,
        "credit_note": dispute.credit_note.number if dispute.credit_note else None,
    }  # fmt: skip


def _promise(promise: Promise, invoice: Invoice) -> dict[str, Any]:
    names = set(shapes.Promise.model_fields) - {"invoice"}
    return {**{name: getattr(promise, name) for name in names}, "invoice": invoice.number}


def _reminder(reminder: Reminder) -> dict[str, Any]:
    names = set(shapes.Reminder.model_fields) - {"invoice", "party"}
    said = {name: getattr(reminder, name) for name in names}
    return {**said, "invoice": reminder.invoice.number, "party": reminder.party.ref}


def _insolvency(insolvency: Insolvency) -> dict[str, Any]:
    names = set(shapes.Insolvency.model_fields) - {"party"}
    return {**{name: getattr(insolvency, name) for name in names}, "party": insolvency.party.ref}


def _item(item: dunning.Item) -> dict[str, Any]:
    plan = item.plan
    return {
        "invoice": item.number, "party": item.party_ref, "level": plan.level, "channel": plan.channel or None,
        "open": plan.amount, "days_late": plan.days_late, "interest": item.interest, "indemnity": item.indemnity,
        "skip": plan.skip, "due_on": item.due_on,
    }  # fmt: skip
