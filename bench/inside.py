"""What runs in a process of its own, the product loaded: a bar, a seed, a writer, an import. Says JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module

from bench import cluster, offered
from bench.bars import api, bank, imports, invoices, large_firm, lighthouse, posts, reminders, screens, search
from bench.sizes import SIZES

JOBS: dict[str, Callable[..., object]] = {
    "seed_large": lambda size: large_firm.seed(SIZES[size]),
    "seed_late": lambda size: reminders.seed(SIZES[size]),
    "seed_api": lambda size: api.seed(SIZES[size]),
    "token": api.token,
    "write_api": api.write,
    "seed_search": lambda size: search.seed(SIZES[size]),
    "seed_posts": lambda size: posts.seed(SIZES[size]),
    "seed_invoices": lambda size: invoices.seed(SIZES[size]),
    "issue_some": invoices.issue_some,
    "seed_bank": lambda size: bank.seed(SIZES[size]),
    "seed_screens": lambda size: screens.seed(SIZES[size]),
    "seed_lighthouse": lighthouse.seed,
    "offer_link": offered.offered,
    "session": screens.session,
    "page_queries": screens.queries,
    "write": posts.write,
    "import": imports.load_file,
}


def main(job: str, *words: str) -> None:
    """Do it."""
    cluster.set_up()
    if job == "bar":
        module = import_module(f"bench.bars.{words[0]}")
        found: object = [bar.as_json() for bar in module.run(SIZES[words[1]])]
    else:
        found = JOBS[job](*words)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
