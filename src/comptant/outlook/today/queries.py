"""The acts of the day: what the journal says in one statement, what waits beside it in another, each kind bounded.

A kind gives its ``MOST`` largest: a day has no room for more, and the others come once these are done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from comptant.ground.database.rows import prepared_cursor
from comptant.ground.firms.models import Firm, Member
from comptant.journey.invoices.models import Draft
from comptant.journey.invoices.rules.lines import Line
from comptant.outlook.today.models import Postponement
from comptant.outlook.today.rules import ZERO, Act

MOST = 25
SOON = timedelta(days=7)
"""How long before its answer is due a dispute is an act of the day; how long after its day a promise still is."""
FRESH = timedelta(days=14)
"""How long a deal that woke is an act of the day."""

_OWN = """(%(seller)s::uuid IS NULL OR EXISTS (SELECT FROM pipeline_standing w
    WHERE w.firm_id = %(firm)s AND w.deal_id = {deal} AND w.seller_id = %(seller)s))"""

_PROSPECT = """(SELECT '{kind}', d.id::text, d.ref, d.title, p.name, p.ref, s.net, s.net, d.currency,
    {since}, {ends}, 1, {note}, '', ''
  FROM (SELECT * FROM pipeline_standing s WHERE s.firm_id = %(firm)s AND {which}
        AND (%(seller)s::uuid IS NULL OR s.seller_id = %(seller)s) ORDER BY s.net DESC, s.deal_id LIMIT %(most)s) s
  JOIN deals_deal d ON d.firm_id = s.firm_id AND d.id = s.deal_id
  JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id)"""

_TOLD = f"""
{
    _PROSPECT.format(
        kind="decide",
        since="NULL::date",
        ends="s.decision_on",
        note="s.stage",
        which="s.next_on BETWEEN %(today)s AND %(today)s + 10 AND s.place = 'hoped' AND s.decision_on <= %(today)s",
    )
}
UNION ALL
{
    _PROSPECT.format(
        kind="unstall",
        since="CASE s.stall_rule WHEN 'decision_date' THEN s.decision_on ELSE s.last_move_on END",
        ends="NULL::date",
        note="s.stall_rule",
        which="s.place = 'stalled'",
    )
}
UNION ALL
{
    _PROSPECT.format(
        kind="woken",
        since="s.restarted_on",
        ends="NULL::date",
        note="s.hold_reason",
        which="s.place = 'hoped' AND s.restarted_on > %(fresh)s AND s.last_move_on < s.restarted_on",
    )
}
UNION ALL
(SELECT 'bill', d.id::text, d.ref, d.title, p.name, p.ref, b.net, b.net + b.tax, d.currency,
    (SELECT max(j.occurred_on) FROM journal_posting j
     WHERE j.firm_id = %(firm)s AND j.deal_id = b.deal_id AND j.target = 'billable'), NULL, 1, '', '',
    coalesce((SELECT a.id::text FROM offers_agreement a WHERE a.firm_id = %(firm)s AND a.deal_id = b.deal_id
      AND a.kind = 'sale' AND a.ended_on IS NULL LIMIT 1), '')
  FROM (SELECT deal_id, sum(net) AS net, sum(tax) AS tax FROM journal_balance
        WHERE firm_id = %(firm)s AND account = 'billable' AND net + tax > 0 AND {_OWN.format(deal="deal_id")}
        GROUP BY deal_id ORDER BY 2 DESC, 1 LIMIT %(most)s) b
  JOIN deals_deal d ON d.firm_id = %(firm)s AND d.id = b.deal_id
  JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id)
UNION ALL
(SELECT 'late', p.ref, '', '', p.name, p.ref, sum(b.net), sum(b.net + b.tax), i.currency,
    min(i.due_on), NULL, count(*)::int, '', min(i.number), ''
  FROM invoices_invoice i JOIN journal_balance b ON b.firm_id = i.firm_id AND b.deal_id = i.deal_id
    AND b.account = 'overdue' AND b.document = i.id AND b.net + b.tax > 0
  JOIN parties_party p ON p.firm_id = i.firm_id AND p.id = i.party_id
  WHERE i.firm_id = %(firm)s AND (i.open_net > 0 OR i.open_tax > 0) AND {_OWN.format(deal="b.deal_id")}
  GROUP BY p.id, p.ref, p.name, i.currency ORDER BY 8 DESC, p.id LIMIT %(most)s)
"""

_NET = "round({open} * i.net / nullif(i.net + i.tax, 0), 2)"
_BESIDE = f"""
(SELECT CASE WHEN o.presented_on IS NULL THEN 'present' ELSE 'send' END, o.id::text, d.ref, o.title, p.name, p.ref,
    o.net, o.net + o.tax, d.currency, o.presented_on, o.decision_on, 1, '', o.number, ''
  FROM offers_offer o JOIN deals_deal d ON d.firm_id = o.firm_id AND d.id = o.deal_id
  JOIN parties_party p ON p.firm_id = d.firm_id AND p.id = d.party_id
  WHERE o.firm_id = %(firm)s AND o.sent_at IS NULL AND o.ended_at IS NULL AND {_OWN.format(deal="o.deal_id")}
    AND (o.kind = 'extra' OR EXISTS (SELECT FROM pipeline_standing s WHERE s.firm_id = o.firm_id
      AND s.deal_id = o.deal_id AND s.place IN ('hoped', 'stalled', 'waiting')))
  ORDER BY o.net DESC, o.id LIMIT %(most)s)
UNION ALL
(SELECT 'match', l.currency, '', '', '', '', NULL, sum(l.amount), l.currency, min(l.booked_on), NULL, count(*)::int,
    '', '', ''
  FROM (SELECT currency, amount, booked_on FROM payments_bankline
        WHERE firm_id = %(firm)s AND state = 'open' AND amount > 0 AND %(seller)s::uuid IS NULL
        ORDER BY booked_on, id LIMIT 1000) l GROUP BY l.currency)
UNION ALL
(SELECT 'remind', p.ref, '', '', p.name, p.ref, sum({_NET.format(open="r.open_amount")}), sum(r.open_amount),
    i.currency, min(i.due_on), NULL, count(*)::int, max(r.level)::text, min(i.number), ''
  FROM recovery_reminder r JOIN invoices_invoice i ON i.firm_id = r.firm_id AND i.id = r.invoice_id
  JOIN parties_party p ON p.firm_id = r.firm_id AND p.id = r.party_id
  WHERE r.firm_id = %(firm)s AND r.state = 'prepared' AND {_OWN.format(deal="i.deal_id")}
  GROUP BY p.id, p.ref, p.name, i.currency ORDER BY 8 DESC, p.id LIMIT %(most)s)
UNION ALL
(SELECT 'dispute', x.id::text, d.ref, d.title, p.name, p.ref, {_NET.format(open="x.open_amount")}, x.open_amount,
    i.currency, x.opened_on, x.answer_by, 1, x.reason, i.number, i.id::text
  FROM recovery_dispute x JOIN invoices_invoice i ON i.firm_id = x.firm_id AND i.id = x.invoice_id
  JOIN deals_deal d ON d.firm_id = i.firm_id AND d.id = i.deal_id
  JOIN parties_party p ON p.firm_id = i.firm_id AND p.id = i.party_id
  WHERE x.firm_id = %(firm)s AND x.settled_on IS NULL AND x.answer_by <= %(soon)s AND {_OWN.format(deal="i.deal_id")}
  ORDER BY x.answer_by, x.id LIMIT %(most)s)
UNION ALL
(SELECT 'promise', i.id::text, d.ref, d.title, p.name, p.ref, i.open_net, i.open_net + i.open_tax, i.currency,
    i.due_on, m.pay_on, 1, '', i.number, ''
  FROM (SELECT invoice_id, max(pay_on) AS pay_on FROM recovery_promise WHERE firm_id = %(firm)s
          AND until BETWEEN %(past)s AND %(today)s - 1 GROUP BY invoice_id) m
  JOIN invoices_invoice i ON i.firm_id = %(firm)s AND i.id = m.invoice_id AND i.open_net + i.open_tax > 0
  JOIN deals_deal d ON d.firm_id = i.firm_id AND d.id = i.deal_id
  JOIN parties_party p ON p.firm_id = i.firm_id AND p.id = i.party_id
  WHERE {_OWN.format(deal="i.deal_id")} AND NOT EXISTS (SELECT FROM recovery_promise n
    WHERE n.firm_id = %(firm)s AND n.invoice_id = i.id AND n.until >= %(today)s)
  ORDER BY 8 DESC, i.id LIMIT %(most)s)
UNION ALL
(SELECT 'claim', y.id::text, '', y.kind, p.name, p.ref, coalesce(sum(b.net), 0), coalesce(sum(b.net + b.tax), 0),
    coalesce(min(d.currency), %(currency)s), y.judged_on, y.deadline_on, 1, '', '', ''
  FROM recovery_insolvency y JOIN parties_party p ON p.firm_id = y.firm_id AND p.id = y.party_id
  LEFT JOIN deals_deal d ON d.firm_id = y.firm_id AND d.party_id = y.party_id
  LEFT JOIN journal_balance b ON b.firm_id = d.firm_id AND b.deal_id = d.id AND b.account = 'doubtful'
  WHERE y.firm_id = %(firm)s AND y.claimed_on IS NULL AND (y.relief_on IS NULL OR y.relief_on >= %(today)s)
    AND (%(seller)s::uuid IS NULL OR {_OWN.format(deal="d.id")})
  GROUP BY y.id, y.kind, p.name, p.ref, y.judged_on, y.deadline_on ORDER BY y.deadline_on, y.id LIMIT %(most)s)
"""

_SPARED = """
SELECT p.ref FROM recovery_promise m
JOIN invoices_invoice i ON i.firm_id = m.firm_id AND i.id = m.invoice_id AND i.settled_on IS NULL
JOIN parties_party p ON p.firm_id = i.firm_id AND p.id = i.party_id
WHERE m.firm_id = %(firm)s AND m.until >= %(today)s AND p.ref = ANY(%(refs)s)
UNION
SELECT p.ref FROM recovery_hold h JOIN parties_party p ON p.firm_id = h.firm_id AND p.id = h.party_id
WHERE h.firm_id = %(firm)s AND h.lifted_on IS NULL AND (h.until IS NULL OR h.until >= %(today)s)
  AND p.ref = ANY(%(refs)s)
"""


def told_by_the_journal(firm: Firm, today: date, seller: UUID | None = None) -> list[Act]:
    """Answers to ask for, deals stalled or woken, work to invoice, clients who are late: in no order.

    They change when the journal does. ``seller``: of the deals they follow.
    """
    return _read(_TOLD, firm, today, seller)


def waiting_beside(firm: Firm, today: date, seller: UUID | None = None) -> list[Act]:
    """Offers and drafts not sent, bank lines, reminders, disputes, broken promises, claims to file: in no order."""
    return [*_read(_BESIDE, firm, today, seller), *_drafts(firm, seller)]


def spared(firm: Firm, acts: Collection[Act], today: date) -> list[Act]:
    """The acts without the late clients who promised to pay, or whom somebody decided to leave alone for a while."""
    refs = [act.party_ref for act in acts if act.kind == "late"]
    if not refs:
        return list(acts)
    with prepared_cursor() as cursor:
        cursor.execute(_SPARED, {"firm": firm.id, "refs": refs, "today": today})
        left_alone = {row[0] for row in cursor.fetchall()}
    return [act for act in acts if act.kind != "late" or act.party_ref not in left_alone]


_CHANGES = """
SELECT count(*) FROM (SELECT 1 FROM journal_act
  WHERE firm_id = %(firm)s AND id > %(last)s AND by_id IS DISTINCT FROM %(member)s LIMIT 100) c
"""


def last_act(firm: Firm) -> UUID | None:
    """The last act of the firm, which tells later ones apart; None while there is none."""
    with prepared_cursor() as cursor:
        cursor.execute("SELECT id FROM journal_act WHERE firm_id = %s ORDER BY id DESC LIMIT 1", [firm.id])
        row = cursor.fetchone()
    return row[0] if row else None


def changes_since(member: Member, last: UUID) -> int:
    """How many acts others, or the clock, have recorded after ``last``; a hundred at most."""
    with prepared_cursor() as cursor:
        cursor.execute(_CHANGES, {"firm": member.firm_id, "last": last, "member": member.id})
        return int(cursor.fetchone()[0])


def put_off(member: Member, today: date) -> dict[str, date]:
    """The acts that the member put off, by key, and the day each returns."""
    rows = Postponement.objects.filter(firm=member.firm_id, member=member, until__gt=today)
    return dict(rows.values_list("key", "until"))


def _read(statement: str, firm: Firm, today: date, seller: UUID | None) -> list[Act]:
    values: dict[str, Any] = {
        "firm": firm.id, "today": today, "seller": seller, "most": MOST, "currency": firm.currency,
        "fresh": today - FRESH, "soon": today + SOON, "past": today - SOON,
    }  # fmt: skip
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        return [Act(*row) for row in cursor.fetchall()]


def _drafts(firm: Firm, seller: UUID | None) -> Iterable[Act]:
    """Invoices not issued yet, the oldest first: their amount is that of their lines, tax left out."""
    rows = Draft.objects.filter(firm=firm, invoice=None).select_related("deal__party").order_by("made_at", "id")
    if seller is not None:
        rows = rows.filter(deal__standings__seller=seller)
    for draft in rows[:MOST]:
        deal, party = draft.deal, draft.deal.party
        net = sum((_net(line, deal.currency) for line in draft.lines), ZERO)
        yield Act(
            "issue", str(draft.id), deal.ref, deal.title, party.name, party.ref, net, net, deal.currency,
            firm.day(draft.made_at), None, 1, draft.kind,
        )  # fmt: skip


def _net(line: dict[str, str], currency: str) -> Decimal:
    price, rate, quantity = (Decimal(line[name]) for name in ("price", "rate", "quantity"))
    return Line("", price, rate, quantity, discount=Decimal(line["discount"])).net(currency)
