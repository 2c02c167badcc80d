"""A draft: written, checked against the law, issued once or thrown away. And a new invoice without a sale before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web import figures_of
from comptant.doors.web.invoicing import draft_form
from comptant.doors.web.invoicing.agreement_page import issued_done
from comptant.doors.web.invoicing.asking import Asked, Typed, WrongError, ask, refused_at, said_in
from comptant.doors.web.invoicing.draft_form import LineForm
from comptant.doors.web.invoicing.finding import find_draft, last_act
from comptant.doors.web.reach import moment, must_be_fresh
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import OWNING, has_role
from comptant.journey.invoices import actions
from comptant.journey.invoices.models import Draft
from comptant.journey.invoices.previewing import Preview, preview
from comptant.journey.invoices.rules.taxes import rates_of
from comptant.journey.invoices.words import in_words
from comptant.journey.offers.shown import Sayer

SUGGESTED = 100
LINES = "invoicing/_draft.html"


@require_http_methods(["GET", "POST"])
def draft(request: MemberRequest, firm_ref: str, draft_id: UUID) -> HttpResponse:
    """GET shows the draft and what is missing of it; POST writes it again."""
    found = find_draft(request, draft_id)
    if found.invoice_id is not None:
        return redirect("invoice", firm_ref, found.invoice_id)
    if request.method != "POST":
        return _page(request, found, draft_form.forms_of(found.lines), Typed(), found.note)
    typed, forms = Typed(said_in(request)), draft_form.read_forms(request.POST)
    if "more" in request.POST:
        return _page(request, found, forms, typed, typed.text("note"), more=True)
    lines, due_on, note = draft_form.read_lines(forms, typed), typed.day("due_on"), typed.text("note")
    try:
        typed.check()
        actions.redraft(found, lines=lines, due_on=due_on, note=note)
    except WrongError:
        pass
    except Refusal as refusal:
        refused_at(typed, refusal)
    else:
        return acted(request, Done(_("Draft saved.")), to=_url(request, found))
    return _page(request, found, forms, typed, note, status=422)


@require_http_methods(["GET", "POST"])
def new_invoice(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET asks for whom and what; POST makes a draft that waits to be issued."""
    if request.method != "POST":
        return _new(request, [], Typed({"party": request.GET.get("party", "").replace("\x00", "")[:200]}))
    typed, forms = Typed(said_in(request)), draft_form.read_forms(request.POST)
    if "more" in request.POST:
        return _new(request, forms, typed)
    lines, due_on, note = draft_form.read_lines(forms, typed), typed.day("due_on"), typed.text("note")
    party = _party(request, typed)
    try:
        typed.check()
        if party is None:
            raise AssertionError("it was needed")
        made = actions.draft_for(party, lines=lines, at=moment(request), by=request.member)
        if due_on or note:
            actions.redraft(made, lines=lines, due_on=due_on, note=note)
    except WrongError:
        pass
    except Refusal as refusal:
        refused_at(typed, refusal)
    else:
        return acted(request, Done(_("Draft made. Nothing is issued yet.")), to=_url(request, made))
    return _new(request, forms, typed, status=422)


@require_http_methods(["GET", "POST"])
def issuing(request: MemberRequest, firm_ref: str, draft_id: UUID) -> HttpResponse:
    """GET names the amount; POST issues: one number, once."""
    found, screen = find_draft(request, draft_id), Screen.of(request)
    seen = preview(found, request.today)
    gross = screen.amount(Decimal(seen.content["gross"]), found.deal.currency, cents=True)

    def asked() -> Asked:
        return Asked(
            _("Issue an invoice of {amount} inc VAT").format(amount=gross),
            _("Issue {amount}").format(amount=gross),
            rows=[(_("Client"), found.deal.party.name), *_sums(screen, found, seen)],
            text=_("It gets the next number. Once issued it is corrected by a credit note alone."),
            seen=last_act(found.deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, found.deal)
        return issued_done(screen, actions.issue(found, at=moment(request), by=request.member))

    return ask(request, asked, act, to=_url(request, found))


@require_http_methods(["GET", "POST"])
def discarding(request: MemberRequest, firm_ref: str, draft_id: UUID) -> HttpResponse:
    """GET asks; POST throws the draft away."""
    found = find_draft(request, draft_id)

    def asked() -> Asked:
        text = _("It has no number yet: nothing is missing from the books.")
        return Asked(_("Throw this draft away"), _("Throw it away"), text=text, is_risk=True)

    def act(typed: Typed) -> Done:
        actions.discard(found)
        return Done(_("Draft thrown away."))

    return ask(request, asked, act, to=reverse("invoices", args=[firm_ref]))


def _url(request: MemberRequest, found: Draft) -> str:
    return reverse("draft", args=[request.firm.ref, found.id])


def _party(request: MemberRequest, typed: Typed) -> Party | None:
    """The client that the words name, by ref or name; otherwise a sentence beside the field."""
    words = typed.text("party", needed=_("Say for whom: a client’s name."))
    if not words:
        return None
    rows = Party.objects.filter(firm=request.firm)
    found = list(rows.filter(ref=words)[:1]) or list(rows.filter(name__iexact=words)[:2])
    if len(found) != 1:
        typed.errors["party"] = (
            _("No client is called “{found}”. Choose one of the list.").format(found=words[:60])
            if not found
            else _("Several clients are called “{found}”. Write the reference of the one.").format(found=words[:60])
        )
        return None
    party: Party = found[0]
    party.firm = request.firm
    return party


def _page(
    request: MemberRequest, found: Draft, forms: list[LineForm], typed: Typed, note: str, *, more: bool = False,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    screen = Screen.of(request)
    seen = preview(found, request.today)
    currency = found.deal.currency
    due_on = typed.said.get("due_on", found.due_on.isoformat() if found.due_on else "").replace("\x00", "")
    context = _common(request, screen, forms, typed) | {
        "title": _("Invoice for {party}").format(party=found.deal.party.name),
        "party": found.deal.party.name,
        "party_url": reverse("client", args=[screen.firm_ref, found.deal.party.ref]),
        "gross": screen.amount(Decimal(seen.content["gross"]), currency, cents=True),
        "sums": _sums(screen, found, seen),
        "mentions": seen.content["mentions"],
        "missing": [in_words(one) for one in seen.missing],
        "settings_url": reverse("settings", args=[screen.firm_ref]) if has_role(request.member, OWNING) else "",
        "due_on": due_on,
        "note": note,
        "issue_url": reverse("draft-issuing", args=[screen.firm_ref, found.id]),
        "discard_url": reverse("draft-discarding", args=[screen.firm_ref, found.id]),
        "is_new": False,
    }
    return answer(request, LINES, context, page="invoicing/draft.html", status=status)


def _new(request: MemberRequest, forms: list[LineForm], typed: Typed, *, status: int = 200) -> HttpResponse:
    screen = Screen.of(request)
    names = Party.objects.filter(firm=request.firm).order_by("-id").values_list("name", flat=True)
    context = _common(request, screen, forms, typed) | {
        "title": _("New invoice"),
        "party_said": typed.said.get("party", "").replace("\x00", ""),
        "parties": sorted(set(names[:SUGGESTED])),
        "due_on": typed.said.get("due_on", "").replace("\x00", ""),
        "note": typed.text("note"),
        "is_new": True,
    }
    return answer(request, LINES, context, page="invoicing/draft.html", status=status)


def _common(request: MemberRequest, screen: Screen, forms: Sequence[LineForm], typed: Typed) -> dict[str, Any]:
    """What both pages show: the lines, one blank at the end, and what was wrong."""
    usual = rates_of(request.firm.country, request.today)[0]
    stocks = figures_of.today(request.firm, request.today, screen.home)
    return {
        "lines": draft_form.shown(screen, [*forms, draft_form.blank(usual)]),
        "errors": typed.errors,
        "refusal": typed.refusal,
        "list_url": reverse("invoices", args=[screen.firm_ref]),
        "action": request.path,
        "shell": shell(request, "invoices", stocks, ["billable", "invoiced"]),
    }


def _sums(screen: Screen, found: Draft, seen: Preview) -> list[tuple[str, str]]:
    """Net, each tax, the whole, and the day it falls due."""
    sayer = Sayer(screen.language, found.deal.currency, screen.home)
    names = {"vat": _("VAT {rate}"), "gst": _("GST {rate}"), "qst": _("QST {rate}")}
    return [
        (_("Total ex VAT"), sayer.amount(Decimal(seen.content["net"]))),
        *(
            (names[one["name"]].format(rate=sayer.percent(Decimal(one["rate"]))), sayer.amount(Decimal(one["tax"])))
            for one in seen.content["rates"]
        ),
        (_("To be paid by"), _due(screen, seen)),
    ]


def _due(screen: Screen, seen: Preview) -> str:

    return screen.plain(date.fromisoformat(seen.content["due_on"]))
