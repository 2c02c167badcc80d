"""Which firm a command is about, brought up to today before it answers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from comptant.doors.cli.misuse import MISUSE, misuse
from comptant.doors.nightly import catch_up
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm
from comptant.ground.firms.queries import OPERATOR, Membership, find_membership, get_firm, memberships_of
from comptant.ground.refusals import Refusal

__all__ = ["MISUSE", "brought_up_to_date", "chosen_firm", "misuse", "opened", "ready", "today_of", "warn_ahead"]


def chosen_firm(options: argparse.Namespace) -> Membership:
    """The firm named by ``--firm``; else the only one that is not the demonstration, else the demonstration.

    Ends the command as misused when no firm bears that name or when several could be meant. Raises Refusal
    no_firm_yet when there is none.
    """
    if options.firm:
        return find_membership(OPERATOR, options.firm) or misuse(_no_such(options.firm))
    known = memberships_of(OPERATOR)
    ours = [membership for membership in known if not membership.is_demo] or known
    if not ours:
        raise Refusal("no_firm_yet")
    if len(ours) > 1:
        names = ", ".join(sorted(opened(membership).ref for membership in ours))
        misuse(_("Several firms are here: name one of {names} with --firm.").format(names=names))
    return ours[0]


def _no_such(ref: str) -> str:
    names = ", ".join(sorted(opened(membership).ref for membership in memberships_of(OPERATOR)))
    if not names:
        return str(_("No firm is called {ref}: there is none here yet.").format(ref=ref))
    return str(_("No firm is called {ref}; there are: {names}.").format(ref=ref, names=names))


def opened(membership: Membership) -> Firm:
    """The firm of a membership."""
    with firm_scope(membership.firm_id):
        return get_firm(membership.firm_id)


def today_of(firm: Firm) -> date:
    """The firm's day now; a demonstration's never passes its fixed today."""
    return firm.today(datetime.now(UTC))


def warn_ahead(firm: Firm, day: date) -> None:
    """Say on standard error that a day asked about has not come yet: the answer is what is known today."""
    today = today_of(firm)
    if day > today:
        sentence = _("{day} has not come yet (today is {today}): the answer holds what is known so far.")
        print(f"comptant: {sentence.format(day=day, today=today)}", file=sys.stderr)


def brought_up_to_date(firm: Firm) -> None:
    """Afterwards the clock has concluded upon every day up to today; what takes long is told on standard error."""

    def told(reached: date, crossings: int) -> None:
        print(_("Clock: {day}, {crossings} crossings").format(day=reached, crossings=crossings), file=sys.stderr)

    before = firm.clock_on
    is_far = before is not None and (today_of(firm) - before).days > 62
    catch_up(firm, today_of(firm), told if is_far else None)


@contextmanager
def ready(options: argparse.Namespace) -> Iterator[Firm]:
    """The chosen firm, its clock caught up to today, its scope open."""
    firm = opened(chosen_firm(options))
    brought_up_to_date(firm)
    with firm_scope(firm.id):
        yield firm
