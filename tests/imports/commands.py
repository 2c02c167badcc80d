"""The commands as tests call them: in this process, each giving back its exit code and what it printed."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from comptant.doors.cli.main import _parser, module


def command(capsys: pytest.CaptureFixture[str], name: str, *words: str | Path) -> tuple[int, Any]:
    """Run ``comptant NAME ... --json``: its exit code and its document."""
    capsys.readouterr()
    ours = importlib.import_module(module(name))
    with translation.override("en"):
        code = ours.run(_parser(name, ours).parse_args([*map(str, words), "--json"]))
    return int(code), json.loads(capsys.readouterr().out)


def balances(capsys: pytest.CaptureFixture[str], day: str, *words: str) -> dict[str, tuple[str, str, int]]:
    """(net, tax, deals) by account at the end of a day, empty accounts and the origin left out."""
    code, path = command(capsys, "path", "--as-of", day, *words)
    assert (code, path["sum"]) == (0, "0.00")
    return {
        account: (held["net"], held["tax"], held["deals"])
        for account, held in path["balances"].items()
        if account != "origin" and (held["deals"] or held["net"] != "0.00" or held["tax"] != "0.00")
    }
