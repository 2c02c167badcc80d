"""Deals from a file, against a COPY of the very rows that the import wrote."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import BinaryIO

from bench import cluster, made_up, seeds
from bench.measuring import Bar, Pairs, Spent, in_pairs, peak_memory, spent
from bench.sizes import Size
from comptant.ground.database import place

DATABASE = "bench_import"
WRITTEN = (
    "firms_firm", "firms_member", "pipeline_stage", "parties_party", "deals_deal", "journal_act", "journal_posting",
    "journal_balance", "journal_unsealed", "pipeline_standing", "journal_flowrollup", "journal_presencerollup",
)  # fmt: skip
"""What an import fills, in the order of foreign keys. The first three are there before it, and weigh nothing."""


def database(size: Size) -> str:
    """Its name in the cluster."""
    return DATABASE


def prepare(size: Size) -> None:
    """Afterwards the empty tables and the files are there."""
    seeds.kept(DATABASE, "", lambda: None)
    for deals in (size.deals, size.many_deals):
        _deals_file(deals)


def run(size: Size) -> list[Bar]:
    """Rates at the usual size in pairs, then once at ten times that size."""
    _import(size.deals)
    dump = _dump()
    usual: list[int] = []

    def product() -> Spent:
        cost, memory = _import(size.deals)
        usual.append(memory)
        return cost

    pairs = in_pairs(size.rounds, lambda: _copy(dump), product)
    for path in dump.values():
        path.unlink()
    large, memory = _import(size.many_deals)
    around = [pairs.product[-1], product()]
    return [_beside_copy(size, pairs), *_at_length(size, around, large, max(usual), memory)]


def _beside_copy(size: Size, pairs: Pairs) -> Bar:
    floor, product = pairs.walls()
    slowdown = pairs.cpu_slowdown()
    return Bar(
        "import", f"import of {size.deals:,} deals: at least 0.15 of a COPY of the same rows", 0.15, True,
        pairs.shares(), slowdown and 1 / slowdown, f"{size.deals / floor:,.0f} deals/s",
        f"{size.deals / product:,.0f} deals/s",
    )  # fmt: skip


def _at_length(size: Size, usual: list[Spent], large: Spent, memory: int, large_memory: int) -> list[Bar]:
    """Beside the usual imports just before and just after the long one."""
    wall, cpu = (statistics.median(values) for values in ([s.wall for s in usual], [s.cpu for s in usual]))
    times = size.many_deals / size.deals
    return [
        Bar(
            "import, many", f"import of {size.many_deals:,} deals: at least 0.9 of the rate at {size.deals:,}", 0.9,
            True, [times * wall / large.wall], times * cpu / large.cpu, f"{size.deals / wall:,.0f} deals/s",
            f"{size.many_deals / large.wall:,.0f} deals/s",
        ),
        Bar(
            "import, memory", f"its memory is flat: at {size.many_deals:,} deals at most 1.25 times", 1.25, False,
            [large_memory / memory], None, f"{memory} MB", f"{large_memory} MB",
        ),
    ]  # fmt: skip


def _deals_file(deals: int) -> Path:
    """The file, made once."""
    path = cluster.HOME / f"deals-{deals}.csv"
    if not path.exists():
        draft = path.with_suffix(".draft")
        made_up.write_deals(draft, deals)
        draft.rename(path)
    return path


def _import(deals: int) -> tuple[Spent, int]:
    """Into empty tables, by a process of its own; what it cost and its peak memory in MB."""
    _empty()
    found = json.loads(cluster.inside(DATABASE, "import", str(deals)))
    return Spent(found["wall"], found["cpu"]), found["memory"]


def _empty() -> None:
    with cluster.connect(place.OWNER_ROLE, DATABASE) as owner:
        tables = owner.execute(
            "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename NOT LIKE 'django%'"
        ).fetchone()
        assert tables is not None
        owner.execute(f"TRUNCATE {tables[0]} RESTART IDENTITY CASCADE")
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

    The statistics that make foreign keys cheap to check are gathered after each table, and not counted.
    """
    _empty()
    wall = cpu = 0.0
    with cluster.connect(place.OWNER_ROLE, DATABASE) as owner, owner.transaction():
        for table, path in dump.items():
            with path.open("rb") as file:

                def fill(table: str = table, file: BinaryIO = file) -> None:
                    with owner.cursor().copy(f"COPY {table} FROM STDIN") as rows:
                        while block := file.read(1 << 18):
                            rows.write(block)

                one = spent(fill, [owner.info.backend_pid])
            wall, cpu = wall + one.wall, cpu + one.cpu
            owner.execute(f"ANALYZE {table}")
    return Spent(wall, cpu)


def load_file(deals: str) -> dict[str, float]:
    """Inside: found a firm and import the file; what it cost. Time must have had nothing to conclude."""
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
    reading = open_reading(_deals_file(int(deals)), "deals", known)
    cost = spent(lambda: load(firm, reading, today=made_up.TODAY), [connection.connection.info.backend_pid])
    with firm_scope(firm.id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE is_clock) FROM journal_act")
        acts, crossings = cursor.fetchone()
    assert acts > int(deals) and not crossings, (acts, crossings)
    return {"wall": cost.wall, "cpu": cost.cpu, "memory": peak_memory()}
