"""Reminders of a day: told one by one with the reason of those held back, or prepared all at once.

``planned`` asks the rule in Python for every invoice owed. ``prepare_reminders`` makes the same choice in one statement
of SQL, since a firm may have a hundred thousand late invoices; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from comptant.ground.database.bulk import refresh_statistics
from comptant.ground.database.ids import UUID7_IN_SQL, stamp
from comptant.ground.firms.models import Firm
from comptant.journey.invoices.models import Invoice
from comptant.journey.recovery.costs import COSTED, INDEMNITY, INTEREST, costs_sql
from comptant.journey.recovery.costs import parameters as cost_parameters
from comptant.journey.recovery.models import Reminder
from comptant.journey.recovery.queries import Terms, claims_on, policies_of, terms_of
from comptant.journey.recovery.rules.dunning import Facts, Plan, Policy, plan, softer_steps
from comptant.journey.recovery.standing import facts_sql, parameters, planned_whole, values

NOTHING = Decimal("0.00")
MANY = 1_000
"""So many new rows change the plan of the next run."""


@dataclass(frozen=True, slots=True)
class Item:
    """One invoice owed on a day, and what would be sent for it; amounts tax included.

    ``interest`` is None while the rate of a half-year is not known: it is to be completed.
    """

    invoice_id: UUID
    deal_id: UUID
    party_id: UUID
    number: str
    party: str
    party_ref: str
    currency: str
    issued_on: date
    due_on: date
    facts: Facts
    plan: Plan
    interest: Decimal | None
    indemnity: Decimal


def planned(
    firm: Firm, day: date, invoice_ids: Sequence[UUID] | None = None, *, policies: Sequence[Policy] | None = None
) -> list[Item]:
    """Every invoice owed at the end of a day, by due date and number, with the reminder due or why none is.

    Or those named alone. A day before the firm's clock is told from the journal as of that day. A handful of queries,
    however many invoices. ``policies``: the firm's, when they were read already.
    """
    policies, terms = policies_of(firm) if policies is None else policies, terms_of(firm)
    by_tag = {policy.tag: policy for policy in policies}
    rows = _rows(firm, policies, terms, day, invoice_ids)
    _impute(firm, rows, terms, day)
    known = [(row, _facts_of(row)) for row in rows]
    return [_item(row, facts, plan(facts, by_tag[row["tag"]], day)) for row, facts in known]


def _facts_of(row: dict[str, Any]) -> Facts:
    return Facts(
        row["due_on"], row["claimed"], row["disputed"], row["doubtful"], row["promised"], row["is_insolvent"],
        row["is_held"], row["is_in_credit"], None if row["last_level"] < 0 else row["last_level"], row["last_on"],
    )  # fmt: skip


def _item(row: dict[str, Any], facts: Facts, found: Plan) -> Item:
    is_claimed = bool(row["claimed"]) and found.skip not in ("insolvent", "disputed")
    return Item(
        row["invoice_id"], row["deal_id"], row["party_id"], row["number"], row["party_name"], row["party_ref"],
        row["currency"], row["issued_on"], row["due_on"], facts, found, row["interest"] if is_claimed else NOTHING,
        row["indemnity"] if is_claimed else NOTHING,
    )  # fmt: skip


def _rows(
    firm: Firm, policies: Sequence[Policy], terms: Sequence[Terms], day: date, invoice_ids: Sequence[UUID] | None
) -> list[dict[str, Any]]:
    is_now = firm.clock_on is None or day >= firm.clock_on
    named = "" if invoice_ids is None else "WHERE f.invoice_id = ANY(%(named)s)"
    sql = (
        f"WITH {facts_sql(policies, is_now=is_now)}, {costs_sql(firm, terms)}"
        f" SELECT f.*, y.name AS party_name, y.ref AS party_ref, {INTEREST} AS interest, {INDEMNITY} AS indemnity"
        f" FROM owed f JOIN parties_party y ON y.firm_id = %(firm)s AND y.id = f.party_id {COSTED} {named}"
        " ORDER BY f.due_on, f.number"
    )
    with planned_whole() as cursor:
        cursor.execute(
            sql, {**parameters(firm, policies, day), **cost_parameters(firm), "named": list(invoice_ids or ())}
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _impute(firm: Firm, rows: Sequence[dict[str, Any]], terms: Sequence[Terms], day: date) -> None:
    """Where payments go to the interest first, part of what was paid is owed again: it is shown with the interest."""
    first = {n for n, one in enumerate(terms) if one.interest_first}
    paid = {row["invoice_id"]: row for row in rows if row["terms"] in first and row["was_moved"]}
    if not paid:
        return
    invoices = Invoice.objects.filter(firm=firm, id__in=list(paid)).select_related("party")
    for invoice_id, claim in claims_on(firm, list(invoices), day).items():
        row = paid[invoice_id]
        if row["interest"] is not None:
            row["interest"] = claim.interest + claim.principal - row["claimed"] - row["doubtful"]


_PREPARE = """
, chosen AS MATERIALIZED (
  SELECT c.tag, c.due_on, c.last_level, s.level, s.channel, s.is_automatic
  FROM (SELECT DISTINCT tag, due_on, last_level FROM sendable) c
  CROSS JOIN LATERAL (
    SELECT s.level, s.channel, s.is_automatic FROM steps s
    WHERE s.tag = c.tag AND s.level > c.last_level AND c.last_level >= s.after_level
      AND c.due_on + s.days <= %(day)s AND (s.days > 0 OR %(day)s <= c.due_on)
    ORDER BY s.level DESC LIMIT 1) s
), fresh AS (
  INSERT INTO recovery_reminder (id, firm_id, invoice_id, party_id, level, channel, is_automatic, prepared_on, state,
                                 days_late, open_amount, interest, indemnity, why_dropped)
  SELECT {new_id}, %(firm)s, f.invoice_id, f.party_id, c.level, c.channel, c.is_automatic, %(day)s, 'prepared',
         greatest(%(day)s - f.due_on, 0), f.claimed - f.promised, {interest}, {indemnity}, ''
  FROM sendable f JOIN chosen c ON c.tag = f.tag AND c.due_on = f.due_on AND c.last_level = f.last_level {costed}
  ON CONFLICT (firm_id, invoice_id, level) DO NOTHING
  RETURNING invoice_id, level
), gone AS (
  DELETE FROM recovery_reminder r USING fresh
  WHERE r.firm_id = %(firm)s AND r.invoice_id = fresh.invoice_id AND r.level < fresh.level AND r.state = 'prepared'
)
SELECT count(*) FROM fresh
"""


@transaction.atomic
def prepare_reminders(firm: Firm, today: date) -> int:
    """Each reminder due today waits to be approved, once per invoice and level; how many are new.

    One statement, whatever their number. What still waits at a lower level gives way. ``today`` is the firm's day.
    """
    policies, terms = policies_of(firm), terms_of(firm)
    if not _any_may_be_due(firm, policies, today):
        return 0
    sql = (
        f"WITH {facts_sql(policies, is_now=True)}, {_steps_sql(policies)}, {costs_sql(firm, terms)},"
        " sendable AS NOT MATERIALIZED ("
        " SELECT f.* FROM owed f JOIN gaps g ON g.tag = f.tag WHERE NOT f.is_insolvent AND f.claimed > f.promised"
        " AND NOT f.is_held AND NOT f.is_in_credit AND (f.last_on IS NULL OR f.last_on + g.days <= %(day)s))"
        + _PREPARE.format(new_id=UUID7_IN_SQL, interest=INTEREST, indemnity=INDEMNITY, costed=COSTED)
    )
    with planned_whole() as cursor:
        cursor.execute(sql, {**parameters(firm, policies, today), **cost_parameters(firm), "stamp": stamp()})
        fresh = int(cursor.fetchone()[0])
    if fresh >= MANY:
        refresh_statistics(["recovery_reminder"])
    if fresh and any(one.interest_first for one in terms):
        _impute_prepared(firm, today)
    return fresh


_MAY_BE_DUE = """
SELECT EXISTS (
  SELECT FROM invoices_invoice i
  WHERE i.firm_id = %(firm)s AND i.open_net + i.open_tax > 0 AND i.due_on <= %(reached)s AND NOT EXISTS (
    SELECT FROM recovery_reminder r WHERE r.firm_id = %(firm)s AND r.invoice_id = i.id
      AND (r.level >= %(last)s OR coalesce(r.sent_on, r.prepared_on) > %(quiet)s)))
"""


def _any_may_be_due(firm: Firm, policies: Sequence[Policy], today: date) -> bool:
    """A quick look before the long one: most nights every late invoice was reminded lately, or to the end."""
    steps = [step for policy in policies for step in policy.steps]
    if not steps:
        return False
    quiet = today - timedelta(days=min(policy.gap_days for policy in policies))
    reached = today - timedelta(days=min(step.days for step in steps))
    last = max(step.level for step in steps)
    with planned_whole() as cursor:
        cursor.execute(_MAY_BE_DUE, {"firm": firm.id, "reached": reached, "last": last, "quiet": quiet})
        return bool(cursor.fetchone()[0])


def _impute_prepared(firm: Firm, today: date) -> None:
    rows = Reminder.objects.filter(firm=firm, prepared_on=today, state="prepared", level__gt=0)
    figures = {item.invoice_id: item.interest for item in planned(firm, today, [row.invoice_id for row in rows])}
    for row in rows:
        row.interest = figures.get(row.invoice_id, row.interest)
    Reminder.objects.bulk_update(rows, ["interest"], batch_size=1000)


def _steps_sql(policies: Sequence[Policy]) -> str:
    """``steps``, with the level that must have been taken before a formal notice, and ``gaps``."""
    steps, gaps = [], []
    for policy in policies:
        gaps.append((policy.tag, policy.gap_days))
        for step in policy.steps:
            softer = softer_steps(policy, step)
            after = softer[0].level if softer else -1
            steps.append((policy.tag, step.level, step.days, step.channel, step.is_automatic, after))
    return (
        f"steps(tag, level, days, channel, is_automatic, after_level) AS ({values(steps)}),"
        f" gaps(tag, days) AS ({values(gaps)})"
    )
