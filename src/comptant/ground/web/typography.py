"""Spaces that must not break, by the rules of the language on the screen. No Django.

Source: design, section 4 (the space is U+00A0 because the fonts lack U+202F) and section 9 (Québec
writes ``; ! ?`` without a space).
"""

from __future__ import annotations

import re

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

_FRANCE = re.compile(r"[ \u00a0\u202f]([:;?!%€»])|(«)[ \u00a0\u202f]")
_QUEBEC = re.compile(r"[ \u00a0\u202f]([:%€$»])|(«)[ \u00a0\u202f]")
_NUMBER = re.compile(r"\b([A-Z]{1,6}-\d{4}-\d+)\b")
_QUEBEC_TIGHT = re.compile(r"[ \u00a0\u202f]+([;!?])")


def typo(text: str, language: str) -> str:
    """The text with the spaces its language asks for; other languages come back as they are.

    >>> typo("Où sont vos euros ?", "fr") == "Où sont vos euros" + NBSP + "?"
    True
    >>> typo("Où sont vos dollars ?", "fr-ca")
    'Où sont vos dollars?'
    >>> typo("Where are your euros?", "en")
    'Where are your euros?'
    """
    if not language.startswith("fr"):
        return text
    if language.lower() == "fr-ca":
        return _QUEBEC.sub(_held, _QUEBEC_TIGHT.sub(r"\1", text))
    return _FRANCE.sub(_held, text)


def around_numbers(text: str) -> list[str]:
    """The text cut around the numbers of its offers and invoices, which stand second, fourth and so on.

    >>> around_numbers("Présenter D-2026-002 à A")
    ['Présenter ', 'D-2026-002', ' à A']
    """
    return _NUMBER.split(text)


def _held(match: re.Match[str]) -> str:
    return NBSP + match[1] if match[1] else "«" + NBSP


def one_stop(text: str) -> str:
    """The text with one full stop where an abbreviation such as ``21 oct.`` ends a sentence.

    >>> one_stop("Aucun signe depuis le 21 oct..")
    'Aucun signe depuis le 21 oct.'
    """
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)
