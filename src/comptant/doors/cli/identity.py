"""Who the firm is on its documents: show it, or set parts of it.

comptant firm show
comptant firm set siren=123456782 legal_form=SAS "capital=10 000 €"
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.tables import print_table
from comptant.ground.firms.describing import FIELDS, describe, described
from comptant.ground.firms.models import Identity
from comptant.journey.invoices.actions import name_series
from comptant.journey.invoices.models import Prefix

SERIES = "series."
"""``series.credit_note=AV`` gives credit notes a series of their own."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    does = parser.add_subparsers(dest="does", metavar="WHAT", required=True)
    showing = does.add_parser("show", help="show who the firm is on its documents")
    setting = does.add_parser("set", help="set parts of it; a blank value empties")
    setting.add_argument("parts", nargs="+", metavar="FIELD=VALUE", help=", ".join(FIELDS) + ", series.KIND")
    for sub in (showing, setting):
        # Said after the word as well as before it; what was said before stays when it is not said again.
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--firm", metavar="REF", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Set what is asked, then show."""
    parts = dict(map(_part, options.parts)) if options.does == "set" else {}
    with firms.ready(options) as firm:
        fields = {name: value for name, value in parts.items() if not name.startswith(SERIES)}
        who = describe(firm, **fields) if fields else described(firm)
        for name, value in parts.items():
            if name.startswith(SERIES):
                name_series(firm, name.removeprefix(SERIES), value)
        told = _document(who) | {"series": dict(Prefix.objects.filter(firm=firm).values_list("kind", "prefix"))}
    if options.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return 0
    rows = [(name, _word(value)) for name, value in told.items() if value not in ("", None, {})]
    print_table([_("Field"), _("Value")], rows, frozenset())
    return 0


def _part(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        firms.misuse(_("“{text}” sets nothing: write FIELD=VALUE.").format(text=text))
    return name.strip(), value


def _document(who: Identity) -> dict[str, Any]:
    """Every field, as JSON."""
    return {name: _plain(getattr(who, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | str) or value is None else str(value)


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{kind} {prefix}" for kind, prefix in value.items())
    return str(value)
