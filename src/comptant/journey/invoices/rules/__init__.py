"""The rules of the room of invoices: values in, values out."""

from comptant.journey.invoices.rules.claims import Claim, Claims, claim_in, claims_of, open_amount
from comptant.journey.invoices.rules.room import LEGAL_TERMS_DAYS, InvoiceRoom, overdue_on

__all__ = [
    "LEGAL_TERMS_DAYS",
    "Claim",
    "Claims",
    "InvoiceRoom",
    "claim_in",
    "claims_of",
    "open_amount",
    "overdue_on",
]
