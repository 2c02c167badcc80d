"""What is known to come in, and when: nothing is guessed. Amounts are tax included."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.outlook.today.rules import ZERO, Known

_KNOWN = """
SELECT b.account, coalesce(m.pay_on, CASE b.account WHEN 'invoiced' THEN i.due_on END), sum(b.net + b.tax), i.currency
FROM invoices_invoice i JOIN journal_balance b ON b.firm_id = i.firm_id AND b.deal_id = i.deal_id
  AND b.account IN ('invoiced', 'overdue', 'disputed', 'doubtful') AND b.document = i.id AND b.net + b.tax > 0
LEFT JOIN (SELECT invoice_id, max(pay_on) AS pay_on FROM recovery_promise
           WHERE firm_id = %(firm)s AND until >= %(today)s AND pay_on >= %(today)s AND amount IS NULL
           GROUP BY invoice_id) m ON m.invoice_id = i.id AND b.account IN ('invoiced', 'overdue')
WHERE i.firm_id = %(firm)s AND (i.open_net > 0 OR i.open_tax > 0)
GROUP BY 1, 2, 4
UNION ALL
SELECT 'dated', m.due_on, sum(m.net + m.tax), d.currency
FROM offers_milestone m JOIN offers_agreement a ON a.firm_id = m.firm_id AND a.id = m.agreement_id
JOIN deals_deal d ON d.firm_id = a.firm_id AND d.id = a.deal_id
WHERE m.firm_id = %(firm)s AND m.reached_on IS NULL AND m.due_on >= %(today)s AND a.ended_on IS NULL
GROUP BY m.due_on, d.currency
"""


def known_to_come(firm: Firm, today: date, standing: Iterable[Known]) -> list[Known]:
    """Claims by due date, or by the day a client promised; what is signed by the dates of its milestones.

    What is late, contested or doubtful has no date, unless it was promised; what is to be invoiced has none yet.
    ``standing``: what is signed and what is billable today, by currency, as the path says it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"firm": firm.id, "today": today})
        rows = [*(Known(*row) for row in cursor.fetchall()), *standing]
    dated: dict[str, Decimal] = {}
    for one in rows:
        if one.state == "dated":
            dated[one.currency] = dated.get(one.currency, ZERO) + one.gross
    return [_told(one, dated) for one in rows]


def _told(one: Known, dated: dict[str, Decimal]) -> Known:
    """Milestones are signed amounts with a date; what is signed besides them has none."""
    if one.state == "dated":
        return Known("signed", one.on, one.gross, one.currency)
    if one.state == "signed":
        return Known("signed", None, max(ZERO, one.gross - dated.get(one.currency, ZERO)), one.currency)
    return one
