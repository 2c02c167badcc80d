"""Maven and IBM by the command, beside sums over the CSV made by hand: csv and Decimal, nothing of ours."""

from __future__ import annotations

import csv
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import holidays
import pytest

from tests.imports.commands import balances, command

pytestmark = [pytest.mark.shared_data, pytest.mark.django_db]

DAY = timedelta(days=1)
LAST_EXPORTED = date(2017, 12, 31)
DECLARED_PROPOSAL = 21
FRANCE = holidays.country_holidays("FR")
Sums = dict[str, tuple[str, str, int]]
Deal = tuple[str, date, date | None, Decimal, str]


def added(rows: Iterable[tuple[str, Decimal]]) -> Sums:
    """(net, no tax, how many) by account."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    counts: defaultdict[str, int] = defaultdict(int)
    for account, amount in rows:
        sums[account] += amount
        counts[account] += 1
    return {account: (f"{sums[account]:.2f}", "0.00", counts[account]) for account in sums}


class Maven:
    """The pipeline export, told by its columns."""

    def __init__(self, folder: Path) -> None:
        with (folder / "products.csv").open(newline="") as file:
            prices = {row["product"].replace(" ", ""): Decimal(row["sales_price"]) for row in csv.DictReader(file)}
        with (folder / "sales_pipeline.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.deals = [
            (
                row["deal_stage"],
                date.fromisoformat(row["engage_date"]) if row["engage_date"] else LAST_EXPORTED,
                date.fromisoformat(row["close_date"]) if row["close_date"] else None,
                Decimal(row["close_value"] or 0) or prices[row["product"].replace(" ", "")],
                row["opportunity_id"],
            )
            for row in rows
        ]
        self.won = sorted((closed, (closed - opened).days) for stage, opened, closed, *_ in self.deals
                          if stage == "Won" and closed and closed > opened)  # fmt: skip

    @cache  # noqa: B019 - one for the module
    def allowed(self, month: date) -> int:
        """Days of silence allowed from a first of month on: the ninth tenth of the wins' gaps known before it."""
        gaps = sorted(gap for _, gap in self.won[: bisect_left(self.won, (month, -1))])
        ninth = gaps[math.ceil(0.9 * len(gaps)) - 1] if len(gaps) >= 20 else 0
        return max(DECLARED_PROPOSAL, ninth)

    @cache  # noqa: B019
    def stalls_on(self, opened: date) -> date:
        """The day on which a deal opened then, and of which nothing more was heard, stalls."""
        day = opened + DAY
        while (day - DAY - opened).days < self.allowed(day.replace(day=1)) or day.weekday() > 4 or day in FRANCE:
            day += DAY
        return day

    def place(self, deal: Deal, day: date) -> str:
        stage, opened, closed, *_ = deal
        if closed is not None and closed <= day:
            return {"Won": "signed", "Lost": "lost"}[stage]
        return "stalled" if self.stalls_on(opened) <= day else "hoped"

    def sums(self, day: date) -> Sums:
        return added((self.place(deal, day), deal[3]) for deal in self.deals if deal[1] <= day)

    def in_hand(self, day: date) -> dict[str, tuple[str, str, str | None, str | None, str]]:
        """(account, net, rule, stalled since, stage) of each deal that is open on a day."""
        found = {}
        for deal in self.deals:
            place = self.place(deal, day) if deal[1] <= day else ""
            if place in ("hoped", "stalled"):
                is_stalled = place == "stalled"
                since = self.stalls_on(deal[1]).isoformat() if is_stalled else None
                rule = "silence" if is_stalled else None
                found[deal[4]] = (place, f"{deal[3]:.2f}", rule, since, "proposal")
        return found


MAVEN_DAYS = [
    "2016-10-20", "2016-12-31", "2017-01-31", "2017-03-15", "2017-06-30", "2017-08-15", "2017-10-02", "2017-12-31",
    "2018-01-22", "2018-03-31", "2018-06-01",
]  # fmt: skip


def test_maven_stands_where_the_csv_says(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shared_data / "sales" / "maven_crm"
    words = ("deals", folder / "sales_pipeline.csv", "--mapping", "maven")
    code, said = command(capsys, "import", *words)
    assert (code, said["rows"], said["added"], said["rows_refused"]) == (0, 8800, 8800, 0)
    assert {notice["code"] for notice in said["notices"]} == {"lookup_normalised", "default_used", "zero_passed_over"}
    maven = Maven(folder)
    found = {day: balances(capsys, day) for day in MAVEN_DAYS}
    assert found == {day: maven.sums(date.fromisoformat(day)) for day in MAVEN_DAYS}
    assert any("stalled" in sums and "hoped" in sums for sums in found.values())

    _, flows = command(capsys, "path", "--from", "2017-04-01", "--to", "2017-06-30")
    within = [deal for deal in maven.deals if date(2017, 4, 1) <= deal[1] <= date(2017, 6, 30)]
    opened = next(flow for flow in flows["flows"] if (flow["from"], flow["to"]) == ("origin", "hoped"))
    assert (opened["net"], opened["deals"]) == (f"{sum(deal[3] for deal in within):.2f}", len(within))

    _, pipeline = command(capsys, "pipeline", "--as-of", "2017-06-30")
    in_hand = {one["ref"]: (one["account"], one["net"], one["stall_rule"], one["stalled_since"], one["stage"])
               for one in pipeline["deals"]}  # fmt: skip
    assert in_hand == maven.in_hand(date(2017, 6, 30))

    code, again = command(capsys, "import", *words)
    assert (code, again["nothing_new"], again["unchanged"], again["acts"]) == (0, True, 8800, 0)
    assert balances(capsys, "2017-06-30") == found["2017-06-30"]


IBM_COLUMNS = ("InvoiceDate", "DueDate", "SettledDate")


class Ibm:
    """The receivables file, told by its columns."""

    def __init__(self, path: Path) -> None:
        with path.open(newline="") as file:
            self.invoices = [
                (*(datetime.strptime(row[name], "%m/%d/%Y").date() for name in IBM_COLUMNS),
                 Decimal(row["InvoiceAmount"]))
                for row in csv.DictReader(file)
            ]  # fmt: skip

    def sums(self, day: date) -> Sums:
        return added(
            ("cashed" if settled <= day else "overdue" if due < day else "invoiced", amount)
            for issued, due, settled, amount in self.invoices
            if issued <= day
        )


IBM_DAYS = [
    "2012-01-03",
    "2012-02-29",
    "2012-06-30",
    "2012-12-31",
    "2013-03-31",
    "2013-11-15",
    "2014-01-08",
    "2014-01-09",
]


def test_ibm_stands_where_the_csv_says(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared_data / "receivables" / "ibm_ar" / "WA_Fn-UseC_-Accounts-Receivable.csv"
    words = ("invoices", path, "--mapping", "ibm")
    code, said = command(capsys, "import", *words)
    assert (code, said["rows"], said["added"], said["rows_refused"]) == (0, 2466, 2466, 0)
    assert [notice["count"] for notice in said["notices"] if notice["code"] == "disputed_without_day"] == [561]
    ibm = Ibm(path)
    found = {day: balances(capsys, day) for day in IBM_DAYS}
    assert found == {day: ibm.sums(date.fromisoformat(day)) for day in IBM_DAYS}
    assert any({"invoiced", "overdue", "cashed"} <= set(sums) for sums in found.values())
    code, again = command(capsys, "import", *words)
    assert (code, again["nothing_new"], again["unchanged"], again["acts"]) == (0, True, 2466, 0)
    assert balances(capsys, "2013-03-31") == found["2013-03-31"]
