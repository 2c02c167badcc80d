"""Dialogs of acts: what is asked, what was typed, and what was refused beside the field that caused it.

One template for all of them; without script each is a page of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comptant.doors.imports.numbers import NumberFormat, amount_reader
from comptant.doors.imports.refusals import BadValueError
from comptant.doors.web.shell import shell
from comptant.doors.web.typed_days import read_day
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence
from comptant.ground.web.typography import NBSP

LONGEST = 2000
ABOUT = {
    "bad_amount": "amount", "disputed_more_than_open": "amount", "written_off_more_than_open": "amount",
    "credited_more_than_invoiced": "amount", "paid_more_than_open": "amount", "deposit_amount": "amount",
    "more_than_agreed": "amount", "allocated_more_than_received": "amount", "bounced_more_than_received": "amount",
    "promise_in_the_past": "day", "promise_too_far": "day", "paid_in_the_future": "day", "payment_in_future": "day",
    "ahead_of_today": "day", "answered_before_opened": "answer_by", "due_before_issue": "due_on",
    "reason_needed": "reason", "unknown_cause": "category",
}  # fmt: skip
"""Which field a refusal is about; the others are told above the form."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing asked. ``kind`` is amount, text, area, day, select, choices or check."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A dialog: its title, what it says, what it asks, the verb of its button."""

    title: str
    verb: str
    fields: Sequence[Field] = ()
    text: str = ""
    rows: Sequence[tuple[str, str]] = ()
    note: str = ""
    is_risk: bool = False
    hidden: Sequence[tuple[str, str]] = ()
    seen: int = 0


@dataclass(slots=True)
class Typed:
    """What somebody typed; each value read once, each fault kept beside its field."""

    said: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    refusal: str = ""

    def text(self, name: str, *, needed: str = "", longest: int = LONGEST) -> str:
        """The words; ``needed`` is the sentence when there are none."""
        words = self.said.get(name, "").replace("\x00", "").strip()[:longest]
        if needed and not words:
            self.errors[name] = needed
        return words

    def amount(self, name: str, *, needed: bool = False) -> Decimal | None:
        """An amount as the screen's language writes it; None when the field is blank or wrong."""
        words = self.text(name)
        if not words:
            if needed:
                self.errors[name] = _("Write an amount, for example {example}.").format(example=written(Decimal(1200)))
            return None
        try:
            return read_amount(words)
        except BadValueError:
            self.errors[name] = _("“{found}” is no amount. Write it as {example}.").format(
                found=words[:40], example=written(Decimal(1200))
            )
            return None

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """A day as a browser sends it; None when the field is blank or wrong."""
        words = self.text(name)
        try:
            if words:
                return read_day(words)
        except ValueError:
            self.errors[name] = _("“{found}” is no day. Write it as 2026-11-24.").format(found=words[:40])
            return None
        if needed:
            self.errors[name] = _("Choose a day.")
        return None

    def check(self) -> None:
        """Raises Wrong when something typed cannot be read."""
        if self.errors:
            raise WrongError


class WrongError(Exception):
    """Something typed cannot be read; ``Typed.errors`` says what."""


def read_amount(words: str) -> Decimal:
    """An amount as a person of the screen's language writes it. Raises BadValueError."""
    is_french = (get_language() or "").startswith("fr")
    form = NumberFormat() if is_french else NumberFormat(thousands=",")
    return amount_reader(form)(words.strip(f" {NBSP}€$£").strip())


def written(value: Decimal) -> str:
    """An amount as its field shows it: two decimals, nothing between thousands.

    >>> written(Decimal("1200.5")) in ("1200,50", "1200.50")
    True
    """
    text = f"{value:.2f}"
    return text.replace(".", ",") if (get_language() or "").startswith("fr") else text


def ask(
    request: MemberRequest, asked: Callable[[], Asked], act: Callable[[Typed], Done], *, to: str, here: str = "invoices"
) -> HttpResponse:
    """GET asks; POST acts and leads to ``to``, or asks again with what is wrong beside it (422)."""
    if request.method != "POST":
        return dialog(request, asked(), Typed(), back=to, here=here)
    typed = Typed(said_in(request))
    try:
        done = act(typed)
    except WrongError:
        pass
    except Refusal as refusal:
        refused_at(typed, refusal)
    else:
        return acted(request, done, to=to)
    return dialog(request, asked(), typed, back=to, here=here, status=422)


def refused_at(typed: Typed, refusal: Refusal) -> None:
    """The sentence of a refusal is put beside the field it is about, else above the form."""
    words, name = sentence(refusal.code, refusal.facts), ABOUT.get(refusal.code, "")
    if name and name in typed.said:
        typed.errors[name] = words
    else:
        typed.refusal = words


def said_in(request: HttpRequest) -> dict[str, str]:
    """What the form sent, a value a name."""
    return {name: str(value) for name, value in request.POST.items()}


def dialog(
    request: MemberRequest, asked: Asked, typed: Typed, *, back: str, here: str = "invoices", status: int = 200
) -> HttpResponse:
    """The dialog, or the page around it."""
    context = {
        "title": asked.title,
        "asked": asked,
        "fields": [_shown(one, typed) for one in asked.fields],
        "refusal": typed.refusal,
        "action": request.get_full_path(),
        "back": back,
        "dialog": "invoicing/_act_dialog.html",
    }
    if not request.htmx or request.htmx.history_restore_request:
        context["shell"] = shell(request, here)
    return answer(request, "invoicing/_act_dialog.html", context, page="web/dialog.html", status=status)


def _shown(one: Field, typed: Typed) -> dict[str, Any]:
    return {
        "field": one,
        "value": typed.said.get(one.name, "" if typed.said else one.value).replace("\x00", ""),
        "error": typed.errors.get(one.name, ""),
    }
