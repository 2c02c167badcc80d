"""One line and what it may pay: both sides, why, and what would move."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web.bank import words
from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import ZERO
from comptant.ground.web.typography import NBSP
from comptant.journey.payments import lines
from comptant.journey.payments.match import LineProposals
from comptant.journey.payments.models import BankLine, LineState
from comptant.journey.payments.rules.likelihood import BARS, likelihood
from comptant.journey.payments.rules.matching import Proposal

MOST_CHOICES = 4


def proposal_context(screen: Screen, firm: Firm, found: LineProposals, choice: int) -> dict[str, Any]:
    """A line that waits, and the proposal under the eye."""
    line = found.line
    offered = found.proposals[:MOST_CHOICES]
    place = min(choice, len(offered)) - 1 if offered else -1
    owed = lines.owed(firm, [document for one in offered for document, _amount in one.invoices]) if offered else {}
    word = likelihood(found.proposals, max(place, 0))
    context = _of_line(screen, line) | {
        "is_open": True,
        "word": words.LIKELIHOODS[word],
        "bars": [number < BARS[word] for number in range(4)],
        "choices": [_choice(screen, line, found, number) for number in range(len(offered))],
        "title": _("No invoice found for {amount}").format(
            amount=screen.amount(line.amount, line.currency, cents=True)
        ),
        "urls": _urls(screen, line),
    }
    if offered:
        context |= _proposed(screen, line, offered[place], owed)
        for number, one in enumerate(context["choices"]):
            one["is_here"] = number == place
    return context


def _of_line(screen: Screen, line: BankLine) -> dict[str, Any]:
    return {
        "over": ", ".join(part for part in (screen.plain(line.booked_on), line.label) if part),
        "amount": screen.amount(line.amount, line.currency, cents=True),
        "payer": line.payer or _("Payer not named"),
        "iban": f"IBAN{NBSP}··{NBSP}{line.iban[-4:]}" if line.iban else _("Account not told"),
        "list_url": reverse("bank", args=[screen.firm_ref]),
    }


def _urls(screen: Screen, line: BankLine) -> dict[str, str]:
    names = {
        "confirmation": "bank-confirmation", "invoices": "bank-invoices", "setting_aside": "bank-setting-aside",
        "release": "bank-release",
    }  # fmt: skip
    return {name: reverse(route, args=[screen.firm_ref, line.id]) for name, route in names.items()}


def _choice(screen: Screen, line: BankLine, found: LineProposals, number: int) -> dict[str, Any]:
    one = found.proposals[number]
    query = urlencode({"line": str(line.id), "choice": str(number + 1)})
    return {
        "key": number + 1,
        "url": f"{reverse('bank', args=[screen.firm_ref])}?{query}",
        "text": words.numbers_text(one.numbers),
        "word": words.LIKELIHOODS[likelihood(found.proposals, number)],
        "is_here": False,
    }


def _proposed(screen: Screen, line: BankLine, one: Proposal, owed: dict[UUID, lines.Owed]) -> dict[str, Any]:
    invoices = [(owed[document], amount) for document, amount in one.invoices if document in owed]
    gross = sum((invoice.open for invoice, _amount in invoices), ZERO)
    numbers = words.numbers_text(one.numbers)
    amount = screen.amount(line.amount, line.currency, cents=True)
    is_whole = gross == line.amount
    return {
        "title": ngettext("{amount} pays {numbers}", "{amount} pay {numbers}", int(line.amount)).format(
            amount=amount, numbers=numbers
        ),
        "is_equal": is_whole,
        "owed": screen.amount(gross, line.currency, cents=True),
        "owed_by": ", ".join(dict.fromkeys(invoice.party for invoice, _amount in invoices)),
        "due": [_due(screen, invoice) for invoice, _amount in invoices],
        "parts": [] if is_whole and len(invoices) == 1 else _parts(screen, one, invoices),
        "reasons": [words.reason(screen, line, one, why, gross) for why in one.why],
        "given": [(str(document), str(part)) for document, part in one.invoices],
        "effects": _effects(screen, invoices),
        "beside": _beside(screen, line, one),
    }


def _due(screen: Screen, invoice: lines.Owed) -> dict[str, str]:
    days = (invoice.due_on - screen.today).days
    if days >= 0:
        when = ngettext("due {day}, in {count} day", "due {day}, in {count} days", days)
    else:
        when = ngettext("due {day}, {count} day late", "due {day}, {count} days late", -days)
    return {
        "number": invoice.number,
        "url": reverse("invoice", args=[screen.firm_ref, invoice.id]),
        "title": "" if invoice.title == invoice.number else invoice.title,
        "when": when.format(day=screen.short(invoice.due_on), count=screen.number(abs(days))),
    }


def _parts(screen: Screen, one: Proposal, invoices: Sequence[tuple[lines.Owed, Decimal]]) -> list[dict[str, str]]:
    """What each invoice owes, receives, and would still owe; a discount is let off."""
    discounts = dict(zip((document for document, _amount in one.invoices), one.discounts, strict=True))
    return [
        {
            "number": invoice.number,
            "owed": screen.number(invoice.open, cents=True),
            "given": screen.number(amount, cents=True),
            "left": screen.number(invoice.open - amount - discounts.get(invoice.id, ZERO), cents=True),
        }
        for invoice, amount in invoices
    ]


def _effects(screen: Screen, invoices: Sequence[tuple[lines.Owed, Decimal]]) -> list[dict[str, Any]]:
    """What would move from each state: net where all of it goes, with tax where a part alone does."""
    whole: dict[str, Decimal] = {}
    partly: dict[str, Decimal] = {}
    currency = invoices[0][0].currency if invoices else screen.home
    for invoice, amount in invoices:
        for account, gross, net in invoice.moves(amount):
            into = partly if net is None else whole
            into[account] = into.get(account, ZERO) + (gross if net is None else net)
    moved = [(account, amount, _("ex VAT")) for account, amount in whole.items()]
    moved += [(account, amount, _("inc VAT")) for account, amount in partly.items()]
    return [
        {
            "drawn": SafeString(render_to_string("web/_move.html", {"source": account, "target": "cashed"}).strip()),
            "text": f"{screen.amount(amount, currency)} {unit}",
        }
        for account, amount, unit in moved
    ]


def _beside(screen: Screen, line: BankLine, one: Proposal) -> list[str]:
    """What does not reach the invoices as it came: a fee, a discount, what is too much."""
    said = []
    if one.fee:
        fee = screen.amount(one.fee, line.currency)
        said.append(_("The bank’s fee of {amount} counts as received.").format(amount=fee))
    if one.discount:
        said.append(_("A discount of {amount} is let off.").format(amount=screen.amount(one.discount, line.currency)))
    if (rest := line.amount + one.fee - one.allocated) > 0:
        said.append(_("{amount} stay in the client’s credit.").format(amount=screen.amount(rest, line.currency)))
    return said


def done_context(screen: Screen, one: lines.DoneLine) -> dict[str, Any]:
    """A line of which something was said: what, by whom, and how to take it back."""
    amount = screen.amount(one.amount, one.currency, cents=True)
    if one.state == LineState.SET_ASIDE:
        title = _("{amount}: not a client").format(amount=amount)
    else:
        title = _("{amount}: matched with {numbers}").format(
            amount=amount, numbers=words.numbers_text(tuple(one.numbers)) or one.party
        )
    return {
        "is_open": False,
        "over": ", ".join(part for part in (screen.plain(one.booked_on), one.label) if part),
        "title": title,
        "party": one.party,
        "by": one.by or _("Comptant, by itself"),
        "list_url": reverse("bank", args=[screen.firm_ref]),
        "urls": {"release": reverse("bank-release", args=[screen.firm_ref, one.id])},
    }
