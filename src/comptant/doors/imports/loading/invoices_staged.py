"""What only the whole file of invoices shows: rows taken with the deal that holds them, and those that cannot be."""

from __future__ import annotations

from typing import Any

from django.db import connection

from comptant.doors.imports.loading.context import Loading
from comptant.doors.imports.refusals import RowError

_COLUMNS = (
    "ALTER TABLE staged ADD number text, ADD is_note boolean, ADD party_ref text, ADD deal_ref text,"
    " ADD corrects text, ADD is_held boolean DEFAULT false"
)
_READ = (
    "UPDATE staged SET number = row::jsonb ->> 1, is_note = row::jsonb ->> 2 = 'credit_note',"
    " party_ref = row::jsonb ->> 3, deal_ref = row::jsonb ->> 4, corrects = row::jsonb ->> 11"
)
_SAID_TWICE = """
    SELECT s.line, s.number, f.first FROM staged s
    JOIN (SELECT number, min(line) AS first FROM staged GROUP BY 1 HAVING count(*) > 1) f USING (number)
    WHERE s.line > f.first ORDER BY 1
"""
_WITH_ITS_HOLDER = """
    UPDATE staged s SET grp = d.ref, is_held = true
    FROM invoices_invoice i JOIN deals_deal d ON d.firm_id = i.firm_id AND d.id = i.deal_id
    WHERE i.firm_id = %s AND i.number = s.number
"""
_WITHOUT_PARTY = """
    SELECT s.line, '' FROM staged s
    WHERE s.party_ref = '' AND NOT s.is_held AND NOT EXISTS (
        SELECT FROM deals_deal d WHERE d.firm_id = %s AND d.ref = s.deal_ref AND NOT d.is_mentioned)
    ORDER BY 1
"""
_WITH_INVOICE_OF_FILE = """
    UPDATE staged s SET grp = c.grp FROM staged c WHERE s.grp = '' AND c.number = s.corrects AND NOT c.is_note
"""
_WITH_INVOICE_HELD = """
    UPDATE staged s SET grp = d.ref
    FROM invoices_invoice i JOIN deals_deal d ON d.firm_id = i.firm_id AND d.id = i.deal_id
    WHERE s.grp = '' AND i.firm_id = %s AND i.number = s.corrects AND i.kind <> 'credit_note'
"""
_OF_NO_INVOICE = """
    SELECT s.line, s.corrects FROM staged s
    WHERE s.is_note AND NOT s.is_held
      AND NOT EXISTS (SELECT FROM staged c WHERE c.number = s.corrects AND NOT c.is_note)
      AND NOT EXISTS (
        SELECT FROM invoices_invoice i WHERE i.firm_id = %s AND i.number = s.corrects AND i.kind <> 'credit_note')
    ORDER BY 1
"""
_OF_OTHER_DEAL = """
    SELECT s.line, s.deal_ref, coalesce(d.ref, c.grp) FROM staged s
    LEFT JOIN staged c ON c.number = s.corrects
    LEFT JOIN invoices_invoice i ON i.firm_id = %s AND i.number = s.corrects
    LEFT JOIN deals_deal d ON d.firm_id = i.firm_id AND d.id = i.deal_id
    WHERE s.is_note AND NOT s.is_held AND s.grp <> coalesce(d.ref, c.grp)
    ORDER BY 1
"""
_OF_UNKNOWN_DEAL = """
    SELECT s.deal_ref, min(s.line), count(*) FROM staged s
    WHERE s.deal_ref <> '' AND NOT s.is_held
      AND NOT EXISTS (SELECT FROM deals_deal d WHERE d.firm_id = %s AND d.ref = s.deal_ref)
    GROUP BY 1 ORDER BY 2
"""


def check_staged(loading: Loading) -> None:
    """Put each row with the deal it belongs to; refuse, and take out, the rows that cannot be.

    An invoice that exists stays with the deal that holds it, whatever its row says; a credit note that names no deal
    goes where its invoice is.
    """
    firm = [loading.firm.id]
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        cursor.execute(_READ)
        cursor.execute(_SAID_TWICE)
        for line, number, first in _laid_aside(cursor):
            loading.outcome.refuse(RowError(line, "number", number, "said_twice", {"first": first}))
        cursor.execute(_WITH_ITS_HOLDER, firm)
        cursor.execute(_WITHOUT_PARTY, firm)
        for line, party_ref in _laid_aside(cursor):
            loading.outcome.refuse(RowError(line, "party_ref", party_ref, "required", {}))
        cursor.execute(_OF_NO_INVOICE, firm)
        for line, number in _laid_aside(cursor):
            loading.outcome.refuse(RowError(line, "corrects", number, "no_such_invoice", {}))
        cursor.execute(_WITH_INVOICE_OF_FILE)
        cursor.execute(_WITH_INVOICE_HELD, firm)
        cursor.execute(_OF_OTHER_DEAL, firm)
        for line, ref, held in _laid_aside(cursor):
            loading.outcome.refuse(RowError(line, "deal_ref", ref, "credit_note_of_other_deal", {"held": held}))
        cursor.execute(_OF_UNKNOWN_DEAL, firm)
        for ref, line, times in cursor.fetchall():
            loading.outcome.notices.add("deal_not_known_yet", line, times, ref=ref)


def _laid_aside(cursor: Any) -> list[tuple[Any, ...]]:
    """The rows just found, each beginning with its line, taken out of those to load."""
    found: list[tuple[Any, ...]] = cursor.fetchall()
    if found:
        cursor.execute("DELETE FROM staged WHERE line = ANY(%s)", [[line for line, *_ in found]])
    return found
