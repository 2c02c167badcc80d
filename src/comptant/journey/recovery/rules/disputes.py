"""Causes of a dispute and their codes; when an answer is owed.

Source: code list of status 207 of the French e-invoicing reform (XP Z12-012, schematron 1.4.0).
"""

from __future__ import annotations

from datetime import date, timedelta

CODES: dict[str, tuple[str, ...]] = {
    "order": ("CMD_ERR", "REF_CT_ABSENT", "CONTRAT_TERM"),
    "price": ("PU_ERR", "REM_ERR"),
    "scope": ("QTE_ERR", "ART_ERR"),
    "delivery": ("LIVR_INCOMP",),
    "quality": ("QUALITE_ERR",),
    "twice": ("DOUBLE_FACT", "DOUBLON"),
    "sums": ("TX_TVA_ERR", "MONTANTTOTAL_ERR", "CALCUL_ERR"),
    "addressee": ("DEST_ERR", "ADR_ERR", "SIRET_ERR", "CODE_ROUTAGE_ERR"),
    "bank": ("COORD_BANC_ERR", "MODPAI_ERR"),
    "other": ("AUTRE",),
}
"""By plain cause: the codes it may carry; the first one when nothing more precise is said."""

ANSWER_DAYS = 14
"""Calendar days in which we answer a dispute, unless another day is promised."""


def category_of(said: str) -> str:
    """The plain cause of a cause or of a code; blank when it is neither.

    >>> category_of("quality"), category_of("QTE_ERR"), category_of("weather")
    ('quality', 'scope', '')
    """
    if said in CODES:
        return said
    return next((category for category, codes in CODES.items() if said in codes), "")


def code_of(said: str) -> str:
    """The code of a plain cause, or the code itself.

    >>> code_of("quality"), code_of("ART_ERR")
    ('QUALITE_ERR', 'ART_ERR')
    """
    return CODES[said][0] if said in CODES else said


def answer_by(opened_on: date) -> date:
    """The day by which the client has our answer."""
    return opened_on + timedelta(days=ANSWER_DAYS)
