"""The deals that came and went: most prospects decide nothing. Told by rule, so that they are the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from comptant.doors.demo.cast import COMPETITORS, FIRST_DAY, SELLERS, SOURCES, SUBJECTS, passer_by
from comptant.doors.demo.story import Story, workday

PRESENTED = ("in_person", "video", "sent")
REASONS = ("Ne rien changer", "Budget gelé", "Départ du dirigeant", "Cession en cours", "Fait en interne")
"""Why nothing was decided, where it is known: seldom."""

VANISHED_2026 = (18_500, 14_200, 12_600, 11_800, 11_400, 10_900, 10_300, 9_800, 9_400)
LOST_2026 = (19_800, 15_600, 12_400, 11_200, 9_700, 8_600, 7_000)
DECLINED_2026 = (5_200, 3_200)
VANISHED_2025 = (16_400, 13_100, 9_900, 9_600, 8_200, 7_700, 6_900)
LOST_2025 = (21_500, 14_900, 12_800, 9_300, 8_800, 6_400)
DECLINED_2025 = (4_600, 2_900)
WON_2025 = (24_000, 9_600, 6_400, 14_400, 7_200, 5_400, 18_000, 8_400, 4_800)


def past_stories() -> Iterator[Story]:
    """Those of 2025, then those of 2026 that came to an end without a signature."""
    fates = spread({"vanished": 52, "lost": 18, "declined": 2, "won": 9})
    yield from _told(FIRST_DAY, fates, 0, 3.4, {
        "vanished": shared(VANISHED_2025, 52), "lost": shared(LOST_2025, 18),
        "declined": shared(DECLINED_2025, 2), "won": shared(WON_2025, 9),
    })  # fmt: skip
    fates = spread({"vanished": 55, "lost": 17, "declined": 2})
    yield from _told(date(2026, 1, 5), fates, 100, 3.45, {
        "vanished": shared(VANISHED_2026, 55), "lost": shared(LOST_2026, 17), "declined": shared(DECLINED_2026, 2),
    })  # fmt: skip


def spread(counts: dict[str, int]) -> list[str]:
    """Each word as often as it says, evenly mixed.

    >>> spread({"a": 4, "b": 2})
    ['a', 'b', 'a', 'a', 'b', 'a']
    """
    total = sum(counts.values())
    done = dict.fromkeys(counts, 0)
    mixed = []
    for place in range(1, total + 1):
        word = max(counts, key=lambda word: counts[word] * place / total - done[word])
        done[word] += 1
        mixed.append(word)
    return mixed


def shared(amounts: Sequence[int], among: int) -> list[int | None]:
    """The amounts in their order, evenly among deals that otherwise have none.

    >>> shared((8, 9), 5)
    [8, None, 9, None, None]
    """
    found: list[int | None] = [None] * among
    for place, amount in enumerate(amounts):
        found[place * among // len(amounts)] = amount
    return found


def _told(
    first: date, fates: Sequence[str], offset: int, pace: float, amounts: dict[str, list[int | None]]
) -> Iterator[Story]:
    """A story for each fate, one every ``pace`` days."""
    met = dict.fromkeys(amounts, 0)
    for place, fate in enumerate(fates):
        number = offset + place
        story = Story(
            passer_by(number),
            SUBJECTS[number * 4 % len(SUBJECTS)],
            SELLERS[number * 2 % len(SELLERS)],
            workday(first + timedelta(days=int(place * pace))),
            amounts[fate][met[fate]],
            SOURCES[number * 3 % len(SOURCES)],
        )
        _ENDS[fate](story, met[fate])
        met[fate] += 1
        yield story


def _priced(story: Story, number: int) -> None:
    """As far as an offer, when there is an amount."""
    story.after(5 + number % 3).reached("discovery")
    if story.amount is not None:
        story.after(7).reached("proposal").offered(
            workday(story.day + timedelta(days=21 + number % 8)), PRESENTED[number % 3]
        )


def _vanished(story: Story, number: int) -> None:
    """Nothing more is heard: the deal stalls by itself, later it is closed."""
    if story.amount is not None:
        _priced(story, number)
    elif number % 3:
        story.after(6).answered("phone")
    reason = REASONS[number // 11 % len(REASONS)] if number % 11 == 5 else "Sans réponse"
    story.after(27 + number % 9).say("vanished", reason=reason)


def _lost(story: Story, number: int) -> None:
    _priced(story, number)
    story.after(9 + number % 5).answered("email", "Nous avons retenu un autre cabinet.")
    story.say("lost", competitor=COMPETITORS[number % len(COMPETITORS)], reason="Prix" if number % 4 == 1 else "")


def _declined(story: Story, number: int) -> None:
    _priced(story, number)
    story.after(4).say("declined", reason="Hors de notre métier")


def _won(story: Story, number: int) -> None:
    """Signed in 2025, done, invoiced and paid before the year was over."""
    amount = story.amount or 0
    _priced(story, number)
    if number == 2:
        story.after(9).say("hold", wake_on=(story.day + timedelta(days=45)).isoformat(), reason="Clôture des comptes")
        story.after(47).answered("phone", "Les comptes sont clos, reprenons.")
    if number == 4:
        story.after(12).say("vanished", reason="Sans réponse").after(30).say("reactivated", stage="decision").answered()
    else:
        story.after(8).reached("decision")
    story.after(6).answered("phone").after(5).won(amount)
    issued = workday(story.day + timedelta(days=20))
    deposit = story.invoiced(issued, issued + timedelta(days=30), amount * 3 // 10, "deposit")
    balance_on = min(workday(issued + timedelta(days=40)), date(2025, 10, 30))
    story.paid(deposit, min(workday(issued + timedelta(days=36)), balance_on))
    balance = story.invoiced(balance_on, balance_on + timedelta(days=30), amount - amount * 3 // 10, "balance")
    if number == 1:
        story.credited(balance, workday(balance_on + timedelta(days=8)), 480)
    story.paid(balance, min(workday(balance_on + timedelta(days=29 + 4 * number)), date(2025, 12, 23)))


_ENDS = {"vanished": _vanished, "lost": _lost, "declined": _declined, "won": _won}
