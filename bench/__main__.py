"""Measure every bar, or the one named; say what holds. 1 when something does not."""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path

from bench import cluster, report
from bench.measuring import Bar
from bench.sizes import QUICK, SIZES, WHOLE, Size

BARS = (
    "imports",
    "posts",
    "paths",
    "pages",
    "screens",
    "lighthouse",
    "search",
    "api",
    "invoices",
    "reminders",
    "bank",
    "clock",
)
"""In this order: the clock leaves dead rows behind, and goes last."""
SAMPLED = tuple(name for name in BARS if name != "lighthouse")
"""What a quick sample measures: scores need a browser to itself."""


def main() -> int:
    """Read the command, measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small sample: proves the bench, and no bar")
    parser.add_argument("--size", choices=SIZES, default=WHOLE.name, help="how much to measure (default: %(default)s)")
    parser.add_argument("--only", choices=BARS, action="append", help="measure this alone (may be said again)")
    parser.add_argument("--into", type=Path, default=cluster.HOME, help="where results.json and bench.md go")
    options = parser.parse_args()
    size = QUICK if options.quick else SIZES[options.size]
    cluster.HOME.mkdir(parents=True, exist_ok=True)
    bars: list[Bar] = []
    with cluster.running():
        for name in BARS:
            if name in (options.only or (BARS if size is not QUICK else SAMPLED)):
                bars += measure(name, size)
    options.into.mkdir(parents=True, exist_ok=True)
    (options.into / "results.json").write_text(
        json.dumps({"size": size.name, **report.machine(), "bars": [bar.as_json() for bar in bars]}, indent=1),
        encoding="utf-8",
    )
    (options.into / "bench.md").write_text(report.markdown(bars, size), encoding="utf-8")
    print(report.table(bars))
    if size is not WHOLE:
        return 0
    return 0 if all(bar.holds for bar in bars) else 1


def measure(name: str, size: Size) -> list[Bar]:
    """The bars of one module, measured in a process of its own."""
    module = import_module(f"bench.bars.{name}")
    began = time.monotonic()
    print(f"{name}: making ready", file=sys.stderr, flush=True)
    module.prepare(size)
    print(f"{name}: measuring ({time.monotonic() - began:,.0f} s)", file=sys.stderr, flush=True)
    said = json.loads(cluster.inside(module.database(size), "bar", name, size.name))
    bars = [Bar.from_json(bar) for bar in said]
    print(f"{report.table(bars)}\n{name}: {time.monotonic() - began:,.0f} s", file=sys.stderr, flush=True)
    return bars


if __name__ == "__main__":
    sys.exit(main())
