"""How a bank's CSV files are written: which column is what, the separator, the dates. Remembered for each account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from comptant.journey.payments.rules.statements import StatementRefused

COLUMNS = ("booked_on", "value_on", "amount", "debit", "credit", "label", "balance", "payer", "iban", "reference")
"""What a column may be. The label may take several."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Blank settings are found by looking at the file. ``columns``: ours to the headers of the file, in order."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    separator: str = ""
    encoding: str = ""
    date_format: str = ""
    decimal: str = ""
    header: str = ""
    """A header that the line of headers holds, where lines of other things come before it."""

    def kept(self) -> dict[str, Any]:
        """As JSON, to be remembered."""
        plain = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "columns"}
        return {"columns": {name: list(headers) for name, headers in self.columns.items()}, **plain}


def layout_of(said: Mapping[str, Any]) -> Layout:
    """The layout that a mapping file or our memory says. Refuses what it does not know."""
    columns = dict(said.get("columns", {}))
    settings = {name: value for name, value in said.items() if name not in ("columns", "target")}
    known = {one.name for one in fields(Layout)} - {"columns"}
    for name in (*settings, *columns):
        if name not in known and name not in COLUMNS:
            raise StatementRefused("layout_unknown", name=name, known=", ".join(sorted(known | set(COLUMNS))))
    heads = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in columns.items()}
    return Layout(heads, **{name: str(value) for name, value in settings.items()})
