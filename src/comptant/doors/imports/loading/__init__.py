"""From checked rows to acts: the half of the import that writes.

``load`` is the one entrance. One transaction: a file loads whole or not at all. Rows wait in a temporary table, so
that memory stays flat; deals are settled in chunks, interleaved with the clock up to today.
"""

from comptant.doors.imports.loading.load import load
from comptant.doors.imports.loading.outcome import Outcome

__all__ = ["Outcome", "load"]
