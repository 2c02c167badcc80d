"""How a letter looks: the same words as plain text and as HTML. Source: design, section 12 and mail-relance.html."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_FACE = (
    "font-family:'Hanken Grotesk',-apple-system,'Segoe UI',Roboto,Arial,sans-serif;"
    "font-size:16px;line-height:1.5;color:#16201D"
)
_STRONG = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_WIDTH = 76


@dataclass(frozen=True, slots=True)
class Row:
    """A line of figures: what it is, how much; ``note`` below the words, ``unit`` below the amount."""

    words: str
    amount: str
    is_total: bool = False
    note: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Something to do, and the address where it is done."""

    words: str
    address: str


def render_letter(
    *,
    subject: str,
    language: str,
    paragraphs: Sequence[str],
    rows: Sequence[Row] = (),
    links: Sequence[Link] = (),
    after: Sequence[str] = (),
    signature: Sequence[str] = (),
    foot: str = "",
    code: str = "",
    heading: str = "",
) -> tuple[str, str]:
    """The plain text and the HTML of a letter; the words come in the language of whoever reads it.

    In order: ``heading``, for our own letters; ``paragraphs``, the greeting first, with ``**what matters**`` in bold;
    ``code``, to be typed somewhere; ``rows`` of figures; ``links``, three at most, the first one the main; ``after``,
    in a lower voice; ``signature``; ``foot``, small print. Everything is escaped.
    """
    html: str = render_to_string(
        "mail/_letter.html",
        {
            "subject": subject, "language": language, "paragraphs": [_bold(one) for one in paragraphs], "rows": rows,
            "links": links, "after": [_bold(one) for one in after], "signature": signature, "foot": foot,
            "code": code, "face": _FACE, "heading": heading,
        },
    )  # fmt: skip
    parts = [
        heading,
        *(_wrapped(one) for one in paragraphs),
        code,
        "\n".join(_row(row, language) for row in rows),
        *(f"{link.words}\n{link.address}" for link in links),
        *(_wrapped(one) for one in after),
        "\n".join(signature),
        f"-- \n{_wrapped(foot)}" if foot else "",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n", html.strip() + "\n"


def _row(row: Row, language: str) -> str:
    """A line of figures as text; its note, if any, on a line of its own."""
    colon = " :" if language.startswith("fr") else ":"
    figure = f"{row.amount} {row.unit}".strip()
    said = f"{row.words}{colon} {figure}" if figure else row.words
    return f"{said}\n  {row.note}" if row.note else said


def _bold(text: str) -> SafeString:
    return mark_safe(_STRONG.sub(r"<strong>\1</strong>", escape(text)))  # noqa: S308 - escaped first


def _wrapped(text: str) -> str:
    plain = _STRONG.sub(r"\1", text)
    return "\n".join(
        textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False) for line in plain.split("\n")
    )
