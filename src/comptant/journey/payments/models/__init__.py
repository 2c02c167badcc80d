"""The bank's accounts and lines, what was received, where it went, and what confirmations taught."""

from comptant.journey.payments.models.bank import BankAccount, BankLine, LineState, SetAside, Statement
from comptant.journey.payments.models.memory import AccountDeal, IbanMemory, Tolerance
from comptant.journey.payments.models.receipts import Allocation, AllocationKind, Bounce, HeldUse, Payment

__all__ = [
    "AccountDeal", "Allocation", "AllocationKind", "BankAccount", "BankLine", "Bounce", "HeldUse", "IbanMemory",
    "LineState", "Payment", "SetAside", "Statement", "Tolerance",
]  # fmt: skip
