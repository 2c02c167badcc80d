"""The words of a match: how sure it is, what it would pay, and why."""

from __future__ import annotations

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comptant.doors.web.screen import Screen
from comptant.ground.web.typography import NBSP
from comptant.journey.payments.match import LineProposals
from comptant.journey.payments.models import BankLine
from comptant.journey.payments.rules.likelihood import LIKELY, POSSIBLE, SURE, TO_CHOOSE
from comptant.journey.payments.rules.matching import Proposal

LIKELIHOODS: dict[str, str | Promise] = {
    SURE: gettext_lazy("Sure"),
    LIKELY: gettext_lazy("Likely"),
    POSSIBLE: gettext_lazy("Possible"),
    TO_CHOOSE: gettext_lazy("To choose"),
}

REASONS: dict[str, str | Promise] = {
    "structured reference": gettext_lazy("Structured reference of the invoice"),
    "number in label": gettext_lazy("Number of the invoice in the wording"),
    "digits of number in label": gettext_lazy("Last digits of the number in the wording"),
    "account known": gettext_lazy("Account this client has paid from"),
    "payer's name": gettext_lazy("Name of the payer"),
    "exact amount": gettext_lazy("Same amount, to the cent"),
    "sum of invoices": gettext_lazy("Sum of the invoices, to the cent"),
    "early-payment discount": gettext_lazy("Less by the discount for early payment"),
    "bank fee": gettext_lazy("Less by what may be the bank’s fee"),
    "rounding": gettext_lazy("Less by a rounding"),
    "part payment": gettext_lazy("A part of what is owed"),
    "more than open": gettext_lazy("More than what is owed"),
}
ALMOST = frozenset({"early-payment discount", "bank fee", "rounding", "part payment", "more than open"})
"""What fits, but asks for a look."""


def cause(screen: Screen, found: LineProposals) -> str:
    """After the word: what the best proposal would pay, and what is unusual in it."""
    if not found.proposals:
        return _("no invoice found")
    first = found.proposals[0]
    alike = sum(one.confidence == first.confidence for one in found.proposals)
    if alike > 1:
        return ngettext("{count} possible invoice", "{count} possible invoices", alike).format(
            count=screen.number(alike)
        )
    said = numbers_text(first.numbers)
    unusual = _unusual(screen, found.line, first)
    return f"{said}, {unusual}" if unusual else said


def numbers_text(numbers: tuple[str, ...]) -> str:
    """Numbers in one line: two at most, and how many more."""
    if len(numbers) <= 2:
        return ", ".join(numbers)
    rest = len(numbers) - 2
    text = ngettext("{numbers} and {count} other", "{numbers} and {count} others", rest)
    return text.format(numbers=", ".join(numbers[:2]), count=rest)


def _unusual(screen: Screen, line: BankLine, one: Proposal) -> str:
    fit = one.why[-1] if one.why else ""
    if fit in ("bank fee", "rounding"):
        return _("{amount} short").format(amount=screen.amount(one.fee, line.currency))
    if fit == "early-payment discount":
        return _("discount of {amount}").format(amount=screen.amount(one.discount, line.currency))
    return {"part payment": _("partial"), "more than open": _("too much")}.get(fit, "")


def reason(screen: Screen, line: BankLine, one: Proposal, why: str, owed: Decimal) -> dict[str, str]:
    """One reason: whether it speaks for it wholly, its words, and the value that shows it."""
    text = REASONS.get(why, why)
    if why == "payer's name" and not line.payer:
        text = _("Name of the client in the wording")
    return {
        "verdict": "almost" if why in ALMOST else "yes",
        "icon_name": "clock" if why in ALMOST else "check",
        "text": str(text),
        "value": _value(screen, line, one, why, owed),
    }


def _value(screen: Screen, line: BankLine, one: Proposal, why: str, owed: Decimal) -> str:
    if why in ("structured reference", "number in label", "digits of number in label"):
        return numbers_text(one.numbers)
    if why == "account known":
        return f"··{NBSP}{line.iban[-4:]}"
    if why == "payer's name":
        return line.payer[:40]
    amounts = {
        "bank fee": one.fee, "rounding": one.fee, "early-payment discount": one.discount,
        "part payment": owed - one.allocated, "more than open": line.amount - one.allocated,
    }  # fmt: skip
    return screen.number(amounts.get(why, line.amount), cents=True)
