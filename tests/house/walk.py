"""What the checks of the house walk over: the files git knows, and the parsed sources."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "comptant"
FLOORS = ("ground", "journey", "outlook", "doors")
ROOMS = tuple(
    f"{floor}/{room.parent.name}" for floor in FLOORS for room in sorted((PACKAGE / floor).glob("*/__init__.py"))
)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository; without git, every file of the folders that are its own."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [
            str(path.relative_to(ROOT))
            for folder in ("src", "docs", "tests", "tools")
            for path in (ROOT / folder).rglob("*")
            if path.suffix in (".py", ".md", ".html", ".toml", ".po") and "__pycache__" not in path.parts
        ]
    return tuple(ROOT / name for name in names if (ROOT / name).is_file())


@cache
def text(path: Path) -> str:
    """A text file; empty when it is none."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def sources() -> tuple[Path, ...]:
    """The product's Python files, migrations left out."""
    return tuple(path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(text(path))


def docs() -> list[Path]:
    """Every page of docs, and the pages at the root."""
    return sorted((ROOT / "docs").rglob("*.md")) + sorted(ROOT.glob("*.md"))


def named(path: Path) -> str:
    """How a failure names a file."""
    return str(path.relative_to(ROOT))


def calls(names: set[str]) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of one of these names in the sources."""
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in names:
                    yield path, node
