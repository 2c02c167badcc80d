"""Writes the three lock files: exact versions with their hashes, and no registry's address."""

from __future__ import annotations

import subprocess
import sys
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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
    if "--check" in sys.argv:
        return check()
    for name, options in LOCKS.items():
        command = ["pip", "compile", "pyproject.toml", "--output-file", name, *options, *COMMON, *sys.argv[1:]]
        code = subprocess.call([sys.executable, "-m", "uv", *command])
        if code:
            return code
    return check()


def check() -> int:
    """Offline: no lock names a registry, and each holds what pyproject.toml asks for, with hashes."""
    with open("pyproject.toml", "rb") as file:
        project = tomllib.load(file)
    groups = project["dependency-groups"]
    build = [*project["project"]["dependencies"], *groups["build"]]
    asked = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-build.lock": build,
        "requirements-dev.lock": [*build, *(line for line in groups["dev"] if isinstance(line, str))],
    }
    complaints = [complaint for name, lines in asked.items() for complaint in complaints_about(name, lines)]
    print("\n".join(complaints))
    return 1 if complaints else 0


def complaints_about(name: str, asked: list[str]) -> list[str]:
    """What is wrong with one lock."""
    with open(name, encoding="utf-8") as file:
        text = file.read()
    pins = {line.split("==")[0]: line.split("==")[1].split()[0] for line in text.splitlines() if "==" in line[:60]}
    wrong = [f"{name} names a registry: a lock holds versions and hashes only"] * ("://" in text)
    for requirement in map(Requirement, asked):
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None or pin not in requirement.specifier:
            wrong.append(f"{name} has {pin} for {requirement}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
