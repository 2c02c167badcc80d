"""The docs are true: what they list is what the code has, their links lead somewhere, their examples run."""

from __future__ import annotations

import doctest
import json
import re
import tomllib
from pathlib import Path

import pytest

from comptant.doors.cli.main import COMMANDS
from comptant.ground.journal.acts import ACCOUNTS
from comptant.ground.journal.doctor import FAULTS
from comptant.ground.journal.rooms import desks
from tests.house.walk import PACKAGE, ROOMS, ROOT, docs, named, text

EXAMPLES = [page for page in docs() if ">>> " in page.read_text("utf-8")]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", EXAMPLES, ids=named)
def test_examples_of_the_docs_run(page: Path) -> None:
    ran = doctest.testfile(
        str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    )
    assert ran.attempted and not ran.failed


def test_examples_of_the_code_run() -> None:
    """Pytest collects them itself; this says that it still does."""
    settings = tomllib.loads(text(ROOT / "pyproject.toml"))["tool"]["pytest"]["ini_options"]
    assert "--doctest-modules" in settings["addopts"]
    assert "src" in settings["testpaths"]


def test_every_account_is_in_the_vocabulary() -> None:
    page = text(ROOT / "docs" / "vocabulary.md")
    missing = [account for account in ACCOUNTS if f"| `{account}` |" not in page]
    assert not missing, f"{missing}: one line each in docs/vocabulary.md, with its French and its Québec twin"


def test_every_kind_of_act_is_in_the_vocabulary() -> None:
    from comptant.journey.invoices.rules import InvoiceRoom
    from comptant.journey.offers.rules import OffersRoom
    from comptant.journey.payments.rules import PaymentsRoom
    from comptant.journey.pipeline.rules import PipelineRoom
    from comptant.journey.recovery.rules import RecoveryRoom

    rooms = (PipelineRoom, OffersRoom, InvoiceRoom, PaymentsRoom, RecoveryRoom)
    assert [desk.name for desk in desks()] == [room.name for room in rooms]
    page = text(ROOT / "docs" / "vocabulary.md")
    kinds = {*(kind for room in rooms for kind in room.kinds), "stalled", "woken", "fell_due", "corrected"}
    assert sorted(kind for kind in kinds if f"`{kind}`" not in page) == []


def test_every_check_of_the_doctor_is_an_invariant() -> None:
    page = text(ROOT / "docs" / "invariants.md")
    assert [name for name in FAULTS if name not in page] == [], "say in docs/invariants.md what must be true, and why"


def test_every_command_is_in_the_docs() -> None:
    told = "".join(map(text, docs()))
    assert [name for name in COMMANDS if f"comptant {name}" not in told] == []


def test_every_dependency_says_why() -> None:
    project = tomllib.loads(text(ROOT / "pyproject.toml"))
    groups = project["dependency-groups"].values()
    wanted = [
        *project["project"]["dependencies"],
        *(line for group in groups for line in group if isinstance(line, str)),
    ]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in wanted}  # type: ignore[index]
    for folder in ("assets", "bench/lighthouse"):
        packages = json.loads(text(ROOT / folder / "package.json"))
        names |= {*packages["dependencies"], *packages.get("devDependencies", {})}
    page = text(ROOT / "docs" / "dependencies.md").lower()
    missing = sorted(name for name in names if f"| `{name}" not in page)
    assert not missing, f"{missing}: a line each in docs/dependencies.md: why this one"
    told = set(re.findall(r"^\| `([@/\w.-]+)", page, re.MULTILINE))
    assert told - names == set(), "the docs list dependencies that are gone"


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_ten_lines(room: str) -> None:
    page = PACKAGE / room / "README.md"
    assert page.is_file(), f"{room}: README.md, ten lines: what a euro is here, what it moves, its files, who may touch"
    assert 5 <= text(page).count("\n") <= 30


@pytest.mark.parametrize("page", [*docs(), *sorted(PACKAGE.rglob("*.md"))], ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for found in LINK.findall(text(page)):
        target = found[0] or found[1]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert not broken, f"{named(page)}: {broken}"


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    headings = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


CODE = re.compile(r"\[`([\w.]+)`\]\(([^)\s]+\.py)\)")


@pytest.mark.parametrize("page", [page for page in docs() if CODE.search(text(page))], ids=named)
def test_names_linked_in_the_docs_exist(page: Path) -> None:
    """A link written as a name in backquotes to a Python file: the file defines that name."""
    gone = []
    for name, target in CODE.findall(text(page)):
        source = text((page.parent / target).resolve())
        last = name.rsplit(".", 1)[-1]
        if last != "py" and not re.search(rf"^\s*(?:def|class) {last}\b|^\s*{last}\b\s*[:=]", source, re.MULTILINE):
            gone.append(f"{name} in {target}")
    assert not gone, f"{named(page)}: {gone}"
