"""What is open near a few lines: enough to propose for them what the whole ledger would, without reading all of it.

A line finds an invoice by its number, by its amount, by the account or the name of who pays; and then whatever else
those parties owe. The rest of the ledger says nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from comptant.ground.firms.models import Firm
from comptant.journey.payments.match import LineProposals, payers_of, propose
from comptant.journey.payments.models import BankLine
from comptant.journey.payments.rules.ledger import RUN, Ledger, OpenInvoice, joined, ledger
from comptant.journey.payments.rules.names import known_name
from comptant.journey.payments.rules.statements import plain
from comptant.journey.prospects.search import FIRST

MOST_AT_ONCE = 40
"""Lines for which this is worth it; more are better served by the whole ledger."""
MOST_OF_AN_AMOUNT = 2_000
"""Invoices of the amounts that came in that are looked at."""
MOST_NAMESAKES = 20
MOST_OF_A_WORD = 200
"""Parties whose name begins with one word that are looked at."""
SHORTEST = 3
WORDS_OF_A_NUMBER = 4

_NEAR = """
SELECT o.id, o.number, o.party_id, o.open_net + o.open_tax, o.net + o.tax, o.issued_on, o.due_on, o.currency, t.name
FROM invoices_invoice o JOIN parties_party t ON t.firm_id = o.firm_id AND t.id = o.party_id
WHERE o.firm_id = %(firm)s AND (o.open_net > 0 OR o.open_tax > 0) AND o.kind <> 'credit_note' AND o.party_id = ANY(
  %(parties)s::uuid[] || ARRAY(
    SELECT party FROM payments_near(%(words)s::text[], %(runs)s::text[], %(amounts)s::numeric[], %(most)s)))
"""


def propose_near(firm: Firm, lines: Sequence[BankLine]) -> list[LineProposals]:
    """What each of a few lines may pay, as ``propose`` says it; reads what is near them alone. Four queries at most."""
    return propose(firm, lines, ledger_near(firm, lines[:MOST_AT_ONCE]))


def ledger_near(firm: Firm, lines: Sequence[BankLine]) -> Ledger:
    """The part of the ledger that the lines may meet."""
    payers = payers_of(firm, lines)
    parties = {party for of_account in payers.values() for party in of_account} | set(_namesakes(lines))
    words, runs = _said(lines)
    asked: dict[str, Any] = {
        "firm": firm.id, "parties": list(parties), "words": words, "runs": runs, "most": MOST_OF_AN_AMOUNT,
        "amounts": sorted({line.amount for line in lines}),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, asked)
        rows = cursor.fetchall()
    return ledger([OpenInvoice(*row[:8]) for row in rows], {row[2]: row[8] for row in rows}, payers)


def _said(lines: Iterable[BankLine]) -> tuple[list[str], list[str]]:
    """Everything in the lines that may be a number of an invoice, joined; and their runs of digits."""
    words: set[str] = set()
    runs: set[str] = set()
    for line in lines:
        said = plain(f"{line.label} {line.end_to_end} {line.reference}").split()
        words |= set(_groups(said)) | ({joined(line.said_number)} if line.said_number else set())
        runs |= {run for word in said for run in RUN.findall(word) if len(run) >= 4}
    return sorted(words), sorted(runs)


def _groups(words: Sequence[str]) -> Iterator[str]:
    for size in range(1, WORDS_OF_A_NUMBER + 1):
        for start in range(len(words) - size + 1):
            yield "".join(words[start : start + size])
    for start, word in enumerate(words):
        if word.startswith("RF"):
            for end in range(start + 1, min(start + 8, len(words)) + 1):
                yield "".join(words[start:end])[4:]


def _namesakes(lines: Iterable[BankLine]) -> list[UUID]:
    """Parties whose name holds that of a payer, or begins with a word of a wording; the rules then say who it is."""
    names = {said for line in lines if len(said := known_name(line.payer)) >= SHORTEST}
    words = {
        word
        for line in lines
        if not line.payer
        for word in known_name(line.label).split()
        if len(word) >= SHORTEST and word.isalpha()
    }
    if not names and not words:
        return []
    asked = sorted(names)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT found.id FROM unnest(%(names)s::text[], %(patterns)s::text[]) AS said(name, pattern)"
            " CROSS JOIN LATERAL (SELECT id FROM prospects_beginning(said.name, '', %(first)s, %(most)s)"
            "  UNION ALL SELECT id FROM prospects_holding(said.name, said.pattern, %(first)s, %(most)s)) AS found"
            " UNION SELECT found.id FROM unnest(%(words)s::text[]) AS said(word)"
            " CROSS JOIN LATERAL prospects_beginning(said.word, '', %(first)s, %(many)s) AS found",
            {
                "names": asked, "patterns": _patterns(asked), "first": FIRST, "most": MOST_NAMESAKES,
                "words": sorted(words), "many": MOST_OF_A_WORD,
            },
        )  # fmt: skip
        return [row[0] for row in cursor.fetchall()]


def _patterns(names: Iterable[str]) -> list[str]:
    r"""What finds a name whatever its accents, and what stands between its words.

    >>> _patterns(["BOREAL NORD"])
    ['b[oôöóòõ]r[eéèêë][aàâäáãå]l[^a-z0-9]+[nñ][oôöóòõ]rd']
    """
    return ["".join(_FOLDED.get(letter, letter) for letter in name.lower()) for name in names]


_FOLDED: Mapping[str, Any] = {
    "a": "[aàâäáãå]", "c": "[cç]", "e": "[eéèêë]", "i": "[iîïíì]", "n": "[nñ]", "o": "[oôöóòõ]", "u": "[uûüùú]",
    "y": "[yÿý]", " ": "[^a-z0-9]+",
}  # fmt: skip
