"""Every payment that is confirmed teaches from which account its party pays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import connection

from comptant.ground.database.bulk import insert_rows
from comptant.ground.firms.models import Firm
from comptant.journey.payments.models import Payment

_AGAIN = (
    " ON CONFLICT (firm_id, iban, party_id) DO UPDATE SET times = payments_ibanmemory.times + excluded.times,"
    " last_on = greatest(payments_ibanmemory.last_on, excluded.last_on)"
)


def learn(firm: Firm, payments: Sequence[Payment]) -> None:
    """Remember the account each payment came from."""
    times: Counter[tuple[str, UUID]] = Counter()
    last: dict[tuple[str, UUID], date] = {}
    for payment in payments:
        if payment.iban:
            key = payment.iban, payment.party_id
            times[key] += 1
            last[key] = max(last.get(key, payment.received_on), payment.received_on)
    rows = [(firm.id, party, iban, times[iban, party], last[iban, party]) for iban, party in sorted(times)]
    insert_rows("payments_ibanmemory", ("firm_id", "party_id", "iban", "times", "last_on"), rows, _AGAIN)


def forget(firm: Firm, payments: Sequence[Payment]) -> None:
    """Payments that were never taught nothing."""
    with connection.cursor() as cursor:
        for payment in payments:
            if payment.iban:
                key = (firm.id, payment.iban, str(payment.party_id))
                where = "WHERE firm_id = %s AND iban = %s AND party_id = %s"
                cursor.execute(f"DELETE FROM payments_ibanmemory {where} AND times <= 1", key)
                cursor.execute(f"UPDATE payments_ibanmemory SET times = times - 1 {where}", key)
