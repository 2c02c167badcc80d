"""What a person may set, and how a command may end, is written down."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "comptant").rglob("*.py"))


def test_every_setting_is_in_the_docs():
    used = {
        name for path in SOURCES for name in re.findall(r'"(COMPTANT_[A-Z_]+|DATABASE_URL)"', path.read_text("utf-8"))
    }
    told = set(re.findall(r"`(COMPTANT_[A-Z_]+|DATABASE_URL)`", (ROOT / "docs" / "settings.md").read_text("utf-8")))
    assert used - told == set()
    assert told - used == set()


def test_every_failure_has_its_sentence():
    from comptant.doors.cli.words import FAILURES

    raised = {code for path in SOURCES for code in re.findall(r'Unable\(\s*"(\w+)"', path.read_text("utf-8"))}
    assert raised - set(FAILURES) == set()
    assert set(FAILURES) - raised <= {"unexpected", "database_gone"}
