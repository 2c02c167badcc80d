"""No template may need what the content policy forbids; no message may lack its French."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "src" / "comptant").rglob("templates/**/*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "an event handler": re.compile(r"\son[a-z]+\s*="),
    "an htmx expression": re.compile(r"\bhx-(on|vals='?js|vars)\b"),
    "another host": re.compile(r"(?:src|href|action)=\"(?:https?:)?//"),
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_needs_nothing_that_the_policy_forbids(template: Path) -> None:
    text = template.read_text("utf-8")
    is_letter = template.parent.name == "mail"  # mail programs know no style sheet, and no policy reaches them
    for name, pattern in FORBIDDEN.items():
        if is_letter and name.startswith("a style"):
            continue
        assert not pattern.search(text), f"{template.name} has {name}: put it in assets/"


def test_a_fragment_says_first_what_it_needs() -> None:
    for template in TEMPLATES:
        if template.name.startswith("_"):
            first = template.read_text("utf-8").split("\n", 1)[0]
            assert first.startswith("{#"), f"{template.name}: begin with a comment that says what it needs"


def test_every_message_is_said_in_french() -> None:
    command = [sys.executable, str(ROOT / "tools" / "messages.py"), "--check"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "comptant.settings"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
