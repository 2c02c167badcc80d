"""What an import says when it cannot, or when it had to guess: codes and named values, no sentence.

The sentences are in ``messages.py``; ``docs/imports.md`` lists them for the user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from comptant.ground.refusals import Refusal

KEPT_ERRORS = 1_000
"""Errors kept with their line; all of them are counted."""

KEPT_NOTICES = 200
"""Different notices kept (a lookup may name many values)."""

SHOWN = 80
"""Characters of a refused value that are shown."""


class ImportRefused(Refusal):
    """The file, its mapping or a lookup cannot be read at all. Nothing was loaded."""


class BadValueError(ValueError):
    """A value is not what its column expects. Never leaves this package: it becomes a ``RowError``."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class RowError:
    """One refused value: where it is, what it was, and (by ``code`` and ``facts``) what was expected.

    ``line`` counts from 1, the header being line 1; a quoted value over several lines counts each. ``column`` is the
    header in the file when the value comes from one, else our own name.
    """

    line: int
    column: str
    value: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Errors:
    """The refused values of a file: the first thousand kept, all counted, in the order of lines."""

    kept: list[RowError] = field(default_factory=list)
    count: int = 0
    rows: int = 0

    def add(self, error: RowError) -> None:
        """Count it, and keep it while there is room."""
        self.count += 1
        if len(self.kept) < KEPT_ERRORS:
            self.kept.append(error)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[RowError]:
        return iter(self.kept)


@dataclass(slots=True)
class Notice:
    """Something assumed or passed over while reading, told once with its count."""

    code: str
    facts: Mapping[str, Any]
    count: int = 0
    first_line: int = 0


@dataclass(slots=True)
class Notices:
    """What was assumed while reading a file: one notice per code and facts, in order of first meeting."""

    _by_key: dict[tuple[Any, ...], Notice] = field(default_factory=dict)

    def add(self, code: str, line: int = 0, times: int = 1, **facts: Any) -> None:
        """Count it with those of the same code and facts."""
        key = (code, *facts.values())
        notice = self._by_key.get(key)
        if notice is None:
            if len(self._by_key) >= KEPT_NOTICES:
                key, code, facts = ("more_notices",), "more_notices", {}
            notice = self._by_key.setdefault(key, Notice(code, facts, 0, line))
        notice.count += times

    def count(self, code: str) -> int:
        """How many times a code was noted, over all its facts."""
        return sum(notice.count for notice in self._by_key.values() if notice.code == code)

    def clear(self) -> None:
        """Forget all: the file is read anew."""
        self._by_key.clear()

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Notice]:
        return iter(self._by_key.values())


def shown(value: str) -> str:
    """The value as an error shows it: its first characters, control characters made visible."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value[: SHOWN + 1])
    return clean if len(clean) <= SHOWN else clean[: SHOWN - 1] + "…"
