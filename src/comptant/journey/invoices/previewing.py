"""A draft as it would be issued on a day: what it comes to, and what the law wants that is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from comptant.journey.invoices.actions.issuing import identity
from comptant.journey.invoices.composing import Subject, compose
from comptant.journey.invoices.models import Draft
from comptant.journey.invoices.rules.lines import read_line
from comptant.journey.invoices.rules.mentions import missing


@dataclass(frozen=True, slots=True)
class Preview:
    """The content the document would have, but for its number; ``missing`` as "who.what", empty when it may go."""

    content: dict[str, Any]
    missing: Sequence[str]


def preview(draft: Draft, on: date) -> Preview:
    """The draft as it would be issued on that day. One query, for who the firm is."""
    subject = Subject(
        draft.deal, draft.kind, [read_line(line) for line in draft.lines], draft.due_on, draft.supplied_from,
        draft.supplied_on, draft.purchase_order, draft.note, draft.agreement,
    )  # fmt: skip
    content = compose(subject, draft.firm, identity(draft.firm), on)
    return Preview(content, missing(content))
