"""What a statement says, whatever its format, and what makes a line the same line when it is met again.

Source: law-and-formats 14: opening balance + movements = closing balance; the identity of a line.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from comptant.ground.refusals import Refusal

ZERO = Decimal("0.00")
LARGEST = Decimal(10) ** 14
"""No bank moves as much at once: such an amount was misread."""
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
"""The days a bank books on: any other was misread."""
NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NOTPROVIDED.", "0"})
"""What banks write where they have no reference."""


class StatementRefused(Refusal):
    """The file is no statement that can be believed; nothing of it is kept. ``line`` is that of the file."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One line. ``amount`` is signed, what came in above zero; ``line`` is where the file says it.

    ``bank_ref`` is the bank's own unique reference; ``entry_ref`` that of the entry of which this is a detail, or
    which it is. ``fee`` is what the bank says it kept, never negative.
    """

    line: int
    booked_on: date
    value_on: date
    amount: Decimal
    currency: str
    label: str
    payer: str = ""
    iban: str = ""
    reference: str = ""
    end_to_end: str = ""
    bank_ref: str = ""
    entry_ref: str = ""
    fee: Decimal = ZERO
    is_reversal: bool = False
    return_reason: str = ""
    raw: str = ""
    balance: Decimal | None = None
    """The balance after it, where the file has such a column."""


@dataclass(frozen=True, slots=True)
class Told:
    """One statement of one account as its file tells it; balances are None where it says none.

    ``account`` is the IBAN or the bank's number; blank in a file that does not name it.
    """

    format: str
    account: str
    currency: str
    movements: tuple[Movement, ...]
    iban: str = ""
    bank_ref: str = ""
    first_on: date | None = None
    last_on: date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None


def check_balances(told: Told) -> None:
    """Refuse a statement whose opening balance and movements do not make its closing balance."""
    if told.opening is None or told.closing is None:
        return
    moved = sum((movement.amount for movement in told.movements), ZERO)
    if told.opening + moved != told.closing:
        raise StatementRefused(
            "statement_balances", statement=told.bank_ref or told.account, opening=told.opening, moved=moved,
            expected=told.opening + moved, found=told.closing,
        )  # fmt: skip


def check_days(told: Told) -> None:
    """Refuse a statement with a line booked, or of a value date, outside of the days a bank books on."""
    for movement in told.movements:
        for day in (movement.booked_on, movement.value_on):
            if not FIRST_DAY <= day <= LAST_DAY:
                facts = {"line": movement.line, "day": day, "first": FIRST_DAY.year, "last": LAST_DAY.year}
                raise StatementRefused("statement_day", **facts)


def check_chain(movements: Sequence[Movement]) -> None:
    """Refuse lines whose balances do not follow from each other, in the order of the file or in the reverse one."""
    told = [movement for movement in movements if movement.balance is not None]
    onward = _broken_link(told)
    if onward is None or _broken_link(told[::-1]) is None:
        return
    before, after = onward
    expected = (before.balance or ZERO) + after.amount
    raise StatementRefused("statement_chain", line=after.line, found=after.balance, expected=expected)


def _broken_link(told: Sequence[Movement]) -> tuple[Movement, Movement] | None:
    for before, after in pairwise(told):
        if before.balance is not None and before.balance + after.amount != after.balance:
            return before, after
    return None


def ends(movements: Sequence[Movement]) -> tuple[Decimal | None, Decimal | None]:
    """(opening, closing) that a column of balances implies; None where there is none.

    The oldest line may be the first or the last of the file: the order in which the balances chain says which.
    """
    if not movements or any(movement.balance is None for movement in movements):
        return None, None
    is_onward = _broken_link(movements) is None
    if is_onward and _broken_link(movements[::-1]) is None:
        is_onward = movements[0].booked_on <= movements[-1].booked_on
    first, last = (movements[0], movements[-1]) if is_onward else (movements[-1], movements[0])
    return (first.balance or ZERO) - first.amount, last.balance


def plain(text: str) -> str:
    """Text without accents, case, punctuation: what stays the same when a bank writes it another day.

    >>> plain("VIR  SEPA Société   Générale - fact.2026/012")
    'VIR SEPA SOCIETE GENERALE FACT 2026 012'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(_WORD.findall(text.upper()))


_WORD = re.compile(r"[A-Z0-9]+")


def given_reference(text: str | None) -> str:
    """The reference, or blank where the bank wrote that there is none."""
    said = (text or "").strip()
    return "" if said.upper() in NO_REFERENCE else said


def identities(movements: Iterable[Movement]) -> list[str]:
    """The identity of each line, in order, as 64 digits.

    The bank's reference where there is one, the text otherwise, with day and amount; then the rank among those of the
    file that are otherwise alike: two equal transfers on one day are two payments.
    """
    seen: Counter[tuple[Any, ...]] = Counter()
    found = []
    for movement in movements:
        said = movement.bank_ref or plain(f"{movement.label} {movement.payer} {movement.reference}")
        key = (bool(movement.bank_ref), said, movement.booked_on.isoformat(), f"{movement.amount:.2f}")
        seen[key] += 1
        found.append(hashlib.sha256("\x1f".join(map(str, (*key, seen[key]))).encode()).hexdigest())
    return found
