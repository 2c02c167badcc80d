"""A raw value that is already written our way."""

from __future__ import annotations


class Canonical(str):
    """A cell written our way (ISO date, decimal point) whatever the file's own formats are.

    A workbook's real dates and numbers, a mapping's defaults and mapped values are such: the mapping's
    ``date_format`` and ``decimal`` speak of text, not of them.
    """

    __slots__ = ()
