"""All that CI runs besides the tests. Each check says what to do when it fails; one pass tells all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SOURCES = ["src", "tests", "tools", *(["bench"] if (ROOT / "bench").is_dir() else [])]
PYTHON = [sys.executable, "-W", "ignore"]

CHECKS = {
    "style": ([str(BIN / "ruff"), "check", "--quiet", "--output-format=concise", *SOURCES], "`make format` mends most"),
    "format": ([str(BIN / "ruff"), "format", "--check", *SOURCES], "make format mends it"),
    "types": ([str(BIN / "mypy"), "--no-error-summary"], "say the type; `type: ignore` needs its reason beside it"),
    "arrows": (
        [str(BIN / "lint-imports"), "--no-cache"],
        "a floor imports only floors below it, a room of the journey only rooms before it: move the code or the call",
    ),
    "settings": ([*PYTHON, "-m", "django", "check", "--fail-level", "WARNING"], "docs/settings.md lists what is set"),
    "migrations": (
        [*PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"],
        "a model changed: python -m django makemigrations, then read what it wrote",
    ),
    "translations": (
        [*PYTHON, "tools/messages.py", "--check"],
        "python tools/messages.py collects the new messages; then write their French",
    ),
    "locks": ([*PYTHON, "tools/lock.py", "--check"], "dependencies changed: make lock"),
}


def main() -> int:
    """Run the checks named, or all; 1 when one fails."""
    wanted = sys.argv[1:] or list(CHECKS)
    failed = [name for name in wanted if not passes(name)]
    print(f"\n{len(wanted) - len(failed)} of {len(wanted)} checks pass" + (f": not {', '.join(failed)}" * bool(failed)))
    return 1 if failed else 0


def passes(name: str) -> bool:
    """Run one check; its words are shown only when it fails."""
    command, advice = CHECKS[name]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "comptant.settings", "PYTHONPATH": str(ROOT / "src")}
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    print(f"{'ok' if done.returncode == 0 else 'NO':<4}{name:<14}{time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode:
        print(f"{done.stdout.rstrip()}\n    -> {advice}\n", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
