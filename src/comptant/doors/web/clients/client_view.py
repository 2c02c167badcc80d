"""What the page of a party shows: every figure and day as text, in the order of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.clients.words import LIGHT_NAMES, since_label, terms_words
from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Firm
from comptant.ground.parties.models import Party
from comptant.ground.web import words
from comptant.ground.web.typography import MINUS, NBSP
from comptant.journey.invoices.models import InvoiceKind
from comptant.journey.prospects.rules import Exposure, Solvency
from comptant.journey.recovery.models import Cause, Proceedings
from comptant.outlook.reports.clienteles import Account
from comptant.outlook.reports.dealings import Around, Contested, Dealing, Person, Proceeding
from comptant.outlook.reports.margins import Margin
from comptant.outlook.reports.payers import Claimed, Receipt, is_worsening, lateness

ZERO = Decimal("0.00")
NEWEST = 10
"""Rows of each list of the page; all of them are one link away."""
CHART_HEIGHT = 112
WIDEST, TICK = Decimal(100), Decimal("0.6")
EXPOSED = ("signed", "billable", "invoiced", "overdue", "disputed", "doubtful")


@dataclass(frozen=True, slots=True)
class PartyFile:
    """Everything the page reads. ``receipts`` None: the member does not see the bank."""

    firm: Firm
    account: Account
    documents: Sequence[Claimed]
    receipts: Sequence[Receipt] | None
    deals: Sequence[Dealing]
    around: Around

    @property
    def party(self) -> Party:
        """The party the page is about."""
        return self.account.party

    @property
    def currency(self) -> str:
        """A party has one; the firm's while it has none."""
        return self.account.brought[0].currency if len(self.account.brought) == 1 else self.firm.currency


def client_context(screen: Screen, file: PartyFile) -> dict[str, Any]:
    """Everything the page writes, but its shell and what its reader may do."""
    account, party = file.account, file.party
    return {
        "title": party.name,
        "list_url": reverse("clients", args=[screen.firm_ref]),
        "about": _identity(file.firm, party),
        "is_client": account.since is not None,
        "is_signed": account.is_signed,
        "since": since_label(screen, account),
        "since_why": _("day of the first payment") if account.since else _("a client is a client once they have paid"),
        "truths": [_truth(screen, one) for one in _telling(file)],
        "disputes": [_dispute(screen, one) for one in file.around.contested] or _contested(screen, file.documents),
        "invoices": [document_row(screen, one) for one in file.documents[:NEWEST]],
        "claimed": _claimed(screen, file.documents),
        "receipts": None if file.receipts is None else [receipt_row(screen, one) for one in file.receipts[:NEWEST]],
        "deals": [deal_row(screen, one) for one in file.deals[:NEWEST]],
        "has_more": {
            "invoices": len(file.documents) > NEWEST,
            "receipts": len(file.receipts or ()) > NEWEST,
            "deals": len(file.deals) > NEWEST,
        },
        "exposure": _exposure(screen, file.currency, account.exposure),
        "held": screen.amount(account.exposure.held, file.currency) if account.exposure.held else "",
        "delays": delays(screen, file.documents),
        "solvency": _solvency(screen, file, account.solvency),
        "insolvencies": [_insolvency(screen, one) for one in file.around.proceedings],
        "contacts": [_contact(one) for one in file.around.people],
        "contract": _contract(screen, file),
        "address": [line for line in (*party.street.splitlines(), f"{party.postcode} {party.city}".strip()) if line],
    }


def _identity(firm: Firm, party: Party) -> str:
    number = party.bn if firm.country == "CA" else _in_threes(party.siren)
    called = _("Business number {number}") if firm.country == "CA" else _("SIREN {number}")
    return ", ".join(part for part in (called.format(number=number) if number else "", party.city) if part)


def _in_threes(number: str) -> str:
    """A SIREN as it is read: three digits at a time."""
    return NBSP.join(number[start : start + 3] for start in range(0, len(number), 3))


def _telling(file: PartyFile) -> Sequence[Margin]:
    """The margins worth a drawing: something came in, or something was spent."""
    return [one for one in file.account.brought if one.cashed or one.costs or one.promised]


def _truth(screen: Screen, margin: Margin) -> dict[str, Any]:
    """The realised margin as a waterfall: what came in, what it cost, what is left; and the one on paper."""
    end = margin.margin
    low, high = min(ZERO, end), max(margin.cashed, end, Decimal(1))
    scale = Decimal(100) / (high - low)
    rows = [
        ("cashed", _("Cashed ex VAT"), _("what is in the bank for work invoiced"), ZERO, margin.cashed, margin.cashed),
        ("lost", _("Direct costs"), _typed(margin), end, margin.cashed, -margin.costs),
        (
            "cashed" if end >= 0 else "written_off",
            _("Margin in the bank"),
            _("{share} of what was cashed").format(share=screen.share(end, margin.cashed)) if margin.cashed else "",
            ZERO, end, end,
        ),
    ]  # fmt: skip
    return {
        "told": screen.whole(abs(end), margin.currency),
        "is_below": end < 0,
        "paper": screen.whole(margin.on_paper, margin.currency) if margin.promised else "",
        "rows": [
            {
                "state": state, "name": name, "note": note, "amount": _signed(screen, amount, margin.currency),
                "start": f"{(min(first, last) - low) * scale:.2f}", "length": f"{abs(last - first) * scale:.2f}",
                "is_total": number == len(rows) - 1,
            }
            for number, (state, name, note, first, last, amount) in enumerate(rows)
        ],
    }  # fmt: skip


def _typed(margin: Margin) -> str:
    return _("typed on the deals") if margin.costs else _("none was typed on the deals")


def _signed(screen: Screen, amount: Decimal, currency: str) -> str:
    text = screen.whole(abs(amount), currency)
    return f"{MINUS}{NBSP}{text}" if amount < 0 else text


def _exposure(screen: Screen, currency: str, exposure: Exposure) -> dict[str, Any]:
    """What is owed or will be, by state, against the limit: the bar is as long as the greater of both."""
    parts = [(name, getattr(exposure, name)) for name in EXPOSED if getattr(exposure, name)]
    whole = max(sum((amount for _name, amount in parts), ZERO), exposure.limit or ZERO, Decimal(1))
    bars, start = [], ZERO
    for name, amount in parts:
        length = amount * 100 / whole
        label = words.state_label(name)
        bars.append({
            "state": name, "start": f"{start:.2f}", "length": f"{length:.2f}", "label": label,
            "amount": screen.whole(amount, currency),
        })  # fmt: skip
        start += length
    limit = exposure.limit
    return {
        "total": screen.whole(exposure.total, currency),
        "limit": screen.whole(limit, currency) if limit is not None else "",
        "bars": bars,
        "tick": f"{min(limit * 100 / whole, WIDEST - TICK):.2f}" if limit is not None else "",
        "sentence": _exposed(screen, exposure),
        "alert": exposure.alert,
        "warning": _warning(screen, currency, exposure),
    }


def _exposed(screen: Screen, exposure: Exposure) -> str:
    if exposure.share is None:
        return _("Exposure by state, without a limit")
    return _("Exposure at {share} of the limit").format(share=screen.share(exposure.share, Decimal(100)))


def _warning(screen: Screen, currency: str, exposure: Exposure) -> str:
    if exposure.limit is None or not exposure.alert:
        return ""
    left = exposure.limit - exposure.total
    if left < 0:
        return _("The limit is passed by {amount}. Ask for a deposit before anything more.").format(
            amount=screen.whole(-left, currency)
        )
    return _("{alert}% of the limit is reached: {amount} is left.").format(
        alert=exposure.alert, amount=screen.whole(left, currency)
    )


def delays(screen: Screen, documents: Sequence[Claimed]) -> dict[str, Any]:
    """Days late by invoice, as columns with their figure: the last six that were due."""
    late = lateness(documents, screen.today)
    most = max((days for _one, days in late), default=0)
    if not most:
        return {"columns": [], "has_due": bool(late)}
    return {
        "has_due": True,
        "title": _("They pay later and later") if is_worsening([days for _one, days in late]) else _("Days late"),
        "height": CHART_HEIGHT,
        "columns": [
            {
                "number": one.number, "text": _late(screen, days),
                "state": "overdue" if one.settled_on or one.state == "overdue" else one.state or "overdue",
                "height": max(2, CHART_HEIGHT * days // most) if days else 1,
                "top": CHART_HEIGHT - (max(2, CHART_HEIGHT * days // most) if days else 1),
                "when": screen.short(one.due_on), "is_open": one.settled_on is None,
            }
            for one, days in late
        ],
    }  # fmt: skip


def _late(screen: Screen, days: int) -> str:
    return _("+{days} d").format(days=screen.number(days)) if days else _("on time")


def document_row(screen: Screen, one: Claimed) -> dict[str, Any]:
    """A document of the party's list."""
    is_note = one.kind == InvoiceKind.CREDIT_NOTE
    return {
        "number": one.number,
        "url": reverse("invoice", args=[screen.firm_ref, one.id]),
        "issued": screen.short(one.issued_on),
        "due": "" if is_note else screen.short(one.due_on),
        "state": words.state_label(one.state) if one.state and not is_note else "",
        "kind": _("credit note") if is_note else "",
        "paid": "" if is_note else _paid(screen, one),
        "total": _signed(screen, -one.gross, one.currency)
        if is_note
        else screen.amount(one.gross, one.currency),
    }  # fmt: skip


def _claimed(screen: Screen, documents: Sequence[Claimed]) -> list[str]:
    """All that was invoiced, credit notes taken off, one figure a currency."""
    whole = {one.currency: one.claimed for one in documents}
    return [screen.amount(amount, currency) for currency, amount in whole.items()]


def _paid(screen: Screen, one: Claimed) -> str:
    days = one.days_late(screen.today)
    if one.settled_on is None:
        return ngettext("{count} day late", "{count} days late", days).format(count=days) if days > 0 else ""
    day = screen.short(one.settled_on)
    if one.state != "cashed":
        return _("settled on {day}").format(day=day)
    return (
        _("paid on {day}, {late}").format(day=day, late=_late(screen, days))
        if days > 0
        else _("paid on {day}").format(day=day)
    )


def receipt_row(screen: Screen, one: Receipt) -> dict[str, Any]:
    """Money received, with the bank's words."""
    return {
        "day": screen.short(one.day), "wording": one.wording, "number": one.number,
        "amount": screen.amount(one.amount, one.currency),
    }  # fmt: skip


def deal_row(screen: Screen, one: Dealing) -> dict[str, Any]:
    """A deal of the party's list."""
    return {
        "url": reverse("deal", args=[screen.firm_ref, one.ref]),
        "title": one.title or one.ref,
        "state": words.state_label(one.account) if one.account in words.STATE_NAMES else "",
        "seller": one.seller,
        "opened": screen.short(one.opened_on),
        "amount": screen.amount(one.net, one.currency) if one.has_amount else "",
        "is_out": one.account == "stalled",
    }


def _dispute(screen: Screen, one: Contested) -> dict[str, Any]:
    open_for = (screen.today - one.opened_on).days
    return {
        "id": one.id,
        "quote": one.reason or str(Cause(one.category).label),
        "number": one.number,
        "url": reverse("invoice", args=[screen.firm_ref, one.invoice]),
        "opened": screen.plain(one.opened_on),
        "open_for": ngettext("open for {count} day", "open for {count} days", open_for).format(count=open_for),
        "part": screen.amount(one.part, one.currency),
        "whole": screen.amount(one.whole, one.currency),
        "answer_by": screen.long(one.answer_by),
        "is_overdue": one.answer_by < screen.today,
        "owner": one.owner,
    }


def _contested(screen: Screen, documents: Sequence[Claimed]) -> list[dict[str, Any]]:
    """What is contested and of which nobody here wrote the dispute: an import told it."""
    return [
        {
            "quote": "", "number": one.number, "url": reverse("invoice", args=[screen.firm_ref, one.id]),
            "part": screen.amount(one.disputed, one.currency), "whole": screen.amount(one.gross, one.currency),
        }
        for one in documents
        if one.disputed
    ]  # fmt: skip


def _solvency(screen: Screen, file: PartyFile, thought: Solvency) -> dict[str, Any]:
    checked = file.firm.day(thought.at) if thought.at else None
    return {
        "light": thought.light,
        "name": LIGHT_NAMES[thought.light] if thought.light else _("Nobody has assessed this party yet"),
        "reason": thought.reason,
        "terms": thought.terms,
        "checked": _("checked on {day}").format(day=screen.plain(checked)) if checked else "",
        "by": file.around.assessor,
        "limit": screen.amount(thought.credit_limit, file.currency) if thought.credit_limit is not None else "",
    }


def _insolvency(screen: Screen, one: Proceeding) -> dict[str, Any]:
    left = (one.deadline_on - screen.today).days if one.deadline_on else None
    return {
        "id": one.id,
        "kind": str(Proceedings(one.kind).label),
        "judged": screen.plain(one.judged_on),
        "published": screen.plain(one.published_on),
        "court": one.court,
        "trustee": one.trustee,
        "claimed": screen.plain(one.claimed_on) if one.claimed_on else "",
        "deadline": screen.long(one.deadline_on) if one.deadline_on else "",
        "relief": screen.plain(one.relief_on) if one.relief_on else "",
        "left": ngettext("{count} day left", "{count} days left", left).format(count=left)
        if left is not None and left >= 0
        else _("the deadline has passed")
        if left is not None
        else "",
    }


def _contact(one: Person) -> dict[str, Any]:
    phone = "".join(sign for sign in one.phone if sign.isdigit() or sign == "+")
    return {
        "id": one.id, "name": one.name, "function": one.function, "email": one.email, "phone": one.phone,
        "call": phone,
    }  # fmt: skip


def _contract(screen: Screen, file: PartyFile) -> list[dict[str, str]]:
    """What was agreed on paying, and how the party is reached."""
    party = file.party
    facts = [
        (_("Payment"), terms_words(screen, party.terms_days)),
        (_("E-mail"), party.email),
        (_("Phone"), party.phone),
        (_("VAT number"), party.vat_number),
        (_("Country"), party.country),
        (_("IBAN"), party.iban),
        (_("Reference"), party.ref),
    ]
    return [{"name": name, "text": text} for name, text in facts if text]
