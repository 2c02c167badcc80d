"""Files and firms made up for the bench; the same each time."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

HEADER = (
    "ref", "title", "party_ref", "seller", "source", "amount", "opened_on", "stage", "status", "closed_on", "wake_on",
    "decision_on", "reason",
)  # fmt: skip
STAGES = ("contacted", "discovery", "proposal", "decision")
TODAY = date(2026, 3, 2)


def write_deals(path: Path, deals: int, today: date = TODAY) -> None:
    """A file of deals so recent that time has nothing to conclude on them, a party for ten deals.

    Seven in ten are open, the others ended or waiting.
    """
    chance = random.Random(deals)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for number in range(deals):
            out.writerow(_deal(number, chance, today))


def _deal(number: int, chance: random.Random, today: date) -> list[str]:
    opened_on = today - timedelta(days=chance.randrange(9))
    status = chance.choices(("open", "waiting", "won", "lost", "vanished"), (70, 5, 10, 10, 5))[0]
    ends = status in ("won", "lost", "vanished")
    return [
        f"D{number:07d}",
        f"Website, lot {number}",
        f"P{number % 1_000_003 // 10:06d}",
        f"Seller {number % 40}",
        ("referral", "fair", "web")[number % 3],
        f"{chance.randrange(20_000, 9_000_000) / 100:.2f}",
        opened_on.isoformat(),
        STAGES[chance.randrange(4)],
        status,
        (opened_on + timedelta(days=chance.randrange((today - opened_on).days + 1))).isoformat() if ends else "",
        (today + timedelta(days=30)).isoformat() if status == "waiting" else "",
        (today + timedelta(days=20)).isoformat() if not ends and number % 3 == 0 else "",
        "price" if status == "lost" else "",
    ]
