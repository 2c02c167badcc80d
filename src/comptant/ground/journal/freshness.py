"""Whether the journal of a firm has grown since one last looked."""

from __future__ import annotations

from comptant.ground.database.rows import prepared_cursor
from comptant.ground.firms.models import Firm

_VERSION = """
SELECT (SELECT id FROM journal_act WHERE firm_id = %(firm)s ORDER BY id DESC LIMIT 1),
       (SELECT id FROM journal_flowrollup WHERE firm_id = %(firm)s ORDER BY id DESC LIMIT 1),
       (SELECT count(*) FROM journal_unrolled WHERE firm_id = %(firm)s)
"""


def version(firm: Firm) -> str:
    """What changes whenever the firm's journal does: its last act, its last rollup, the length of its tail.

    Empty while there is no act. Ids are in time order, so each part is one step in an index.
    """
    with prepared_cursor() as cursor:
        cursor.execute(_VERSION, {"firm": firm.id})
        act, rollup, tail = cursor.fetchone()
    return f"{act}-{rollup}-{tail}" if act else ""
