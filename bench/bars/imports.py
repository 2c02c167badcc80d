"""Deals from a file, against a COPY of the very rows that the import wrote."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

import psycopg

from bench import cluster, made_up
from bench.measuring import Bar, Spent, in_pairs, peak_memory, spent
from bench.sizes import Size
from comptant.ground.database import place

DATABASE = "bench_import"
WRITTEN = (
    "firms_firm", "firms_member", "pipeline_stage", "parties_party", "deals_deal", "journal_act", "journal_posting",
    "journal_balance", "journal_unsealed", "pipeline_standing", "journal_flowrollup", "journal_presencerollup",
)  # fmt: skip
"""What an import fills, in the order of foreign keys. The first three are there before it, and weigh nothing."""


def run(size: Size) -> list[Bar]:
    """Rates at the usual size in pairs, then once at ten times that size."""
    _import(size.deals)
    dump = _dump()
    pairs = in_pairs(size.rounds, lambda: _copy(dump), lambda: _import(size.deals)[0])
    once, memory = _import(size.deals)
    large, large_memory = _import(size.many_deals)
    floor, product = pairs.walls()
    slowdown = pairs.cpu_slowdown()
    rate = size.deals / statistics.median([*(s.wall for s in pairs.product), once.wall])
    return [
        Bar(
            "import", f"import of {size.deals:,} deals: at least 0.15 of a COPY of the same rows", 0.15, True,
            pairs.shares(), slowdown and 1 / slowdown, f"{size.deals / floor:,.0f} deals/s",
            f"{size.deals / product:,.0f} deals/s",
        ),
        Bar(
            "import, many", f"import of {size.many_deals:,} deals: at least 0.9 of the rate at {size.deals:,}", 0.9,
            True, [size.many_deals / large.wall / rate], (size.many_deals / large.cpu) / (size.deals / once.cpu),
            f"{rate:,.0f} deals/s", f"{size.many_deals / large.wall:,.0f} deals/s",
        ),
        Bar(
            "import, memory", f"its memory is flat: at {size.many_deals:,} deals at most 1.25 of that at {size.deals:,}",
            1.25, False, [large_memory / memory], None, f"{memory} MB", f"{large_memory} MB",
        ),
    ]  # fmt: skip


def deals_file(deals: int) -> Path:
    """The file, made once."""
    path = cluster.HOME / f"deals-{deals}.csv"
    if not path.exists():
        draft = path.with_suffix(".draft")
        made_up.write_deals(draft, deals)
        draft.rename(path)
    return path


def _import(deals: int) -> tuple[Spent, int]:
    """Into empty tables, by a process of its own; what it cost and its peak memory in MB."""
    deals_file(deals)
    _empty()
    said = subprocess.run(
        [sys.executable, "-m", "bench.bars.imports", str(deals)], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    found = json.loads(said)
    return Spent(found["wall"], found["cpu"]), found["memory"]


def _empty() -> None:
    with cluster.connect(place.OWNER_ROLE, DATABASE) as owner:
        tables = owner.execute(
            "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename NOT LIKE 'django%'"
        ).fetchone()
        assert tables is not None
        owner.execute(f"TRUNCATE {tables[0]} RESTART IDENTITY CASCADE")
        owner.execute("VACUUM ANALYZE")
    cluster.settle()


def _dump() -> dict[str, Path]:
    """The rows of the last import, as COPY gives and takes them."""
    files = {}
    with cluster.connect(place.OWNER_ROLE, DATABASE) as owner:
        for table in WRITTEN:
            files[table] = cluster.HOME / f"{table}.copy"
            with files[table].open("wb") as file, owner.cursor().copy(f"COPY {table} TO STDOUT") as rows:
                for block in rows:
                    file.write(block)
    return files


def _copy(dump: dict[str, Path]) -> Spent:
    """The same rows into the same tables, emptied, with their indexes and foreign keys; in one transaction.

    ANALYZE after each table, which is not counted: foreign keys are checked with plans that know its size.
    """
    _empty()
    wall = cpu = 0.0
    with cluster.connect(place.OWNER_ROLE, DATABASE) as owner, owner.transaction():
        for table, path in dump.items():
            one = spent(lambda: _copy_one(owner, table, path), [owner.info.backend_pid])  # noqa: B023
            wall, cpu = wall + one.wall, cpu + one.cpu
            owner.execute(f"ANALYZE {table}")
    return Spent(wall, cpu)


def _copy_one(owner: psycopg.Connection[tuple[object, ...]], table: str, path: Path) -> None:
    with path.open("rb") as file, owner.cursor().copy(f"COPY {table} FROM STDIN") as rows:
        while block := file.read(1 << 18):
            rows.write(block)


def _load(deals: int) -> None:
    """Inside: found a firm and import the file; say what it cost."""
    cluster.set_up()
    from django.db import connection

    from comptant.doors.imports.loading import load
    from comptant.doors.imports.reading import Firm as Known
    from comptant.doors.imports.reading import open_reading
    from comptant.ground.database.scope import firm_scope
    from comptant.ground.firms.actions import found_firm
    from comptant.journey.pipeline.actions import lay_stages

    firm = found_firm("Bench", today=made_up.TODAY)
    with firm_scope(firm.id):
        lay_stages(firm)
    known = Known(firm.tz, made_up.STAGES, made_up.TODAY)
    reading = open_reading(deals_file(deals), "deals", known)
    cost = spent(lambda: load(firm, reading, today=made_up.TODAY), [connection.connection.info.backend_pid])
    with firm_scope(firm.id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE is_clock) FROM journal_act")
        acts, crossings = cursor.fetchone()
    assert acts > deals and not crossings, (acts, crossings)
    print(json.dumps({"wall": cost.wall, "cpu": cost.cpu, "memory": peak_memory(), "acts": acts}))


if __name__ == "__main__":
    _load(int(sys.argv[1]))
