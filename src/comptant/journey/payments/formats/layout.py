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
    columns = said.get("columns", {})
    if not isinstance(columns, Mapping):
        raise StatementRefused("layout_unknown", name=f"columns = {columns}", known="[columns]")
    settings = {name: value for name, value in said.items() if name not in ("columns", "target")}
    known = {one.name for one in fields(Layout)} - {"columns"}
    for name in (*settings, *columns):
        if name not in known and name not in COLUMNS:
            raise StatementRefused("layout_unknown", name=name, known=", ".join(sorted(known | set(COLUMNS))))
    return Layout(
        {name: _headers(name, value) for name, value in columns.items()},
        **{name: _setting(name, value) for name, value in settings.items()},
    )


def _headers(name: str, value: Any) -> tuple[str, ...]:
    heads = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else (value,)
    if not all(isinstance(head, str) for head in heads):
        raise StatementRefused("layout_unknown", name=f"{name} = {value}", known='"…", ["…", "…"]')
    return heads


def _setting(name: str, value: Any) -> str:
    """A setting as text; the separator is one sign, the decimal mark a point or a comma."""
    text = str(value)
    if name == "separator" and (len(text) > 1 or text in ("\r", "\n", '"')):
        raise StatementRefused("layout_unknown", name=f"separator = {text}", known='";" "," "|" "\\t"')
    if name == "decimal" and text not in ("", ".", ","):
        raise StatementRefused("layout_unknown", name=f"decimal = {text}", known='"." ","')
    return text
