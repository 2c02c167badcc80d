"""Days and instants typed on a command line."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from comptant.ground.firms.models import Firm

ISO_DAY = len("2026-11-24")
FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)


def day(text: str) -> date:
    """A day as YYYY-MM-DD, for argparse.

    >>> day("2026-11-24")
    datetime.date(2026, 11, 24)
    """
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or len(text) != ISO_DAY or not FIRST <= found <= LAST:
        raise argparse.ArgumentTypeError(_("found {found}, expected a day such as 2026-11-24").format(found=repr(text)))
    return found


def moment(text: str) -> date | datetime:
    """A day or a timestamp, for argparse; ``instant`` says which instant of the firm's it is.

    >>> moment("2026-11-24T18:30")
    datetime.datetime(2026, 11, 24, 18, 30)
    """
    if len(text) <= ISO_DAY:
        return day(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not FIRST <= found.date() <= LAST:
        raise argparse.ArgumentTypeError(
            _("found {found}, expected a day such as 2026-11-24 or an instant such as 2026-11-24T18:30").format(
                found=repr(text)
            )
        )
    return found


def instant(firm: Firm, said: date | datetime | None) -> datetime | None:
    """The instant meant: a bare day counts whole, up to its end; a timestamp without a zone is in the firm's."""
    if said is None:
        return None
    if isinstance(said, datetime):
        return said if said.tzinfo else said.replace(tzinfo=firm.tz)
    return firm.midnight(said + timedelta(days=1)) - timedelta(microseconds=1)
