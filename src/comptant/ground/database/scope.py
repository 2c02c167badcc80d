"""One transaction, one firm (R12): opens it and tells PostgreSQL whose rows may be seen (R15)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_current: ContextVar[int | None] = ContextVar("comptant_firm", default=None)


def current_firm_id() -> int | None:
    """The firm of the transaction under way, or None outside any."""
    return _current.get()


@contextmanager
def firm_scope(firm_id: int) -> Iterator[None]:
    """A transaction in which the rows of one firm, and no other, exist.

    A scope inside a scope is a savepoint and must be of the same firm. Within a transaction begun elsewhere, the
    wall is shut again at the end: SET LOCAL would last as long as that transaction.
    """
    outer = _current.get()
    is_guest = outer is None and connection.in_atomic_block
    if outer is not None and outer != firm_id:
        raise RuntimeError("one transaction serves one firm: close the first scope before opening another")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL app.firm = '{int(firm_id)}'")
        token = _current.set(firm_id)
        try:
            yield
        finally:
            _current.reset(token)
        if is_guest and not connection.needs_rollback:  # a rollback takes the SET back by itself
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL app.firm = ''")
