"""What a number looks like.

Source: CGI ann. II 242 nonies A I-7; BR-FR-01, -02 (35 signs at most: letters, digits, + - _ /).
"""

from __future__ import annotations

import re

DEFAULT_PREFIX = "FA"
"""One series for all documents, unless the firm names others: deposits and credit notes are invoices."""
LONGEST = 35
LONGEST_PREFIX = 20
_SIGNS = re.compile(r"[A-Za-z0-9+\-_/]+")


def number_of(prefix: str, year: int, n: int) -> str:
    """The number of the n-th document of a year; four digits at least.

    >>> number_of("FA", 2026, 31), number_of("AV", 2026, 12345)
    ('FA-2026-0031', 'AV-2026-12345')
    """
    return f"{prefix}-{year}-{n:04d}"


def is_prefix(prefix: str) -> bool:
    """True for what may begin a number.

    >>> is_prefix("FA/2"), is_prefix("F A"), is_prefix("")
    (True, False, False)
    """
    return len(prefix) <= LONGEST_PREFIX and _SIGNS.fullmatch(prefix) is not None


def creditor_reference(number: str) -> str:
    """The structured reference of ISO 11649 that a transfer may carry; empty when the number is too long for it.

    >>> creditor_reference("FA20260042"), creditor_reference("539007547034")
    ('RF83FA20260042', 'RF18539007547034')
    """
    reference = re.sub(r"[^A-Z0-9]", "", number.upper())
    if not reference or len(reference) > 21:
        return ""
    digits = "".join(str(int(sign, 36)) for sign in f"{reference}RF00")
    return f"RF{98 - int(digits) % 97:02d}{reference}"
