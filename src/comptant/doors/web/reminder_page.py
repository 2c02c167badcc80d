"""The page of whoever was reminded: no account, a link that is theirs alone, three answers.

*I pay on ...*, *I have paid on ...*, *I contest this part, because ...*. Works without a script.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comptant.doors.imports.numbers import AS_WE_WRITE, amount_reader
from comptant.doors.imports.refusals import BadValueError
from comptant.doors.web.client_page import public
from comptant.doors.web.typed_days import read_day
from comptant.ground.refusals import Refusal
from comptant.ground.web.request import VisitorRequest
from comptant.ground.web.sentences import sentence
from comptant.ground.web.typography import NBSP
from comptant.journey.offers.queries import language_for
from comptant.journey.offers.shown import Sayer, seller
from comptant.journey.recovery.by_link import contest_by_link, invoices_of, open_letter, promise_by_link
from comptant.journey.recovery.dunning import Item, planned
from comptant.journey.recovery.letters import asked
from comptant.journey.recovery.models import Cause, Dispute, Letter, Promise

Said = dict[str, Any]
read_amount = amount_reader(AS_WE_WRITE)


@require_GET
@public
def reminder(request: VisitorRequest, secret: str) -> HttpResponse:
    """What is to pay, what was answered already, and the three answers."""
    return _page(request, secret, "choose")


@require_http_methods(["GET", "POST"])
@public
def promise(request: VisitorRequest, secret: str) -> HttpResponse:
    """GET asks for the day; POST promises."""
    return _answered(request, secret, "promise", lambda said: _promise(secret, said, False, request.now))


@require_http_methods(["GET", "POST"])
@public
def payment(request: VisitorRequest, secret: str) -> HttpResponse:
    """GET asks since when; POST says it is paid."""
    return _answered(request, secret, "payment", lambda said: _promise(secret, said, True, request.now))


@require_http_methods(["GET", "POST"])
@public
def dispute(request: VisitorRequest, secret: str) -> HttpResponse:
    """GET asks how much and why; POST contests."""
    return _answered(request, secret, "dispute", lambda said: _contest(secret, said, request.now))


def _answered(request: VisitorRequest, secret: str, step: str, act: Callable[[Said], None]) -> HttpResponse:
    if request.method == "GET":
        return _page(request, secret, step)
    said: Said = {name: request.POST.get(name, "") for name in ("name", "day", "amount", "category", "reason")}
    said["numbers"] = request.POST.getlist("number")
    try:
        act(said)
    except Refusal as refusal:
        return _page(request, secret, step, said=said, refusal=refusal)
    return redirect("reminder", secret=secret)


def _promise(secret: str, said: Said, has_paid: bool, now: datetime) -> None:
    try:
        day = read_day(said["day"])
    except ValueError:
        raise Refusal("bad_day", day=said["day"][:40]) from None
    promise_by_link(secret, numbers=said["numbers"], pay_on=day, has_paid=has_paid, name=said["name"], now=now)


def _contest(secret: str, said: Said, now: datetime) -> None:
    try:
        amount = read_amount(said["amount"].replace("€", "").replace("$", "").strip(f" {NBSP}"))
    except BadValueError:
        raise Refusal("bad_amount", amount=said["amount"][:40]) from None
    contest_by_link(
        secret, numbers=said["numbers"], amount=amount, category=said["category"], reason=said["reason"],
        name=said["name"], now=now,
    )  # fmt: skip


def _page(
    request: VisitorRequest, secret: str, step: str, *, said: Said | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    """The page at a step, in the client's language; a refusal is told where it arose."""
    with open_letter(secret, now=request.now) as letter:
        language = language_for(letter.party, letter.firm)
        with translation.override(language):
            view = view_of(letter, step, language, now=request.now)
            context = {
                "reminder": view, "secret": secret, "said": said or {"numbers": view["numbers"]},
                "error": sentence(refusal.code, refusal.facts) if refusal else "",
            }  # fmt: skip
            response = render(request, "doors/reminder.html", context, status=422 if refusal else 200)
    response["Content-Language"] = language
    return response


def view_of(letter: Letter, step: str, language: str, *, now: datetime) -> Said:
    """What the template shows: every figure and day as text."""
    firm, invoices = letter.firm, invoices_of(letter)
    items = {item.number: item for item in planned(firm, firm.today(now), [one.id for one in invoices])}
    sayer = Sayer(language, invoices[0].currency, firm.currency)
    still = [item for item in items.values() if item.facts.claimed]
    return {
        "firm": seller(firm),
        "party": letter.party.name,
        "step": step if still else "done",
        "lines": [_line(invoice.number, invoice.due_on, items.get(invoice.number), sayer) for invoice in invoices],
        "numbers": [item.number for item in still if asked(item)] or [item.number for item in still],
        "open": [(item.number, sayer.amount(item.facts.claimed)) for item in still],
        "total": sayer.amount(sum((item.facts.claimed for item in still), Decimal(0))),
        "contested": sayer.amount(sum((item.facts.disputed for item in items.values()), Decimal(0))),
        "is_contested": any(item.facts.disputed for item in items.values()),
        "told": [*_promised(letter, sayer), *_contested(letter, sayer)],
        "causes": Cause.choices,
        "today": firm.today(now).isoformat(),
    }


def _line(number: str, due_on: date, item: Item | None, sayer: Sayer) -> Said:
    return {
        "number": number,
        "due_on": sayer.day(due_on),
        "amount": sayer.amount(item.facts.claimed + item.facts.disputed) if item else "",
        "words": "" if item else _("paid or settled"),
    }


def _promised(letter: Letter, sayer: Sayer) -> list[str]:
    rows = Promise.objects.filter(firm=letter.firm, invoice__reminders__letter=letter).select_related("invoice")
    return [
        (_("{number}: you say it was paid on {day}.") if row.has_paid else _("{number}: you pay on {day}.")).format(
            number=row.invoice.number, day=sayer.day(row.pay_on)
        )
        for row in rows.order_by("id").distinct()
    ]


def _contested(letter: Letter, sayer: Sayer) -> list[str]:
    rows = Dispute.objects.filter(firm=letter.firm, invoice__reminders__letter=letter).select_related("invoice")
    return [
        (
            _("{number}: you contest {amount}. We answer by {day}.")
            if row.settled_on is None
            else _("{number}: your dispute of {amount} is settled.")
        ).format(number=row.invoice.number, amount=sayer.amount(row.amount), day=sayer.day(row.answer_by))
        for row in rows.order_by("id").distinct()
    ]
