"""The bench itself works: a small sample of every bar, in a data folder of its own. Proves no bar: sizes are tiny."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = {
    "import", "post", "path", "page", "queries", "api", "statements", "reminders", "clock", "search", "issue", "bank",
    "screen", "first", "script", "memory",
}  # fmt: skip


def test_a_quick_sample_measures_every_bar(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="comptant-bench-", dir="/tmp") as home:
        environment = {**os.environ, "COMPTANT_BENCH_HOME": home, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "bench", "--quick", "--into", str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    bars = json.loads((tmp_path / "results.json").read_text())["bars"]
    assert {bar["name"].split()[0].rstrip(",") for bar in bars} == MODULES
    assert all(bar["ratio"] > 0 for bar in bars)
    page = (tmp_path / "bench.md").read_text()
    assert all(bar["promise"] in page for bar in bars)
