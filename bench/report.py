"""What was found, as a table for the terminal and as a page for the documentation."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.measuring import Bar
from bench.sizes import Size


def machine() -> dict[str, str]:
    """Where and when."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "processors": f"{os.cpu_count()} x {_processor()}",
        "memory": f"{memory:.0f} GB",
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def table(bars: Sequence[Bar]) -> str:
    """One line a bar."""
    return "\n".join(
        f"{'ok' if bar.holds else 'NO':<3} {bar.name:<22} {_shown(bar.ratio):>7} {'>=' if bar.is_at_least else '<='}"
        f" {bar.limit:<5g} cpu {_shown(bar.cpu_ratio):>6}  {bar.floor:>18} {bar.product:>18}"
        f"  rounds {' '.join(map(_shown, bar.ratios))} {bar.note}"
        for bar in bars
    )


def markdown(bars: Sequence[Bar], size: Size) -> str:
    """The page: what is promised, the floor, the product, their ratio."""
    where = machine()
    said = (
        f"Measured {where['at']} by `make bench` (size {size.name}) on {where['processors']}, {where['memory']},"
        f" load {where['load']}, Python {where['python']}; median of {size.rounds} rounds, floor and product in turn."
    )
    lines = [
        said,
        "",
        "| bar | floor | product | ratio | by processor time | |",
        "|---|---:|---:|---:|---:|---|",
        *(
            f"| {bar.promise}{f' ({bar.note})' if bar.note else ''} | {bar.floor} | {bar.product} | {_shown(bar.ratio)}"
            f" | {_shown(bar.cpu_ratio)} | {'holds' if bar.holds else '**missed**'} |"
            for bar in bars
        ),
        "",
    ]
    return "\n".join(lines)


def _shown(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.3g}"
