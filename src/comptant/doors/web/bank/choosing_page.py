"""What a line pays, chosen by hand: other invoices, parts of them, the bank's fee; or it stays a client's credit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web import figures_of
from comptant.doors.web.bank.amounts import read_or_refuse
from comptant.doors.web.bank.bank_page import ABOUT, confirmed, find_line, must_wait, uuid_of
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.journal.acts import ZERO
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence
from comptant.journey.payments import lines
from comptant.journey.payments.match import Choice, choice_of
from comptant.journey.payments.models import BankLine
from comptant.journey.payments.near import ledger_near
from comptant.journey.prospects.search import search_parties

MOST_FOUND, MOST_PARTIES, MOST_CHOSEN = 15, 5, 50
LONGEST = 100


@require_http_methods(["GET", "HEAD", "POST"])
def invoices(request: MemberRequest, firm_ref: str, line_id: UUID) -> HttpResponse:
    """GET finds invoices by ``?q=``, with ``?share=1`` a part for each; POST says which the line pays."""
    line = find_line(request, line_id)
    must_wait(request, line)
    if request.method != "POST":
        return _show(request, line)
    try:
        choice, numbers = _chosen(request, line)
        return confirmed(request, line, choice, numbers)
    except Refusal as refusal:
        return _show(request, line, refusal)


def _chosen(request: MemberRequest, line: BankLine) -> tuple[Choice, tuple[str, ...]]:
    """What was ticked or written. Raises Refusal when nothing was, or more than what came."""
    fee = read_or_refuse(request.POST.get("fee", ""))
    ids = list(dict.fromkeys(filter(None, map(uuid_of, request.POST.getlist("pick")[:MOST_CHOSEN]))))
    known = lines.owed(request.firm, ids)
    parts = {one: read_or_refuse(request.POST.get(f"amount-{one}", "")) for one in ids}
    given = tuple((one, part) for one, part in parts.items() if part and one in known)
    party = uuid_of(request.POST.get("party", ""))
    if request.POST.get("share") == "1":
        if not given:
            raise Refusal("payer_needed", day=line.booked_on.isoformat(), amount=str(line.amount))
        total = sum((part for _one, part in given), ZERO)
        if total > line.amount + fee:
            raise Refusal("allocated_more_than_received", allocated=str(total), amount=str(line.amount + fee))
        return Choice(given, fee=fee), tuple(known[one].number for one, _part in given)
    if not known and party is None:
        raise Refusal("payer_needed", day=line.booked_on.isoformat(), amount=str(line.amount))
    if not known:
        return Choice((), fee=fee, party=party), ()
    numbers = tuple(known[one].number for one in ids if one in known)
    return choice_of(request.firm, line, numbers, fee), numbers


def _show(request: MemberRequest, line: BankLine, refusal: Refusal | None = None) -> HttpResponse:
    said = request.POST if request.method == "POST" else request.GET
    screen, words = Screen.of(request), said.get("q", "").replace("\x00", "").strip()[:LONGEST]
    is_shared = said.get("share") == "1"
    ticked = [one for text in said.getlist("pick")[:MOST_CHOSEN] if (one := uuid_of(text))]
    found, parties = _found(request, line, words)
    known = {one.id: one for one in found} | lines.owed(request.firm, ticked)
    here = reverse("bank-invoices", args=[request.firm.ref, line.id])
    back = f"{reverse('bank', args=[request.firm.ref])}?{urlencode({'line': str(line.id)})}"
    context: dict[str, Any] = {
        "title": _("Split {amount}") if is_shared else _("What do {amount} pay?"),
        "dialog": "bank/_invoices_dialog.html",
        "about": ", ".join(part for part in (screen.plain(line.booked_on), line.label) if part),
        "here": here, "back": back, "q": words, "is_shared": is_shared,
        "found": [_row(screen, one, one.id in ticked, said.get(f"amount-{one.id}", "")) for one in known.values()],
        "parties": [] if is_shared else [{"id": str(one.id), "name": one.name} for one in parties],
        "party": said.get("party", ""),
        "fee": said.get("fee", ""),
        "error": sentence(refusal.code, _in_words(screen, refusal, line)) if refusal else "",
        "is_fee": refusal is not None and refusal.code == "fee_too_large",
    }  # fmt: skip
    context["title"] = context["title"].format(amount=screen.amount(line.amount, line.currency, cents=True))
    if not request.htmx:
        stocks = figures_of.today(request.firm, request.today, request.firm.currency)
        context["shell"] = shell(request, "bank", stocks, ABOUT)
    status = 422 if refusal else 200
    return answer(request, "bank/_invoices_dialog.html", context, page="web/dialog.html", status=status)


def _found(request: MemberRequest, line: BankLine, text: str) -> tuple[Sequence[lines.Owed], Sequence[Any]]:
    """What the words find; without words, what is open near the line."""
    if not text:
        near = list(ledger_near(request.firm, [line]).by_id)[:MOST_FOUND]
        return sorted(lines.owed(request.firm, near).values(), key=lambda one: (one.due_on, one.number)), []
    parties = search_parties(request.firm, text, MOST_PARTIES)
    amount = _amount(text)
    ids = [party.id for party in parties]
    return lines.owed_called(request.firm, text, ids, amount, MOST_FOUND), parties


def _amount(text: str) -> Decimal | None:
    try:
        return read_or_refuse(text) or None
    except Refusal:
        return None


def _row(screen: Screen, one: lines.Owed, is_ticked: bool, amount: str) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "number": one.number,
        "party": one.party,
        "due": _("due {day}").format(day=screen.short(one.due_on)),
        "open": screen.amount(one.open, one.currency, cents=True),
        "is_ticked": is_ticked,
        "amount": amount[:LONGEST],
    }


def _in_words(screen: Screen, refusal: Refusal, line: BankLine) -> dict[str, Any]:
    """The facts as this screen writes amounts and days."""
    facts = dict(refusal.facts)
    for name in ("allocated", "amount", "fee"):
        try:
            facts[name] = screen.amount(Decimal(str(facts[name])), line.currency, cents=True)
        except (KeyError, ArithmeticError):
            continue
    if "day" in facts:
        facts["day"] = screen.plain(line.booked_on)
    return facts
