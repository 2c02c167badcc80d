"""Writes the three lock files: exact versions with their hashes, and no registry's address."""

from __future__ import annotations

import subprocess
import sys

COMMON = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--no-header",
    "--quiet",
]
LOCKS = {
    "requirements.lock": [],
    "requirements-build.lock": ["--group=build", "--constraint=requirements.lock"],
    "requirements-dev.lock": ["--group=dev", "--constraint=requirements-build.lock"],
}


def main() -> int:
    """Resolve each lock; the smaller one binds the larger, so that what is tested is what runs."""
    for name, options in LOCKS.items():
        command = ["pip", "compile", "pyproject.toml", "--output-file", name, *options, *COMMON, *sys.argv[1:]]
        code = subprocess.call([sys.executable, "-m", "uv", *command])
        if code:
            return code
        with open(name, encoding="utf-8") as lock:
            if "://" in lock.read():
                print(f"{name} names a registry; a lock holds versions and hashes only", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
