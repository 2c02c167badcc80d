"""What the page of a deal shows: where it stands, where its amounts are, everything that happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web import act_words
from comptant.doors.web.screen import Screen
from comptant.ground.database.rows import rows_joined
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.acts import ACCOUNTS, Posting, Recorded
from comptant.ground.journal.queries import recorded_acts
from comptant.ground.parties.models import Party
from comptant.ground.web import words
from comptant.ground.web.typography import MINUS, one_stop
from comptant.journey.invoices.models import Invoice
from comptant.journey.pipeline.models import Stage, Standing

ZERO = Decimal("0.00")
CLOSED = ("lost", "vanished", "declined")
MOST_EVENTS = 200
"""Events on one page; a deal that has more shows the newest."""


@dataclass(frozen=True, slots=True)
class Balances:
    """What stands in each account of the deal (net, tax), and by document."""

    by_account: Mapping[str, tuple[Decimal, Decimal]]
    by_document: Mapping[UUID, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DealFile:
    """Everything the page reads."""

    deal: Deal
    standing: Standing | None
    stages: Sequence[tuple[str, str]]
    acts: Sequence[Recorded]
    balances: Balances
    invoices: Sequence[Invoice]
    names: Mapping[UUID, str]


def read_file(firm: Firm, ref: str) -> DealFile:
    """The deal of that ref if it is the firm's; otherwise 404, telling nothing."""
    if "\x00" in ref:
        raise Http404
    tables = "deals_deal d JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id"
    rows = rows_joined(f"{tables} WHERE d.firm_id = %s AND d.ref = %s", [firm.id, ref], d=Deal, p=Party)
    if not rows:
        raise Http404
    found, party = rows[0]
    found.party, found.firm, party.firm = party, firm, firm
    acts = recorded_acts(firm, [found.id]).get(found.id, [])
    standing = Standing.objects.filter(firm=firm, deal=found).select_related("seller").first()
    return DealFile(
        found,
        standing,
        list(Stage.objects.filter(firm=firm).order_by("position").values_list("key", "name")),
        acts,
        _balances(found),
        list(Invoice.objects.filter(firm=firm, deal=found).order_by("issued_on", "number")[:MOST_EVENTS]),
        _names(firm, acts, standing),
    )


def _names(firm: Firm, acts: Sequence[Recorded], standing: Standing | None) -> dict[UUID, str]:
    """Who wrote the acts; most often the seller alone, who is known already."""
    names = {standing.seller.id: standing.seller.name} if standing and standing.seller else {}
    writers = {act.by for act in acts if act.by} - set(names)
    if writers:
        names |= dict(Member.objects.filter(firm=firm, id__in=writers).values_list("id", "name"))
    return names


def _balances(found: Deal) -> Balances:
    by_account: dict[str, tuple[Decimal, Decimal]] = {}
    by_document: dict[UUID, tuple[str, ...]] = {}
    rows = found.balances.filter(firm_id=found.firm_id).values_list("account", "document", "net", "tax")
    for account, document, net, tax in rows:
        before = by_account.get(account, (ZERO, ZERO))
        by_account[account] = (before[0] + net, before[1] + tax)
        if document.int and (net or tax):
            by_document[document] = (*by_document.get(document, ()), account)
    return Balances(by_account, by_document)


def deal_context(screen: Screen, file: DealFile, *, with_corrected: bool = False) -> dict[str, Any]:
    """Everything the page writes, but its shell."""
    place = place_of(file)
    deal, stages = file.deal, dict(file.stages)
    return {
        "place": place,
        "title": deal.title or deal.ref,
        "party": deal.party.name,
        "party_url": reverse("client", args=[screen.firm_ref, deal.party.ref]),
        "about": _about(file),
        "list_url": reverse("deals", args=[screen.firm_ref]),
        "stages": _stages(screen, file, place),
        "notice": _notice(screen, file.standing, place),
        "events": events(screen, file, stages, with_corrected),
        "corrected": _corrected(screen, file, with_corrected),
        "headline": _headline(screen, file, place),
        "balances": _balance_rows(screen, file),
        "balance_sum": screen.amount(
            sum((net + tax for net, tax in file.balances.by_account.values()), ZERO), deal.currency
        ),
        "invoices": [_invoice(screen, invoice, file.balances) for invoice in file.invoices],
        "facts": _facts(screen, file),
    }


def place_of(file: DealFile) -> str:
    """The account the page is about: the one where most of the deal stands."""
    there = {
        account: net + tax
        for account, (net, tax) in file.balances.by_account.items()
        if account != "origin" and net + tax > 0
    }
    if there:
        return max(there, key=lambda account: (there[account], account))
    return file.standing.place if file.standing else "hoped"


def _about(file: DealFile) -> str:
    seller = file.standing.seller.name if file.standing and file.standing.seller else ""
    followed = _("Followed by {seller}.").format(seller=seller) if seller else ""
    return f"{file.deal.party.name}. {followed}".strip()


def _stages(screen: Screen, file: DealFile, place: str) -> list[dict[str, Any]]:
    """The pipeline's steps and signature; the current one only while the deal is open."""
    standing = file.standing
    if standing is None:
        return []
    keys = [key for key, _name in file.stages]
    reached = keys.index(standing.stage) if standing.stage in keys else -1
    is_open = standing.place in ("hoped", "stalled", "waiting")
    is_signed = standing.place not in ("hoped", "stalled", "waiting", *CLOSED)
    steps = [
        {
            "name": name,
            "note": _("since {day}").format(day=screen.short(file.deal.firm.day(standing.stage_changed_at)))
            if is_open and number == reached
            else "",
            "is_past": number < reached or (number == reached and not is_open) or is_signed,
            "is_here": is_open and number == reached,
        }
        for number, (_key, name) in enumerate(file.stages)
    ]
    signed_on = getattr(standing, "signed_on", None)
    note = screen.short(signed_on) if is_signed else _("proof of signature required")
    steps.append({"name": words.state_name("signed"), "note": note, "is_past": False, "is_here": is_signed})
    return steps


def _notice(screen: Screen, standing: Standing | None, place: str) -> dict[str, Any] | None:
    """What is expected next, and from when on the deal no longer counts."""
    if standing is None:
        return None
    if place == "stalled":
        since = screen.short(standing.stalled_on)
        if standing.stall_rule == "decision_date":
            reason = _("The answer was expected on {day}; neither yes nor no came.").format(
                day=screen.short(standing.decision_on)
            )
        else:
            reason = _("No sign from the client since {day}.").format(day=screen.short(standing.last_move_on))
        title = _("Stalled since {day}, out of the total").format(day=since)
        return {"kind": "stalled", "title": title, "text": one_stop(reason)}
    if place == "waiting" and standing.wake_on:
        title = _("On hold until {day}").format(day=screen.long(standing.wake_on))
        return {"kind": "waiting", "title": title, "text": standing.hold_reason} | _left(screen, standing.wake_on)
    if place == "hoped" and standing.decision_on and standing.decision_on >= screen.today:
        title = _("Yes or no by {day}").format(day=screen.long(standing.decision_on))
        moved = ngettext(
            "The date was moved {count} time; it may move twice.",
            "The date was moved {count} times; it may move twice.",
            standing.decision_moves,
        ).format(count=standing.decision_moves)
        text = moved if standing.decision_moves else _("Without an answer, the deal leaves the total.")
        return {"kind": "", "title": title, "text": text} | _left(screen, standing.decision_on)
    return None


def _left(screen: Screen, day: Any) -> dict[str, Any]:
    days = (day - screen.today).days
    return {"number": screen.number(days), "unit": ngettext("day", "days", days)} if days >= 0 else {}


def events(screen: Screen, file: DealFile, stages: Mapping[str, str], with_corrected: bool) -> list[dict[str, Any]]:
    """The acts, newest first; those taken back only when asked."""
    taken_back = {act.corrects for act in file.acts if act.corrects}
    shown = [act for act in file.acts if with_corrected or (act.id not in taken_back and act.corrects is None)]
    shown.sort(key=lambda act: (act.at, not act.is_clock, act.rank, act.said, act.seq), reverse=True)
    firm_zone = file.deal.firm.tz
    return [
        {
            "iso": act.at.isoformat(),
            "day": screen.short(act.at.astimezone(firm_zone).date()),
            "icon_name": act_words.icon_name(act.kind),
            "title": act_words.title(act.kind, act.details),
            "text": _said(screen, act, stages, file.names),
            "moves": [_move(screen, posting, file.deal.currency) for posting in act.postings if _is_told(posting)],
            "is_corrected": act.id in taken_back,
        }
        for act in shown[:MOST_EVENTS]
    ]


def _is_told(posting: Posting) -> bool:
    """Zero-amount postings of a deal without an amount, and moves between stages, say nothing to a reader."""
    return bool(posting.net or posting.tax) and posting.source != posting.target


def _said(screen: Screen, act: Recorded, stages: Mapping[str, str], names: Mapping[UUID, str]) -> str:
    said = act_words.text(act.kind, act.details, screen, stages)
    who = _("by the clock") if act.is_clock else names.get(act.by, "") if act.by else ""
    return ". ".join(part.rstrip(".") for part in (said, who[:1].upper() + who[1:]) if part)


def _move(screen: Screen, posting: Posting, currency: str) -> dict[str, Any]:
    return {
        "text": screen.amount(posting.net, currency)
        if posting.net
        else _("{tax} tax").format(tax=screen.amount(posting.tax, currency)),
        "drawn": SafeString(
            render_to_string("web/_move.html", {"source": posting.source, "target": posting.target}).strip()
        ),
    }


def _corrected(screen: Screen, file: DealFile, with_corrected: bool) -> dict[str, str] | None:
    count = sum(1 for act in file.acts if act.corrects)
    if not count:
        return None
    here = reverse("deal", args=[screen.firm_ref, file.deal.ref])
    if with_corrected:
        return {"url": here, "text": _("Hide what was corrected")}
    text = ngettext("{count} correction, show it", "{count} corrections, show them", count)
    return {"url": f"{here}?corrected=1", "text": text.format(count=screen.number(count))}


def _headline(screen: Screen, file: DealFile, place: str) -> dict[str, Any]:
    net, _tax = file.balances.by_account.get(place, (ZERO, ZERO))
    has_amount = file.standing is None or file.standing.has_amount or bool(net)
    return {
        "name": words.state_name(place),
        "text": screen.amount(net, file.deal.currency) if has_amount else _("no amount"),
        "unit": _("ex VAT") if has_amount else "",
        "is_out": place == "stalled",
        "note": "" if has_amount else _("It counts as one prospect, and for 0."),
    }


def _balance_rows(screen: Screen, file: DealFile) -> list[dict[str, Any]]:
    """Every account where something stands, ``origin`` last: it is where the others came from."""
    rows = []
    for account in (*ACCOUNTS[1:], "origin"):
        net, tax = file.balances.by_account.get(account, (ZERO, ZERO))
        if net or tax:
            shown_tax = _("+ {tax} tax").format(tax=screen.amount(abs(tax), file.deal.currency)) if tax else ""
            rows.append(
                {
                    "state": words.state_label(account),
                    "net": screen.amount(net, file.deal.currency),
                    "tax": shown_tax.replace("+", MINUS) if tax < 0 else shown_tax,
                }
            )
    return rows


def _invoice(screen: Screen, invoice: Invoice, balances: Balances) -> dict[str, Any]:
    accounts = balances.by_document.get(invoice.id, ())
    state = next((name for name in ("doubtful", "disputed", "overdue", "invoiced", "cashed") if name in accounts), "")
    return {
        "number": invoice.number,
        "issued": screen.short(invoice.issued_on),
        "due": screen.short(invoice.due_on),
        "state": words.state_label(state) if state else "",
        "total": screen.amount(invoice.net + invoice.tax, invoice.currency, cents=True),
    }


def _facts(screen: Screen, file: DealFile) -> list[dict[str, str]]:
    facts = [(_("Reference"), file.deal.ref)]
    if standing := file.standing:
        facts += [
            (_("Opened"), screen.short(standing.opened_on)),
            (_("Last sign from the client"), screen.short(standing.last_move_on)),
            (_("Source"), standing.source),
            (_("Closed"), screen.short(standing.closed_on)),
            (_("Competitor"), standing.competitor),
        ]
    facts += [(str(name), str(value)) for name, value in sorted(file.deal.custom.items()) if value not in ("", None)]
    return [{"name": name, "text": text} for name, text in facts if text]
