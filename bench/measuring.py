"""How a bar is measured: floor and product in turn, round after round, and the median of the rounds' ratios."""

from __future__ import annotations

import gc
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a piece of work cost: seconds on the wall's clock, and of processors (ours and PostgreSQL's)."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Bar:
    """What was promised and what was found, a ratio a round; ``limit`` is the most, or the least, that it may be.

    ``cpu_ratio`` is the same ratio of processor time: what a machine that does other things meanwhile says less
    wrongly; None where it was not measured.
    """

    name: str
    promise: str
    limit: float
    is_at_least: bool
    ratios: list[float]
    cpu_ratio: float | None = None
    floor: str = ""
    product: str = ""
    note: str = ""

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios)

    @property
    def holds(self) -> bool:
        """Whether the promise is kept."""
        return self.ratio >= self.limit if self.is_at_least else self.ratio <= self.limit

    def as_json(self) -> dict[str, Any]:
        """Everything, for the record."""
        return {**asdict(self), "ratio": self.ratio, "holds": self.holds}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Bar:
        """From what ``as_json`` gave."""
        return cls(**{name: value for name, value in said.items() if name not in ("ratio", "holds")})


@dataclass(slots=True)
class Pairs:
    """What floor and product cost, a pair a round."""

    floor: list[Spent] = field(default_factory=list)
    product: list[Spent] = field(default_factory=list)

    def slowdowns(self) -> list[float]:
        """How many times the product takes what the floor takes."""
        return [ours.wall / theirs.wall for theirs, ours in zip(self.floor, self.product, strict=True)]

    def shares(self) -> list[float]:
        """The product's rate as a share of the floor's."""
        return [1 / times for times in self.slowdowns()]

    def cpu_slowdown(self) -> float | None:
        """The median slowdown in processor time; None where a side used too little to be counted."""
        if any(spent.cpu < 0.02 for spent in self.floor + self.product):
            return None
        return statistics.median(ours.cpu / theirs.cpu for theirs, ours in zip(self.floor, self.product, strict=True))

    def walls(self) -> tuple[float, float]:
        """Median seconds of floor and product."""
        return statistics.median(s.wall for s in self.floor), statistics.median(s.wall for s in self.product)


def in_pairs(rounds: int, floor: Callable[[], Spent], product: Callable[[], Spent]) -> Pairs:
    """What both cost, ``rounds`` times, each first every other time: a machine that slows down favours neither."""
    pairs = Pairs()
    for number in range(rounds):
        sides = [(floor, pairs.floor), (product, pairs.product)]
        for work, results in sides if number % 2 == 0 else reversed(sides):
            gc.collect()
            results.append(work())
    return pairs


def spent(work: Callable[[], object], others: Iterable[int] = ()) -> Spent:
    """What a piece of work costs here and in the processes ``others``, such as its connections' servers."""
    pids = list(others)
    began, cpu = time.perf_counter(), time.process_time() + sum(map(processor_seconds, pids))
    work()
    return Spent(time.perf_counter() - began, time.process_time() + sum(map(processor_seconds, pids)) - cpu)


def processor_seconds(pid: int) -> float:
    """What a process has used of processors; 0 where the system does not tell."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    return 0.0


def peak_memory() -> int:
    """The most this process has ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
