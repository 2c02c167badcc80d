"""Until when a debt may be taken to court. Two dates: the prudent alarm, and the one the law would show.

Source: Code civil, art. 2224, 2233, 2240; Code de commerce, art. L110-4; Code de la consommation, art. L218-2;
Cass. com. 26 Feb. 2020, 18-25.036 (it starts when the work is done); Code civil du Québec, art. 2925, 2880, 2898.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from comptant.journey.recovery.rules.insolvency import months_after

YEARS = {("FR", True): 5, ("FR", False): 2, ("CA", True): 3, ("CA", False): 3}
"""By the creditor's country and whether the debtor is a company."""


@dataclass(frozen=True, slots=True)
class Prescription:
    """``alarm_on``: go to court before it, at the latest; ``shown_on``: the day after which the law may refuse."""

    alarm_on: date
    shown_on: date


def prescription(
    completed_on: date,
    due_on: date,
    *,
    country: str = "FR",
    is_company: bool = True,
    acknowledged_on: Sequence[date] = (),
) -> Prescription | None:
    """When the debt prescribes; None for a country whose law we do not know.

    The alarm counts from the end of the work, the date shown from the agreed term. Each acknowledgement by the
    debtor (a promise to pay, a part payment) starts the whole period anew; a reminder or a formal notice does not.

    >>> prescription(date(2026, 3, 10), date(2026, 5, 2))
    Prescription(alarm_on=datetime.date(2031, 3, 10), shown_on=datetime.date(2031, 5, 2))
    >>> prescription(date(2026, 3, 10), date(2026, 5, 2), acknowledged_on=[date(2026, 11, 5)]).shown_on
    datetime.date(2031, 11, 5)
    """
    years = YEARS.get((country, is_company))
    if years is None:
        return None
    starts = completed_on, (due_on if country == "FR" else completed_on)
    alarm, shown = (months_after(max([start, *acknowledged_on]), 12 * years) for start in starts)
    return Prescription(alarm, shown)
