"""Proves offers, agreements and milestones against the journal, and signatures against what was shown. Reads only.

Each check is a query that returns what is wrong: no row, no fault.
"""

from __future__ import annotations

from collections.abc import Iterator

from comptant.ground.firms.models import Firm
from comptant.ground.journal.doctor import Check, asked

_HELD = """
WITH held AS (
  SELECT a.kind, a.details, a.deal_id::text AS deal, a.occurred_on AS day, (a.details ->> 'net')::numeric AS net,
    (a.details ->> 'tax')::numeric AS tax
  FROM journal_act a
  WHERE a.firm_id = %(firm)s AND a.kind IN ('won', 'agreement_filed', 'extra_accepted', 'delivered') AND NOT EXISTS (
    SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.corrects_id = a.id)
)
"""

_TOLD = "count(*) AS acts, min(kind) AS kind, min(deal) AS deal, min(day) AS day, min(net) AS net, min(tax) AS tax"

FAULTS: dict[str, str] = {
    "milestones add up to their agreement": """
      SELECT g.id::text, concat(g.net, ' + ', g.tax, ' / ', sum(m.net), ' + ', sum(m.tax)) FROM offers_agreement g
      LEFT JOIN offers_milestone m ON m.firm_id = g.firm_id AND m.agreement_id = g.id
      WHERE g.firm_id = %(firm)s GROUP BY g.id, g.net, g.tax
      HAVING sum(m.net) IS DISTINCT FROM g.net OR sum(m.tax) IS DISTINCT FROM g.tax""",
    "each agreement is told by one act": _HELD
    + f"""
      , told AS (
        SELECT details ->> 'agreement' AS agreement, {_TOLD} FROM held
        WHERE kind <> 'delivered' AND details ->> 'agreement' <> '' GROUP BY 1
      )
      SELECT coalesce(g.id::text, t.agreement), concat(coalesce(t.acts, 0), ': ', t.kind, ' ', t.net, ' + ', t.tax)
      FROM (SELECT * FROM offers_agreement WHERE firm_id = %(firm)s) g FULL JOIN told t ON t.agreement = g.id::text
      WHERE g.id IS NULL OR t.acts IS DISTINCT FROM 1 OR t.deal <> g.deal_id::text OR t.day <> g.signed_on
        OR (t.kind = 'extra_accepted') <> (g.kind = 'extra') OR t.net <> g.net OR t.tax <> g.tax""",
    "milestones are told by one act once they are reached": _HELD
    + f"""
      , told AS (
        SELECT details ->> 'milestone' AS milestone, {_TOLD} FROM held
        WHERE kind = 'delivered' AND details ->> 'milestone' <> '' GROUP BY 1
      ), parts AS (
        SELECT m.*, g.deal_id::text AS deal FROM offers_milestone m
        JOIN offers_agreement g ON g.firm_id = m.firm_id AND g.id = m.agreement_id WHERE m.firm_id = %(firm)s
      )
      SELECT coalesce(m.id::text, t.milestone), concat(coalesce(t.acts, 0), ': ', t.day, ' ', t.net, ' + ', t.tax)
      FROM parts m FULL JOIN told t ON t.milestone = m.id::text
      WHERE CASE WHEN m.reached_on IS NULL THEN t.acts IS NOT NULL
        ELSE t.acts IS DISTINCT FROM 1 OR t.deal <> m.deal OR t.day <> m.reached_on
          OR t.net IS DISTINCT FROM m.net OR t.tax IS DISTINCT FROM m.tax END""",
    "accepted offers are signed, to the byte and to the cent": """
      SELECT o.number, concat('v', o.version, ' ', s.name) FROM offers_offer o
      LEFT JOIN offers_signature s ON s.firm_id = o.firm_id AND s.offer_id = o.id
      LEFT JOIN documents_document d ON d.firm_id = o.firm_id AND d.id = o.document_id
      LEFT JOIN offers_agreement g ON g.firm_id = o.firm_id AND g.offer_id = o.id
      WHERE o.firm_id = %(firm)s AND (o.accepted_at IS NOT NULL OR s.id IS NOT NULL) AND (
        s.accepted_at IS DISTINCT FROM o.accepted_at OR s.version <> o.version
        OR s.document_id IS DISTINCT FROM o.document_id OR s.document_sha256 IS DISTINCT FROM d.sha256
        OR g.document_id IS DISTINCT FROM o.document_id
        OR s.net IS DISTINCT FROM g.net OR s.tax IS DISTINCT FROM g.tax)""",
    "offers that were sent have their document, and end once": """
      SELECT o.number, concat('v', o.version) FROM offers_offer o
      WHERE o.firm_id = %(firm)s AND (
        (o.sent_at IS NOT NULL AND o.document_id IS NULL)
        OR num_nonnulls(o.accepted_at, o.declined_at, o.ended_at) > 1)""",
}


def checks(firm: Firm) -> Iterator[Check]:
    """Every check of offers, one after the other; a fault names up to three."""
    yield from asked(firm, FAULTS)
