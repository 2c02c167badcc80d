"""What late payment costs: simple interest by the day, on what is owed tax included, and what to claim.

The page docs/late-payment.md works the examples out. Source: Code de commerce, art. L441-10 II; CJEU C-585/20 (tax is
in the base); Code civil, art. 1343-1 and 1343-2; Interest Act (Canada), s. 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from comptant.ground.refusals import Refusal
from comptant.journey.recovery.rules.rates import Stretch

YEAR_DAYS = 365
ONE_DAY = timedelta(days=1)
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Movement:
    """What lowers the debt, on a day, tax included; negative when a payment bounced.

    A payment stops interest after its day, a credit note from its day on.
    """

    on: date
    amount: Decimal
    is_credit: bool = False

    @property
    def last_day(self) -> date:
        """The last day on which the amount still bore interest."""
        return self.on - ONE_DAY if self.is_credit else self.on


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be claimed at the end of a day: gross principal still owed, interest, indemnity.

    ``imputed`` says what each payment, in order, paid of interest; all zero when payments go to the principal first.
    """

    principal: Decimal
    interest: Decimal
    indemnity: Decimal
    imputed: tuple[Decimal, ...] = ()

    @property
    def total(self) -> Decimal:
        """Everything together."""
        return self.principal + self.interest + self.indemnity


def points(first_on: date, last_on: date, stretches: Sequence[Stretch]) -> Decimal:
    """The sum of the daily rates, percent a year each, from one day to another, both included; zero for none.

    Interest is the amount times this, divided by 36 500. Raises Refusal rate_unknown for a day no stretch covers: none
    is guessed.
    """
    total, day = Decimal(0), first_on
    for stretch in stretches:
        if day > last_on:
            break
        if stretch.first_on <= day and (stretch.last_on is None or day <= stretch.last_on):
            end = last_on if stretch.last_on is None else min(stretch.last_on, last_on)
            total += stretch.rate * ((end - day).days + 1)
            day = end + ONE_DAY
    if day <= last_on:
        raise Refusal("rate_unknown", day=day)
    return total


def working(first_on: date, last_on: date, stretches: Sequence[Stretch]) -> list[tuple[int, Decimal]]:
    """How interest was counted, to be shown: (days, rate) of each half-year, in order; none for no day."""
    counted = []
    for stretch in stretches:
        start = max(stretch.first_on, first_on)
        end = last_on if stretch.last_on is None else min(stretch.last_on, last_on)
        if start <= end:
            counted.append(((end - start).days + 1, stretch.rate))
    return counted


def to_cent(exact: Fraction, quantum: Decimal = Decimal("0.01")) -> Decimal:
    """Half up to the smallest amount of the currency: once, when a figure is claimed or imputed."""
    units = exact / Fraction(quantum)
    return Decimal((2 * units.numerator + units.denominator) // (2 * units.denominator)) * quantum


@dataclass(slots=True)
class _Debt:
    """A debt followed day after day; ``accrued`` is exact, ``claimed`` the cents already rounded and unpaid."""

    balance: Decimal
    day: date
    stretches: Sequence[Stretch]
    accrued: Fraction = Fraction(0)
    imputed: list[Decimal] = field(default_factory=list)

    def live_to(self, day: date) -> None:
        """Interest runs up to ``day`` included."""
        if day >= self.day:
            if self.balance > 0:
                share = Fraction(points(self.day, day, self.stretches)) / (100 * YEAR_DAYS)
                self.accrued += Fraction(self.balance) * share
            self.day = day + ONE_DAY

    def receive(self, movement: Movement, interest_first: bool, quantum: Decimal) -> None:
        """A payment or a credit note; a payment may go to the interest first."""
        paid = ZERO
        if interest_first and not movement.is_credit and movement.amount > 0:
            owed = to_cent(self.accrued, quantum)
            paid = min(owed, movement.amount)
            self.accrued = Fraction(owed - paid) if paid else self.accrued
        if not movement.is_credit:
            self.imputed.append(paid)
        self.balance -= movement.amount - paid


def claim(
    gross: Decimal,
    due_on: date,
    until: date,
    stretches: Sequence[Stretch],
    *,
    movements: Sequence[Movement] = (),
    interest_first: bool = False,
    indemnity: Decimal = ZERO,
    stops_on: date | None = None,
    quantum: Decimal = Decimal("0.01"),
) -> Claim:
    """What may be claimed of one invoice at the end of ``until``: each amount at the cent, rounded once.

    Interest starts the day after ``due_on``. ``movements`` are everything received or credited by ``until``;
    ``indemnity`` is due once the invoice is late. ``stops_on``: the judgment that opened proceedings
    against the debtor, the last day that bears interest; an invoice due on it or later bears no indemnity.
    Raises Refusal rate_unknown when a day that bears interest has no known rate.

    Source: Code de commerce, art. L441-10 II and L622-28; Code civil, art. 1343-1.
    """
    end = until if stops_on is None else min(until, stops_on)
    debt = _Debt(gross, due_on + ONE_DAY, stretches)
    for movement in sorted(movements, key=lambda one: (one.last_day, one.is_credit)):
        if movement.on <= until:
            debt.live_to(min(movement.last_day, end))
            debt.receive(movement, interest_first, quantum)
    debt.live_to(end)
    is_late = until > due_on and (stops_on is None or due_on < stops_on) and _was_late(gross, due_on, movements)
    return Claim(debt.balance, to_cent(debt.accrued, quantum), indemnity if is_late else ZERO, tuple(debt.imputed))


def _was_late(gross: Decimal, due_on: date, movements: Sequence[Movement]) -> bool:
    """Whether anything was still owed at the end of the due day."""
    return gross > sum((one.amount for one in movements if one.last_day <= due_on), ZERO)
