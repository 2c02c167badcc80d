"""Acts of invoices: drafting, issuing by the law, from agreements or directly, and credit notes."""

from comptant.journey.invoices.actions.agreed import issue_balance, issue_deposit, issue_milestone
from comptant.journey.invoices.actions.crediting import credit
from comptant.journey.invoices.actions.drafting import discard, draft_for, draft_invoice, name_series, redraft
from comptant.journey.invoices.actions.issuing import issue, issue_all

__all__ = [
    "credit", "discard", "draft_for", "draft_invoice", "issue", "issue_all", "issue_balance", "issue_deposit",
    "issue_milestone", "name_series", "redraft",
]  # fmt: skip
