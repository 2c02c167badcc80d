"""Reads of the room: a firm's policies and terms, and what may be claimed of an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from comptant.ground.firms.models import Firm
from comptant.ground.money.amounts import quantum
from comptant.ground.parties.models import PartyKind
from comptant.journey.invoices.models import Invoice
from comptant.journey.recovery.models import Dispute, Insolvency, PenaltyTerms, Promise, Reminder, ReminderState
from comptant.journey.recovery.models import Policy as PolicyRow
from comptant.journey.recovery.rules.dunning import STANDARD, Policy, Step
from comptant.journey.recovery.rules.interest import Claim, Movement, claim
from comptant.journey.recovery.rules.prescription import Prescription, prescription
from comptant.journey.recovery.rules.rates import FREE, Stretch, bears_interest, indemnity_of, stretches_of

NOTHING = Decimal("0.00")

OWED = ["invoiced", "overdue", "disputed", "doubtful"]
"""The accounts of what a client still owes."""

IS_MOVEMENT = """(p.source = ANY(%(owed)s)) <> (p.target = ANY(%(owed)s))
  AND NOT (p.source = 'billable' AND NOT p.is_correction) AND NOT (p.target = 'billable' AND p.is_correction)"""
"""A posting ``p`` that lowers or raises a debt after it was claimed: paid, credited, given up, or any of it undone."""


def policies_of(firm: Firm) -> list[Policy]:
    """The firm's policies by tag, the one for everybody first; the standard one for everybody when it has none."""
    rows = PolicyRow.objects.filter(firm=firm).order_by("tag").prefetch_related("steps")
    found = [
        Policy(
            row.name,
            row.tag,
            tuple(
                Step(step.level, step.days, step.channel, step.is_automatic)
                for step in sorted(row.steps.all(), key=lambda one: one.level)
            ),
            row.gap_days,
        )
        for row in rows
    ]
    return found if found and not found[0].tag else [STANDARD, *found]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is owed for paying late an invoice issued from ``from_on`` to ``until_on``, the latter not included."""

    from_on: date
    until_on: date | None
    stretches: tuple[Stretch, ...]
    interest_first: bool


def terms_of(firm: Firm) -> list[Terms]:
    """The firm's terms of late payment, in the order of their days, from the first day ever; one at least."""
    rows = list(PenaltyTerms.objects.filter(firm=firm).order_by("from_on"))
    starts = [date.min, *(row.from_on for row in rows)]
    said: list[tuple[Decimal | None, bool]] = [(None, False)]
    said += [(row.rate, row.imputation == "interest") for row in rows]
    return [
        Terms(start, end, stretches_of(firm.country, rate), interest_first)
        for start, end, (rate, interest_first) in zip(starts, [*starts[1:], None], said, strict=True)
    ]


def terms_on(terms: Sequence[Terms], issued_on: date) -> Terms:
    """The terms under which an invoice of that day was issued."""
    return next(one for one in reversed(terms) if one.from_on <= issued_on)


_MOVEMENTS = f"""
SELECT p.document, p.occurred_on, p.source, p.target, p.net + p.tax FROM journal_posting p
WHERE p.firm_id = %(firm)s AND p.deal_id = ANY(%(deals)s) AND p.document = ANY(%(documents)s)
  AND p.occurred_on <= %(until)s AND {IS_MOVEMENT}
ORDER BY p.occurred_on, p.id
"""


def movements_of(firm: Firm, invoices: Sequence[Invoice], until: date) -> dict[UUID, list[Movement]]:
    """What was received and credited of each invoice by the end of a day, in order; payments sent back are negative."""
    found: dict[UUID, list[Movement]] = {invoice.id: [] for invoice in invoices}
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVEMENTS,
            {
                "firm": firm.id, "deals": [one.deal_id for one in invoices], "documents": list(found),
                "until": until, "owed": OWED,
            },
        )  # fmt: skip
        for document, day, source, target, amount in cursor.fetchall():
            is_back = target in OWED
            other = source if is_back else target
            found[document].append(Movement(day, -amount if is_back else amount, other != "cashed"))
    return found


def claims_on(firm: Firm, invoices: Sequence[Invoice], until: date) -> dict[UUID, Claim]:
    """What may be claimed of each invoice at the end of a day: principal, interest, indemnity. Four queries.

    What is contested at that moment is left out: no penalty is claimed on it. Interest stops at the judgment that
    opened proceedings against the debtor. Raises Refusal rate_unknown when a rate is missing.
    """
    terms, moved, contested = terms_of(firm), movements_of(firm, invoices, until), contested_on(firm, invoices, until)
    return {
        one.id: _claim_of(firm, one, until, terms_on(terms, one.issued_on), moved[one.id], contested.get(one.id))
        for one in invoices
    }


def claim_on(invoice: Invoice, until: date) -> Claim:
    """What may be claimed of one invoice at the end of a day."""
    return claims_on(invoice.firm, [invoice], until)[invoice.id]


def _claim_of(
    firm: Firm, invoice: Invoice, until: date, terms: Terms, moved: Sequence[Movement], contested: Decimal | None
) -> Claim:
    party, gross = invoice.party, invoice.net + invoice.tax - (contested or NOTHING)
    is_company = party.kind == PartyKind.COMPANY
    judged_on = party.insolvent_on
    return claim(
        gross, invoice.due_on, until, terms.stretches if bears_interest(firm.country, is_company) else FREE,
        movements=moved, interest_first=terms.interest_first,
        stops_on=judged_on if judged_on and invoice.issued_on <= judged_on else None,
        indemnity=indemnity_of(firm.country, invoice.currency, is_company) if gross else NOTHING,
        quantum=quantum(invoice.currency),
    )  # fmt: skip


_CONTESTED = """
SELECT s.document, sum(s.amount) FROM (
  SELECT document, net + tax AS amount FROM journal_posting WHERE firm_id = %(firm)s AND deal_id = ANY(%(deals)s)
    AND document = ANY(%(documents)s) AND occurred_on <= %(until)s AND target = 'disputed'
  UNION ALL
  SELECT document, -(net + tax) FROM journal_posting WHERE firm_id = %(firm)s AND deal_id = ANY(%(deals)s)
    AND document = ANY(%(documents)s) AND occurred_on <= %(until)s AND source = 'disputed'
) s GROUP BY 1 HAVING sum(s.amount) > 0
"""


def contested_on(firm: Firm, invoices: Sequence[Invoice], until: date) -> dict[UUID, Decimal]:
    """What is contested of each invoice at the end of a day, tax included; nothing for those of which nothing is."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CONTESTED,
            {
                "firm": firm.id, "deals": [one.deal_id for one in invoices],
                "documents": [one.id for one in invoices], "until": until,
            },
        )  # fmt: skip
        return dict(cursor.fetchall())


def prescription_of(invoice: Invoice, completed_on: date | None = None) -> Prescription | None:
    """When the debt prescribes, counted anew from the last promise of the debtor.

    ``completed_on``: the end of the work; without it the day of issue, at which it was surely done.
    """
    acknowledged = Promise.objects.filter(firm=invoice.firm, invoice=invoice).values_list("said_on", flat=True)
    return prescription(
        completed_on or invoice.issued_on,
        invoice.due_on,
        country=invoice.firm.country,
        is_company=invoice.party.kind == PartyKind.COMPANY,
        acknowledged_on=list(acknowledged),
    )


def open_disputes(firm: Firm) -> QuerySet[Dispute]:
    """The disputes not settled, those whose answer is due first."""
    return (
        Dispute.objects.filter(firm=firm, settled_on=None)
        .select_related("invoice", "invoice__party", "owner")
        .order_by("answer_by", "id")
    )


def claims_to_file(firm: Firm, today: date) -> QuerySet[Insolvency]:
    """Insolvencies whose claim is not filed and may still be, the nearest deadline first."""
    return (
        Insolvency.objects.filter(firm=firm, claimed_on=None)
        .filter(Q(relief_on=None) | Q(relief_on__gte=today))
        .select_related("party")
        .order_by("deadline_on", "id")
    )


def prepared_reminders(firm: Firm) -> QuerySet[Reminder]:
    """What waits for somebody's approval, by party; what was paid meanwhile waits for nothing."""
    return (
        Reminder.objects.filter(firm=firm, state=ReminderState.PREPARED)
        .filter(Q(invoice__open_net__gt=0) | Q(invoice__open_tax__gt=0))
        .select_related("invoice", "party")
        .order_by("party__name", "party_id", "invoice__due_on", "invoice__number")
    )
