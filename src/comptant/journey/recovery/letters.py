"""The words of a reminder, in the client's language: a courtesy note, a reminder, a formal notice; on paper too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.ground.documents.typesetting import picture, typeset
from comptant.ground.firms.models import Firm, Member
from comptant.ground.mail.letters import Link, Row, render_letter
from comptant.ground.parties.models import Party
from comptant.ground.web.figures import number
from comptant.ground.web.typography import NBSP, typo
from comptant.journey.invoices.printing import spaced
from comptant.journey.offers.queries import language_for
from comptant.journey.offers.shown import Sayer, address, identity, mentions, seller
from comptant.journey.recovery.dunning import Item
from comptant.journey.recovery.queries import Terms, terms_on
from comptant.journey.recovery.rules.interest import ONE_DAY, working

TEMPLATE = Path(__file__).parent / "templates" / "recovery" / "notice.typ"
NOTICE_DAYS = 8
"""Calendar days that a formal notice leaves to pay."""
CLAIMS_FROM = 2
"""The level from which penalties are claimed; before, they are only mentioned."""


@dataclass(frozen=True, slots=True)
class Words:
    """A letter ready for the outbox."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Reminding:
    """One letter to one party, of one or several invoices of one currency, on a day."""

    firm: Firm
    party: Party
    items: Sequence[Item]
    level: int
    is_notice: bool
    day: date
    terms: Sequence[Terms]
    by: Member | None = None

    @property
    def language(self) -> str:
        """The client's."""
        return language_for(self.party, self.firm)

    @property
    def is_courtesy(self) -> bool:
        """Nothing is late yet."""
        return all(item.plan.days_late == 0 for item in self.items)

    @property
    def claims_penalties(self) -> bool:
        """Interest and indemnity are asked for, to the cent."""
        return self.is_notice or self.level >= CLAIMS_FROM

    @property
    def principal(self) -> Decimal:
        """What is asked for, tax included, without what is contested or promised."""
        return sum((asked(item) for item in self.items), Decimal("0.00"))

    @property
    def interest(self) -> Decimal | None:
        """Of all invoices; None while a rate is not known."""
        known = [item.interest for item in self.items if item.interest is not None]
        return sum(known, Decimal("0.00")) if len(known) == len(self.items) else None

    @property
    def indemnity(self) -> Decimal:
        """Of all invoices."""
        return sum((item.indemnity for item in self.items), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """What the letter asks for."""
        return self.principal + ((self.interest or Decimal(0)) + self.indemnity if self.claims_penalties else 0)


def asked(item: Item) -> Decimal:
    """What is asked for of one invoice: what is neither contested nor promised."""
    return item.facts.claimed - min(item.facts.promised, item.facts.claimed)


def email(said: Reminding, link: str) -> Words:
    """The reminder as a letter with its three answers; ``link`` leads to them."""
    language = said.language
    with translation.override(language):
        sayer = Sayer(language, said.items[0].currency, said.firm.currency)
        subject = typo(_subject(said, sayer), language)
        text, html = render_letter(
            subject=subject,
            language=language,
            paragraphs=[typo(one, language) for one in (_("Hello,"), _opening(said, sayer))],
            rows=[Row(typo(words, language), figure, total) for words, figure, total in _rows(said, sayer)],
            links=_links(said, link),
            after=[typo(one, language) for one in _after(said)],
            signature=_signature(said),
            foot=typo(_foot(said, sayer), language),
        )
    return Words(subject, text, html)


def _subject(said: Reminding, sayer: Sayer) -> str:
    figure, count = sayer.amount(said.total), len(said.items)
    first = min(said.items, key=lambda item: item.due_on)
    if said.is_notice:
        return _("Formal notice: {amount} to pay").format(amount=figure)
    if count > 1:
        several = (
            _("{count} invoices due soon: {amount}") if said.is_courtesy else _("{count} invoices overdue: {amount}")
        )
        return several.format(count=count, amount=figure)
    single = _("{number}: {amount} due on {day}") if said.is_courtesy else _("{number}: {amount} overdue since {day}")
    return single.format(number=first.number, amount=sayer.amount(said.principal), day=sayer.day(first.due_on))


def _opening(said: Reminding, sayer: Sayer) -> str:
    first, count = min(said.items, key=lambda item: item.due_on), len(said.items)
    late = max(item.plan.days_late for item in said.items)
    if said.is_notice:
        until = sayer.day(said.day + timedelta(days=NOTICE_DAYS))
        return _(
            "Our reminders went unanswered. **This is a formal notice to pay {amount} by {day}.**"
            " The letter is attached."
        ).format(amount=sayer.amount(said.total), day=until)
    if said.is_courtesy:
        return ngettext(
            "Invoice {number} is due on {day}. **Is everything in order for it to be paid on time?**",
            "{count} invoices are due from {day} on. **Is everything in order for them to be paid on time?**",
            count,
        ).format(number=first.number, day=sayer.day(first.due_on), count=count)
    return ngettext(
        "Invoice {number} has been overdue for {days} days and we have not received payment."
        " **Is something stopping you from paying it?** If so, tell us first: we will deal with that before anything"
        " else.",
        "{count} invoices are overdue, the oldest for {days} days, and we have not received payment."
        " **Is something stopping you from paying them?** If so, tell us first: we will deal with that before anything"
        " else.",
        count,
    ).format(number=first.number, days=late, count=count)


def _rows(said: Reminding, sayer: Sayer) -> list[tuple[str, str, bool]]:
    rows = [
        (
            _("{number}, due on {day}").format(number=item.number, day=sayer.day(item.due_on)),
            sayer.amount(asked(item)),
            False,
        )
        for item in said.items
    ]
    if said.claims_penalties:
        rows += [(words, figure, False) for words, figure in _penalties(said, sayer)]
    if len(rows) > 1:
        rows.append((_("To pay"), sayer.amount(said.total), True))
    return rows


def _penalties(said: Reminding, sayer: Sayer) -> list[tuple[str, str]]:
    """Interest with how it was counted, and the indemnity; nothing where the law gives none."""
    rows: list[tuple[str, str]] = []
    if said.interest is None:
        rows.append((_("Late interest to date"), _("to be completed")))
    elif said.interest:
        rates = " ".join(_rates(said, sayer))
        rows.append((_("Late interest to date, {rates}").format(rates=rates), sayer.amount(said.interest)))
    if said.indemnity:
        rows.append((_("Fixed recovery charge"), sayer.amount(said.indemnity)))
    return rows


def _rates(said: Reminding, sayer: Sayer) -> list[str]:
    """The yearly rates that applied, in the order of time, each once."""
    first = min(said.items, key=lambda item: item.due_on)
    counted = working(first.due_on + ONE_DAY, said.day, terms_on(said.terms, first.issued_on).stretches)
    sign = f"{NBSP}%" if said.language.startswith("fr") else "%"
    rates = list(dict.fromkeys(number(rate, said.language, cents=True) + sign for _days, rate in counted))
    if not rates:
        return []
    said_rates = [_("{rate} a year").format(rate=rates[0]), *(_("then {rate}").format(rate=rate) for rate in rates[1:])]
    return [f"{one}," for one in said_rates[:-1]] + [said_rates[-1]]


def _links(said: Reminding, link: str) -> list[Link]:
    return [
        Link(_("I pay on…"), f"{link}promise/"),
        Link(_("It is already paid"), f"{link}payment/"),
        Link(_("I contest a part"), f"{link}dispute/"),
    ]


def _after(said: Reminding) -> list[str]:
    contest = _(
        "If you contest a part, say how much and why: we stop reminding you about that sum, and the rest stays due."
    )
    iban = identity(said.firm).iban
    return [contest, *([_("To pay by transfer: {iban}.").format(iban=spaced(iban))] if iban else [])]


def _signature(said: Reminding) -> list[str]:
    who = identity(said.firm)
    return [line for line in (said.by.name if said.by else "", said.firm.name, who.phone) if line]


def _foot(said: Reminding, sayer: Sayer) -> str:
    day = sayer.day(said.day)
    if said.is_notice:
        return _(
            "Formal notice of {day}. “I contest a part” pauses it at once on the contested sum, and on nothing else."
        ).format(day=day)
    if said.is_courtesy:
        return _("Note of {day}. If it is paid already, please forget this letter.").format(day=day)
    return _(
        "Reminder {level} of {day}. “I contest a part” pauses reminders at once on the contested sum, and on nothing"
        " else."
    ).format(level=said.level, day=day)


def notice_pdf(said: Reminding, *, at: datetime) -> bytes:
    """The formal notice on paper: PDF/A, the same bytes for the same facts."""
    values = printed(said)
    return typeset(TEMPLATE, values, at=at, title=values["name"], language=said.language)


def notice_pictures(said: Reminding, *, at: datetime) -> list[bytes]:
    """Its pages as PNG, to be looked at."""
    values = printed(said)
    return picture(TEMPLATE, values, at=at, title=values["name"], language=said.language)


def printed(said: Reminding) -> dict[str, Any]:
    """What the template reads: every figure and day as text."""
    language, firm = said.language, said.firm
    with translation.override(language):
        sayer = Sayer(language, said.items[0].currency, firm.currency)
        until = sayer.day(said.day + timedelta(days=NOTICE_DAYS))
        heading = _("Formal notice")
        values = {
            "paper": "us-letter" if firm.country == "CA" else "a4",
            "firm": seller(firm),
            "name": f"{heading} {sayer.day(said.day)}",
            "heading": heading,
            "day": sayer.day(said.day),
            "to": [{"text": said.party.name, "as": "strong"}, *address(said.party)],
            "opening": _paper_opening(said, sayer, until),
            "table": {"head": [_("Invoice"), _("Due on"), _("Days late"), _("To pay")], "rows": _table(said, sayer)},
            "sums": [[_("Invoices, tax included"), sayer.amount(said.principal)], *map(list, _penalties(said, sayer))],
            "total": [_("To pay"), sayer.amount(said.total)],
            "closing": _paper_closing(said, sayer),
            "signature": _signature(said),
            "mentions": [*_sources(said), *mentions(firm)],
        }  # fmt: skip
        spaced: dict[str, Any] = _spaced(values, language)
        return spaced


def _table(said: Reminding, sayer: Sayer) -> list[dict[str, Any]]:
    return [
        {
            "title": item.number,
            "note": _("of {day}").format(day=sayer.day(item.issued_on)),
            "cells": [sayer.day(item.due_on), str(item.plan.days_late), sayer.amount(asked(item))],
        }
        for item in said.items
    ]


def _paper_opening(said: Reminding, sayer: Sayer, until: str) -> list[str]:
    return [
        _("Hello,"),
        _(
            "Despite our reminders, the invoices below are not paid. By this letter we give you formal notice to pay us"
            " {amount} by {day}, that is within {days} days."
        ).format(amount=sayer.amount(said.total), day=until, days=NOTICE_DAYS),
    ]


def _paper_closing(said: Reminding, sayer: Sayer) -> list[str]:
    closing = [
        _("Interest keeps running until you pay, at the same rates."),
        _("Without payment by that day we will take the matter to court, at your cost where the law so provides."),
        _("If you contest a part of it, tell us how much and why: the rest stays due."),
    ]
    if identity(said.firm).iban:
        closing.append(_("To pay by transfer: {iban}.").format(iban=spaced(identity(said.firm).iban)))
    return closing if said.interest else closing[1:]


def _sources(said: Reminding) -> list[str]:
    if said.firm.country == "FR" and (said.interest or said.indemnity):
        return [_("Late-payment interest, and €40 for each late invoice: Code de commerce, L441-10 and D441-5.")]
    return []


def _spaced(value: Any, language: str) -> Any:
    """Every text of a JSON value, spaced as the language asks."""
    if isinstance(value, str):
        return typo(value, language)
    if isinstance(value, dict):
        return {key: _spaced(one, language) for key, one in value.items()}
    return [_spaced(one, language) for one in value] if isinstance(value, list | tuple) else value
