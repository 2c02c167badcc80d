"""What is typed on an offer: read from a form or an offer, told back with what is wrong of it, made into a draft."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from comptant.doors.imports.numbers import SPACES
from comptant.doors.web.typed_days import read_day
from comptant.ground.refusals import Refusal
from comptant.ground.web.sentences import sentence
from comptant.ground.web.typography import NBSP
from comptant.journey.offers.models import Offer
from comptant.journey.offers.rules.drafts import Benefit, LineDraft, PartDraft
from comptant.journey.offers.rules.totals import USUAL

TEXTS = {"title": 300, "problem": 5000, "give_to_get": 2000, "conditions": 20000}
ROWS = {
    "line": ("title", "text", "quantity", "unit", "price", "tax_rate", "discount", "direct_cost", "is_optional"),
    "part": ("title", "share", "trigger", "due_on"),
    "benefit": ("title", "figure"),
}
SAID = {"line": ("title", "text", "price", "direct_cost"), "part": ("title", "share"), "benefit": ("title", "figure")}
"""What makes a row one that counts: without any of these it was left blank."""
MOST = {"line": 200, "part": 50, "benefit": 20}
LONGEST = {"title": 300, "text": 5000, "unit": 40, "figure": 200}
_NAME = re.compile(r"(line|part|benefit)-([0-9]{1,3})-([a-z_]{1,20})")
_GROUP = re.compile(f"(?<=[0-9])[{SPACES}](?=[0-9]{{3}}(?![0-9]))")
_FIGURE = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,4})?")

Row = dict[str, str]


class Unread(ValueError):
    """What was typed is no figure."""


@dataclass(slots=True)
class Typed:
    """An offer as it stands in its form: text as typed; ``errors`` by the name of the field."""

    texts: dict[str, str] = field(default_factory=dict)
    decision_on: str = ""
    rows: dict[str, list[Row]] = field(default_factory=lambda: {"line": [], "part": [], "benefit": []})
    errors: dict[str, str] = field(default_factory=dict)

    def kept(self, kind: str) -> list[tuple[int, Row]]:
        """The rows that are not blank, with their place in the form."""
        return [(n, row) for n, row in enumerate(self.rows[kind]) if any(row.get(name) for name in SAID[kind])]


def read_typed(form: QueryDict) -> Typed:
    """What a form says; rows in the order of their numbers, however these were chosen."""
    said = {name: str(form.get(name, "")).strip() for name in form}
    typed = Typed({name: said.get(name, "") for name in TEXTS}, said.get("decision_on", ""))
    found: dict[tuple[str, int], Row] = {}
    for name in said:
        if match := _NAME.fullmatch(name):
            kind, number, column = match[1], int(match[2]), match[3]
            if column in ROWS[kind]:
                found.setdefault((kind, number), {})[column] = said[name]
    for kind, number in sorted(found):
        if len(typed.rows[kind]) < MOST[kind]:
            typed.rows[kind].append(found[kind, number])
    return typed


def typed_of(offer: Offer, language: str, lines: Iterable[LineDraft], parts: Iterable[PartDraft]) -> Typed:
    """What an offer says, as somebody of that language would have typed it."""
    typed = Typed({name: getattr(offer, name) for name in TEXTS}, _iso(offer.decision_on))
    typed.rows["benefit"] = [dict(one) for one in offer.benefits]
    typed.rows["line"] = [line_typed(line, language) for line in lines]
    typed.rows["part"] = [
        {
            "title": part.title, "share": written(part.share, language), "trigger": part.trigger,
            "due_on": _iso(part.due_on),
        }
        for part in parts
    ]  # fmt: skip
    return typed


def line_typed(line: LineDraft, language: str) -> Row:
    """A line as it is typed."""
    return {
        "title": line.title, "text": line.text, "quantity": written(line.quantity, language), "unit": line.unit,
        "price": written(line.price, language), "tax_rate": written(line.tax_rate, language),
        "discount": written(line.discount, language) if line.discount else "",
        "direct_cost": "" if line.direct_cost is None else written(line.direct_cost, language),
        "is_optional": "yes" if line.is_optional else "",
    }  # fmt: skip


def blank(kind: str, country: str, language: str) -> Row:
    """A row to be filled in."""
    if kind == "line":
        return {"quantity": "1", "tax_rate": written(USUAL.get(country, USUAL["FR"])[0], language)}
    return {"trigger": "acceptance"} if kind == "part" else {}


def draft_of(typed: Typed, language: str) -> dict[str, Any]:
    """What the room takes as a draft. What cannot be read is in ``typed.errors``; then nothing may be recorded."""
    for name, longest in TEXTS.items():
        _measure(typed, name, typed.texts[name], longest)
    return {
        **typed.texts,
        "decision_on": _day(typed, "decision_on", typed.decision_on),
        "lines": [_line(typed, n, row, language) for n, row in typed.kept("line")],
        "schedule": [_part(typed, n, row, language) for n, row in typed.kept("part")],
        "benefits": [_benefit(typed, n, row) for n, row in typed.kept("benefit")],
    }


def refuse(typed: Typed, refusal: Refusal) -> None:
    """Put the sentence of a refusal beside the field it is about."""
    fields = {"line_without_title": "title", "line_amount": "price", "line_rate": "tax_rate"}
    lines, parts = typed.kept("line"), typed.kept("part")
    told = sentence(refusal.code, refusal.facts)
    if refusal.code in fields:
        typed.errors[f"line-{lines[int(refusal.facts['line']) - 1][0]}-{fields[refusal.code]}"] = told
    elif refusal.code == "offer_without_lines":
        typed.errors["line-0-title"] = told
    elif refusal.code.startswith("schedule_"):
        typed.errors[f"part-{parts[0][0] if parts else 0}-share"] = told
    else:
        typed.errors[""] = told


def figure(text: str, language: str, places: int) -> Decimal:
    """A figure as people type it, exactly. Raises Unread.

    >>> figure("4 800,50 €", "fr", 4), figure("4,800.5", "en", 2), figure("1,250", "en", 3)
    (Decimal('4800.50'), Decimal('4800.5'), Decimal('1250'))
    """
    said = _GROUP.sub("", text.strip(f"{SPACES}€$%"))
    if "," in said and "." in said:
        said = said.replace("," if said.rindex(".") > said.rindex(",") else ".", "")
    elif language == "en" and re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+", said):
        said = said.replace(",", "")
    said = said.replace(",", ".")
    if not _FIGURE.fullmatch(said) or len(said.partition(".")[2].rstrip("0")) > places:
        raise Unread(text)
    return Decimal(said)


def written(value: Decimal, language: str) -> str:
    r"""A figure to be typed over: exact, and the cents whole when there are any.

    >>> written(Decimal("4800.5000"), "fr"), written(Decimal("6.000"), "en")
    ('4\xa0800,50', '6')
    """
    text = f"{value.normalize():,f}"
    whole, point, decimals = text.partition(".")
    text = f"{whole}.{decimals:0<2}" if point else whole
    return text.replace(",", NBSP).replace(".", ",") if language.startswith("fr") else text


def _line(typed: Typed, n: int, row: Row, language: str) -> LineDraft:
    name = f"line-{n}-"
    for column in ("title", "text", "unit"):
        _measure(typed, name + column, row.get(column, ""), LONGEST[column])
    read = _reader(typed, name, row, language)
    cost = read("direct_cost", 2) if row.get("direct_cost") else None
    if not row.get("price"):
        typed.errors[name + "price"] = _("Write the price of one, 0 when it is free.")
    return LineDraft(
        row.get("title", ""), read("price", 4), read("tax_rate", 3), read("quantity", 3, Decimal(1)),
        row.get("unit", ""), row.get("text", ""), read("discount", 2), bool(row.get("is_optional")), cost,
    )  # fmt: skip


def _part(typed: Typed, n: int, row: Row, language: str) -> PartDraft:
    name = f"part-{n}-"
    _measure(typed, name + "title", row.get("title", ""), 200)
    if not row.get("title"):
        typed.errors[name + "title"] = _("Name this part of the price.")
    share = _reader(typed, name, row, language)("share", 3)
    return PartDraft(
        row.get("title", ""), share, row.get("trigger", ""), _day(typed, name + "due_on", row.get("due_on", ""))
    )


def _benefit(typed: Typed, n: int, row: Row) -> Benefit:
    for column in ("title", "figure"):
        _measure(typed, f"benefit-{n}-{column}", row.get(column, ""), LONGEST[column])
    return Benefit(row.get("title", ""), row.get("figure", ""))


def _reader(typed: Typed, name: str, row: Row, language: str) -> Callable[..., Decimal]:
    def read(column: str, places: int, usual: Decimal = Decimal(0)) -> Decimal:
        said = row.get(column, "")
        if not said:
            return usual
        try:
            return figure(said, language, places)
        except Unread:
            typed.errors[name + column] = _("“{found}” is no figure here. Write it as {example}.").format(
                found=said[:40], example=written(Decimal("1250.5"), language)
            )
            return usual

    return read


def _day(typed: Typed, name: str, said: str) -> date | None:
    if not said:
        return None
    try:
        return read_day(said)
    except ValueError:
        typed.errors[name] = sentence("bad_day", {"day": said[:40]})
        return None


def _measure(typed: Typed, name: str, said: str, longest: int) -> None:
    if len(said) > longest:
        typed.errors[name] = _("{found} characters are too many: {longest} at most.").format(
            found=len(said), longest=longest
        )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def without(rows: Iterable[Row], number: int) -> list[Row]:
    """The rows but for the one of that number."""
    return [row for n, row in enumerate(rows) if n != number]
