"""What is open, and what came in, ready to be searched. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from comptant.journey.payments.rules.names import known_name
from comptant.journey.payments.rules.statements import ZERO, plain


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """What may be paid. ``open`` is gross; ``party`` its party."""

    id: UUID
    number: str
    party: UUID
    open: Decimal
    total: Decimal
    issued_on: date
    due_on: date
    currency: str


@dataclass(frozen=True, slots=True)
class Line:
    """What came in."""

    id: UUID
    on: date
    amount: Decimal
    currency: str
    label: str
    payer: str = ""
    iban: str = ""
    reference: str = ""
    end_to_end: str = ""
    said_number: str = ""
    fee: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be missing: cents of rounding, a bank's fee, a discount within its days from issue."""

    threshold: Decimal = Decimal("0.980")
    cents: Decimal = Decimal("0.05")
    fee: Decimal = Decimal("30.00")
    discount_rate: Decimal = ZERO
    discount_days: int = 0


Index = dict[UUID, OpenInvoice]
"""Invoices by id, in the order in which they fall due."""


@dataclass
class Ledger:
    """What is open, ready to be searched: built once for many lines. Each look-up costs the same however many are open.

    ``names``: each party's, as ``known_name`` writes it; ``ibans``: who was confirmed to pay from an account.
    """

    by_id: Index = field(default_factory=dict)
    by_word: dict[str, Index] = field(default_factory=dict)
    by_digits: dict[str, Index] = field(default_factory=dict)
    by_amount: dict[tuple[str, Decimal], Index] = field(default_factory=dict)
    by_party: dict[UUID, Index] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    namesakes: dict[str, list[UUID]] = field(default_factory=dict)
    by_long_word: dict[str, list[UUID]] = field(default_factory=dict)
    """Parties by the longest word of their name: a wording that holds them all holds that one."""
    ibans: dict[str, dict[UUID, int]] = field(default_factory=dict)

    def indexes(self, one: OpenInvoice) -> Iterator[tuple[dict[Any, Index], Any]]:
        """Where an invoice is found, and by what."""
        yield self.by_word, joined(one.number)
        if last := digits(one.number):
            yield self.by_digits, last
        yield self.by_amount, (one.currency, one.open)
        yield self.by_party, one.party

    def without(self, documents: Iterable[UUID]) -> None:
        """These are paid: the lines after look at the others."""
        for document in documents:
            one = self.by_id.pop(document)
            for index, key in self.indexes(one):
                del index[key][document]


def ledger(
    invoices: Iterable[OpenInvoice], names: Mapping[UUID, str], ibans: Mapping[str, Mapping[UUID, int]]
) -> Ledger:
    """``names`` are those of the parties; ``ibans`` say which party was confirmed to pay from an account, how often."""
    found = Ledger(names={party: known_name(name) for party, name in names.items()})
    found.ibans = {iban: dict(parties) for iban, parties in ibans.items()}
    for party, name in sorted(found.names.items()):
        found.namesakes.setdefault(name, []).append(party)
        if word := max(name.split(), key=len, default=""):
            found.by_long_word.setdefault(word, []).append(party)
    for invoice in sorted(invoices, key=lambda one: (one.due_on, one.issued_on, one.number)):
        found.by_id[invoice.id] = invoice
        for index, key in found.indexes(invoice):
            index.setdefault(key, {})[invoice.id] = invoice
    return found


RUN = re.compile(r"\d+")


def joined(number: str) -> str:
    """A number as its letters and digits alone.

    >>> joined("FA-2026/0042")
    'FA20260042'
    """
    return plain(number).replace(" ", "")


def digits(number: str) -> str:
    """The last digits by which a number is often named, four at least; blank when it has fewer.

    >>> digits("FA-2026-0042"), digits("F-12")
    ('0042', '')
    """
    runs = RUN.findall(number)
    last = str(runs[-1]) if runs else ""
    return last if len(last) >= 4 else ""


def is_reference(text: str) -> bool:
    """An RF creditor reference whose check digits are right (ISO 11649).

    >>> is_reference("RF83 FA20 2600 42"), is_reference("RF84FA20260042")
    (True, False)
    """
    said = joined(text)
    if not re.fullmatch(r"RF\d\d[0-9A-Z]{1,21}", said):
        return False
    return int("".join(str(int(letter, 36)) for letter in said[4:] + said[:4])) % 97 == 1
