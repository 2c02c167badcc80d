"""The mapping of a foreign file onto ours: which column is which, how it writes, what its words mean.

A mapping is a TOML file (the language is in ``docs/imports.md``) or is made in code by the web's column chooser.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

from comptant.doors.imports.numbers import AS_WE_WRITE, SPACES, NumberFormat
from comptant.doors.imports.refusals import ImportRefused, shown
from comptant.doors.imports.targets import Target, target_named

LONGEST_FILE = 1 << 20
NORMALISE = ("", "exact", "no-spaces", "no-case")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a column's text comes from: the first of these headers (or ``lookup.header``) that has a value.

    ``nonzero`` says for each whether a zero counts as none. ``when`` limits it to rows whose other columns
    (by our names) have one of these words.
    """

    first: tuple[str, ...]
    nonzero: tuple[bool, ...]
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def column(cls, header: str) -> Source:
        """The plain case: one header."""
        return cls((header,), (False,))


@dataclass(frozen=True, slots=True)
class Lookup:
    """Another file to join: rows of it by ``key``, matched with the column ``on`` of the file imported."""

    name: str
    file: str
    key: str
    on: str
    normalise: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """All that a mapping says. Without ``columns``, a file's columns bear our names."""

    target: Target
    name: str = ""
    columns: Dict[str, Source] | None = None
    defaults: Dict[str, str] = field(default_factory=dict)
    lookups: Dict[str, Lookup] = field(default_factory=dict)
    values: Dict[str, Dict[str, str]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    numbers: NumberFormat = AS_WE_WRITE
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""

    @classmethod
    def plain(cls, target: str) -> Mapping:
        """No mapping: the file is written our way."""
        return cls(target_named(target))

    @classmethod
    def of_columns(cls, target: str, columns: Dict[str, str], **more: Any) -> Mapping:
        """A mapping made in code: header by our column. ``more`` are fields of this class."""
        chosen = target_named(target)
        for name in columns:
            _known_column(chosen, name, f"columns.{name}")
        return cls(chosen, columns={name: Source.column(header) for name, header in columns.items()}, **more)


def shipped_mappings() -> tuple[str, ...]:
    """The names of the mappings that come with the product, sorted."""
    folder = resources.files("comptant.doors.imports") / "mappings"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load_mapping(name: str | Path) -> Mapping:
    """The mapping in a TOML file, or the shipped one of that name. Raises ``ImportRefused``."""
    said = str(name)
    if re.fullmatch(r"[a-z0-9_-]{1,40}", said) and said in shipped_mappings():
        text = (resources.files("comptant.doors.imports") / "mappings" / f"{said}.toml").read_bytes()
        return parse_mapping(text, said)
    try:
        with Path(name).open("rb") as file:
            text = file.read(LONGEST_FILE + 1)
    except (OSError, ValueError) as error:
        known = ", ".join(shipped_mappings())
        raise ImportRefused("mapping_unreadable", name=shown(said), shipped=known) from error
    return parse_mapping(text, Path(name).name)


def parse_mapping(text: bytes, name: str = "") -> Mapping:
    """The mapping that a TOML document says. Every error names the key and what was expected."""
    if len(text) > LONGEST_FILE:
        raise ImportRefused("mapping_invalid", key="", expected="short_file", value=str(len(text)))
    try:
        said = tomllib.loads(text.decode("utf-8-sig").replace("\r\n", "\n"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ImportRefused("mapping_not_toml", name=name, reason=str(error)[:200]) from error
    return _Parser(said, name).mapping()


class _Parser:
    """Reads the keys of a document one by one, knowing where it is, and refuses what it does not know."""

    def __init__(self, said: dict[str, Any], name: str) -> None:
        self.said, self.name = said, name
        self.target = target_named(self._text(said, "target", is_required=True))

    def mapping(self) -> Mapping:
        known = {"target", "date_format", "decimal", "thousands", "currency_symbols", "delimiter", "encoding", "sheet"}
        known |= {"columns", "defaults", "lookup", "values", "ignore", "keep"}
        for key in self.said:
            if key not in known:
                raise _invalid(key, "known_key", key, known=", ".join(sorted(known)))
        columns = self._columns()
        lookups = self._lookups()
        for name, source in columns.items():
            self._check_names(f"columns.{name}", source)
        return Mapping(
            self.target,
            self.name,
            columns if "columns" in self.said else None,
            self._defaults(),
            lookups,
            self._values(),
            self._texts(self.said, "ignore"),
            self._texts(self.said, "keep"),
            self._dates(),
            self._numbers(),
            self._text(self.said, "delimiter"),
            self._text(self.said, "encoding"),
            self._text(self.said, "sheet"),
        )

    def _columns(self) -> dict[str, Source]:
        columns = {}
        for name, said in self._table(self.said, "columns").items():
            key = f"columns.{name}"
            _known_column(self.target, name, key)
            columns[name] = self._source(key, said)
        return columns

    def _source(self, key: str, said: Any) -> Source:
        if isinstance(said, str) and said.strip():
            return Source.column(said.strip())
        if not isinstance(said, dict) or not said.get("first") or set(said) - {"first", "when"}:
            raise _invalid(key, "source", said)
        specs = said["first"]
        specs = [specs] if isinstance(specs, str) else specs
        if not isinstance(specs, list) or not all(isinstance(spec, str) and spec.strip() for spec in specs):
            raise _invalid(f"{key}.first", "texts", specs)
        first = tuple(spec.strip().removesuffix(":nonzero").strip() for spec in specs)
        nonzero = tuple(spec.strip().endswith(":nonzero") for spec in specs)
        return Source(first, nonzero, self._when(key, said))

    def _when(self, key: str, said: dict[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        when = []
        for column, words in self._table(said, "when", key).items():
            _known_column(self.target, column, f"{key}.when.{column}")
            when.append((column, self._texts({column: words}, column, f"{key}.when")))
        return tuple(when)

    def _check_names(self, key: str, source: Source) -> None:
        for column, _ in source.when:
            if key == f"columns.{column}":
                raise _invalid(f"{key}.when", "other_column", column)

    def _lookups(self) -> dict[str, Lookup]:
        lookups = {}
        for name, said in self._table(self.said, "lookup").items():
            key = f"lookup.{name}"
            if not isinstance(said, dict) or set(said) - {"file", "key", "on", "normalise"}:
                raise _invalid(key, "lookup", said)
            file, column = self._text(said, "file", key, True), self._text(said, "key", key, True)
            if re.search(r"[/\\\x00]", file) or file.startswith("."):
                raise _invalid(f"{key}.file", "file_name", file)
            normalise = self._text(said, "normalise", key)
            if normalise not in NORMALISE:
                raise _invalid(f"{key}.normalise", "normalise", normalise)
            lookups[name] = Lookup(name, file, column, self._text(said, "on", key) or column, normalise)
        return lookups

    def _defaults(self) -> dict[str, str]:
        defaults = {}
        for name, said in self._table(self.said, "defaults").items():
            key = f"defaults.{name}"
            _known_column(self.target, name, key)
            if isinstance(said, (bool, dict, list)):
                raise _invalid(key, "text", said)
            defaults[name] = str(said)  # TOML's own dates and numbers are written our way
            self._check_template(key, defaults[name])
        return defaults

    def _check_template(self, key: str, text: str) -> None:
        for column in template_columns(text, key):
            _known_column(self.target, column, key)

    def _values(self) -> dict[str, dict[str, str]]:
        values: dict[str, dict[str, str]] = {}
        for name, said in self._table(self.said, "values").items():
            key = f"values.{name}"
            _known_column(self.target, name, key)
            if not isinstance(said, dict):
                raise _invalid(key, "table", said)
            for word, ours in said.items():
                if isinstance(ours, (bool, dict, list)):
                    raise _invalid(f"{key}.{word}", "text", ours)
            values[name] = {str(word): str(ours) for word, ours in said.items()}
        return values

    def _dates(self) -> tuple[str, ...]:
        said = self.said.get("date_format", [])
        formats = (said,) if isinstance(said, str) else self._texts(self.said, "date_format")
        for form in formats:
            if not re.search(r"%[dDmbBjyYGxcFs]", form) or re.search(r"%[^aAbBdmyYHIpMSfzZjUWGuV%]", form):
                raise _invalid("date_format", "date_format", form)
        return formats

    def _numbers(self) -> NumberFormat:
        decimal, thousands = self._text(self.said, "decimal"), self.said.get("thousands", "")
        if decimal not in ("", ".", ","):
            raise _invalid("decimal", "decimal", decimal)
        if thousands not in ("", ".", ",", "'", "’", *SPACES):
            raise _invalid("thousands", "thousands", thousands)
        if thousands in (".", ","):
            decimal = decimal or ("," if thousands == "." else ".")
        if thousands and thousands == decimal:
            raise _invalid("thousands", "other_than_decimal", thousands)
        thousands = "'" if thousands == "’" else thousands
        return NumberFormat(decimal, thousands, self._texts(self.said, "currency_symbols"))

    def _table(self, said: dict[str, Any], key: str, under: str = "") -> dict[str, Any]:
        table = said.get(key, {})
        if not isinstance(table, dict):
            raise _invalid(f"{under}.{key}" if under else key, "table", table)
        return table

    def _text(self, said: dict[str, Any], key: str, under: str = "", is_required: bool = False) -> str:
        text = said.get(key, "")
        if not isinstance(text, str) or (is_required and not text.strip()):
            raise _invalid(f"{under}.{key}" if under else key, "text", text)
        return text

    def _texts(self, said: dict[str, Any], key: str, under: str = "") -> tuple[str, ...]:
        texts = said.get(key, [])
        texts = [texts] if isinstance(texts, str) else texts
        if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
            raise _invalid(f"{under}.{key}" if under else key, "texts", texts)
        return tuple(texts)


def template_columns(text: str, key: str = "") -> tuple[str, ...]:
    """Our columns named in a default such as ``Unknown {ref}``; none in plain text."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise _invalid(key, "template", text) from error
    names = [name for _, name, spec, conversion in parts if name is not None]
    if any(spec or conversion for _, name, spec, conversion in parts if name is not None):
        raise _invalid(key, "template", text)
    if any(not re.fullmatch(r"[a-z_]+", name) for name in names):
        raise _invalid(key, "template", text)
    return tuple(names)


def _known_column(target: Target, name: str, key: str) -> None:
    if name not in target.names:
        raise _invalid(key, "our_column", name, known=", ".join(target.names))


def _invalid(key: str, expected: str, value: Any, **facts: Any) -> ImportRefused:
    return ImportRefused("mapping_invalid", key=key, expected=expected, value=shown(str(value)), **facts)
