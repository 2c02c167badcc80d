"""Proves that documents are what was kept. Reads every byte of them, in the database."""

from __future__ import annotations

from collections.abc import Iterator

from comptant.ground.firms.models import Firm
from comptant.ground.journal.doctor import Check, asked

FAULTS: dict[str, str] = {
    "kept documents are what their fingerprint says": """
      SELECT d.name, d.id::text FROM documents_document d
      WHERE d.firm_id = %(firm)s AND (d.sha256 <> sha256(d.content) OR d.size <> octet_length(d.content))""",
}


def checks(firm: Firm) -> Iterator[Check]:
    """One check; a fault names up to three documents."""
    yield from asked(firm, FAULTS)
