"""The repository speaks of the product alone: no place on someone's machine, no registry, nothing left to do."""

from __future__ import annotations

import re

from tests.house.walk import PACKAGE, ROOT, named, text, tracked

# Written in pieces, so that this file does not find itself.
MACHINE = re.compile(r"/" + r"work/|/" + r"root/|/home/\w+/(?!\.)")
REGISTRY = re.compile(r"(?:pypi|npmjs|pythonhosted|yarnpkg)" + r"\.(?:org|com)|--(?:extra-)?index" + r"-url=?\s*http|"
                      + r"(?i:artifactory|nexus)\.")  # fmt: skip
LEFT = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")
VAGUE = re.compile(r"(?:^|_)(?:data|info|manager|helper|helpers|utils|util|process|misc|common)(?:_|$)")
INLINE = re.compile(r"<style\b|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:|\shx-on", re.IGNORECASE)
OWN_TEXT = (".py", ".md", ".html", ".toml", ".po", ".yml", ".sh", ".js", ".mjs", ".css", ".json", ".lock", "")


def found(pattern: re.Pattern[str], suffixes: tuple[str, ...] = OWN_TEXT) -> list[str]:
    """Where a pattern is met: file, line, and what."""
    return [
        f"{named(path)}:{number} {match[0]!r}"
        for path in tracked()
        if path.suffix in suffixes and path.name != "LICENSE"
        for number, line in enumerate(text(path).splitlines(), start=1)
        if (match := pattern.search(line))
    ]


def test_no_place_on_a_machine() -> None:
    assert found(MACHINE) == [], "name the place by a setting, or relative to the repository"


def test_no_registry() -> None:
    assert found(REGISTRY) == [], "where packages come from is the business of who installs them"


def test_nothing_is_left_to_do() -> None:
    assert found(LEFT) == [], "do it, or write an issue"


def test_nothing_inline_in_templates() -> None:
    """But for letters: mail programs know no style sheet, and no policy of ours reaches them."""
    letters = PACKAGE / "ground" / "mail" / "templates"
    pages = [
        path
        for path in tracked()
        if path.suffix in (".html", ".svg") and PACKAGE in path.parents and letters not in path.parents
    ]
    inline = [
        f"{named(path)}:{number} {line.strip()[:60]}"
        for path in pages
        for number, line in enumerate(text(path).splitlines(), start=1)
        if INLINE.search(line)
    ]
    assert pages and inline == [], "the content-security policy forbids it: a class, or a small verb in assets/"


def test_names_say_something() -> None:
    vague = [
        named(path)
        for path in tracked()
        if PACKAGE in path.parents and path.suffix in (".py", ".html") and VAGUE.search(path.stem)
    ]
    assert vague == [], "say what it holds"


def test_fragments_say_what_they_need() -> None:
    """The first line of a fragment is its contract."""
    fragments = [
        path for path in tracked() if path.suffix == ".html" and PACKAGE in path.parents and path.name[0] == "_"
    ]
    silent = [named(path) for path in fragments if "needs" not in text(path).split("#}")[0].lower()]
    assert fragments and silent == [], "begin with {# room/_noun.html - needs: ... #}"


def test_the_map_of_the_readme_is_the_house() -> None:
    page = text(ROOT / "README.md")
    floors = [folder.name for folder in PACKAGE.iterdir() if folder.is_dir() and (folder / "__init__.py").exists()]
    assert [floor for floor in floors if f"{floor}/" not in page] == []
