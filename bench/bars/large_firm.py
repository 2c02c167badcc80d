"""The firm with a million deals in hand, and one half as large: seeded once, kept, left as they were."""

from __future__ import annotations

from bench import cluster, house, seeds
from bench.sizes import Size

NAME = "large_firm"


def database(size: Size) -> str:
    """Its name in the cluster."""
    return f"bench_large_{size.name}"


def prepare(size: Size) -> None:
    """Afterwards both firms are there."""
    told = f"{size.many_deals} {size.crossings} {size.histories}"
    seeds.kept(database(size), told, lambda: cluster.inside(database(size), "seed_large", size.name))


def seed(size: Size) -> None:
    """Inside: found them."""
    house.found(database(size), "large", size.many_deals, size.crossings, size.histories)
    house.found(database(size), "half", size.many_deals // 2, size.crossings // 2, size.histories)
    seeds.refresh(database(size))
