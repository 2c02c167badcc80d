"""Rollups: additive sums that keep a report of any past date fast. The roller empties the tail in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import connection, transaction

from comptant.ground.database.ids import UUID7_IN_SQL, stamp, uuid7
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import Recorded
from comptant.ground.journal.differences import effective
from comptant.ground.journal.presence import Change, presence
from comptant.ground.journal.queries import deal_heads, recorded_acts
from comptant.ground.journal.tally import Tally
from comptant.ground.journal.writing import write_tally

BATCH = 2_000
"""Acts that one rolling takes from the tail."""


@transaction.atomic
def roll(firm: Firm) -> int:
    """Move one batch of the tail into the rollups; how many acts went. One roller a firm at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [firm.id])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "DELETE FROM journal_unrolled WHERE firm_id = %s AND id IN"
            " (SELECT id FROM journal_unrolled WHERE firm_id = %s LIMIT %s) RETURNING id",
            [firm.id, firm.id, BATCH],
        )
        ids = frozenset(row[0] for row in cursor.fetchall())
    if ids:
        write_tally(firm, tally_of(firm, ids))
    return len(ids)


def roll_acts(firm: Firm, acts: Sequence[UUID]) -> None:
    """Move those of the acts that are in the tail into the rollups, their deals being locked.

    Comings and goings do not add up act by act: whoever counts a deal anew must find all its acts counted.
    """
    if not acts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM journal_unrolled WHERE firm_id = %s AND id = ANY(%s) RETURNING id", [firm.id, list(acts)]
        )
        ids = frozenset(row[0] for row in cursor.fetchall())
    if ids:
        write_tally(firm, tally_of(firm, ids))


def roll_all(firm: Firm) -> None:
    """Empty the tail, and leave one sum where batches left several."""
    while roll(firm):
        pass
    merge_batches(firm)


_SUMS: Mapping[str, tuple[str, str]] = {
    "journal_flowrollup": ("occurred_on, currency, source, target, source_stage, target_stage", "net, tax"),
    "journal_presencerollup": ("occurred_on, currency, account", "deals"),
}
"""By table: what its sums are of, and the sums."""

_MERGE = """
WITH crowded AS (
  SELECT {keys} FROM {table} WHERE firm_id = %(firm)s GROUP BY {keys} HAVING count(*) > 1
), gone AS (
  DELETE FROM {table} r USING crowded c WHERE r.firm_id = %(firm)s AND {same} RETURNING r.*
)
INSERT INTO {table} (id, firm_id, batch, {keys}, {sums})
SELECT {new_id}, %(firm)s, %(batch)s, {keys}, {added} FROM gone GROUP BY {keys} HAVING ({added}) <> ({nothing})
"""


@transaction.atomic
def merge_batches(firm: Firm) -> None:
    """Add up what batches wrote of the same day: a report reads a few rows a day, however often the tail is emptied.

    Sums stay what they are at every instant: one statement takes the old rows away and writes the new one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [firm.id])
        if not cursor.fetchone()[0]:
            return
        for table, (keys, sums) in _SUMS.items():
            statement = _MERGE.format(
                table=table, keys=keys, sums=sums, new_id=UUID7_IN_SQL,
                same=" AND ".join(f"r.{key} = c.{key}" for key in keys.split(", ")),
                added=", ".join(f"sum({column})" for column in sums.split(", ")),
                nothing=", ".join("0" for _ in sums.split(", ")),
            )  # fmt: skip
            cursor.execute(statement, {"firm": firm.id, "batch": uuid7(), "stamp": stamp()})


def waiting(firm: Firm) -> frozenset[UUID]:
    """The acts of the tail: in no rollup yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM journal_unrolled WHERE firm_id = %s", [firm.id])
        return frozenset(row[0] for row in cursor.fetchall())


def tally_of(firm: Firm, chosen: frozenset[UUID]) -> Tally:
    """What the acts named add to the rollups.

    Sums come from the acts alone; presence from the story of their deals with them and without. An act that is
    neither named nor in the tail is in a rollup already: the tail is read after the stories, so that an
    act that arrives in between is in the tail and not taken for an old one.
    """
    sums = Tally()
    deals = _deals_of(firm, chosen)
    heads, stories = deal_heads(firm, deals), recorded_acts(firm, deals)
    later = waiting(firm) - chosen if deals else frozenset()
    for deal_id, story in stories.items():
        acts = [act for act in story if act.id not in later]
        currency = heads[deal_id].currency
        for act in acts:
            if act.id in chosen:
                _flows(firm, sums, currency, act)
        sums.presence(currency, _presence(firm, [act for act in acts if act.id not in chosen]), -1)
        sums.presence(currency, _presence(firm, acts))
    return sums


def _flows(firm: Firm, sums: Tally, currency: str, act: Recorded) -> None:
    for posting in act.postings:
        if act.corrects:
            sums.flow(firm.day(act.at), currency, posting.reversed(), -1)
        else:
            sums.flow(firm.day(act.at), currency, posting)


def _presence(firm: Firm, acts: Sequence[Recorded]) -> Iterable[Change]:
    return presence((firm.day(act.at), act.postings) for act in effective(acts))


def _deals_of(firm: Firm, ids: frozenset[UUID]) -> list[UUID]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT deal_id FROM journal_act WHERE firm_id = %s AND id = ANY(%s)", [firm.id, list(ids)]
        )
        return [row[0] for row in cursor.fetchall()]
