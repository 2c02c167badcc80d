"""What time alone does, in every room, up to a day: the order of rooms is this door's business, the rules are theirs.

Runs twice without harm, catches up over any gap, month by month, since thresholds change on the first. Each
stretch is a transaction of its own: interrupted, it goes on from where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from comptant.doors.api import calls
from comptant.doors.mornings import write_digests, write_mondays
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm
from comptant.ground.firms.queries import OPERATOR, get_firm, memberships_of
from comptant.ground.journal.rollup import roll_all
from comptant.ground.mail.links import forget_expired
from comptant.ground.mail.sending import send_waiting
from comptant.ground.web.gestures import forget_forms
from comptant.ground.web.limits import forget_knocks
from comptant.journey.invoices import clock as invoices
from comptant.journey.offers import clock as offers
from comptant.journey.pipeline import clock as pipeline
from comptant.journey.pipeline.thresholds import record_thresholds
from comptant.journey.recovery.dunning import prepare_reminders
from comptant.journey.recovery.sending import send_automatic

Progress = Callable[[date, int], None]
"""Told the day reached and how many crossings were posted."""


def catch_up(firm: Firm, until: date, progress: Progress | None = None) -> int:
    """Post every crossing up to and including ``until``, and empty the journal's tail; how many were posted.

    A demonstration's clock never passes its fixed today. Must not run inside a firm's scope.
    """
    until = min(until, firm.fixed_today) if firm.fixed_today else until
    posted = 0
    for end in stretches(firm.clock_on or until, until):
        with firm_scope(firm.id):
            posted += advance(firm, end)
        if progress:
            progress(end, posted)
    with firm_scope(firm.id):
        roll_all(firm)
    return posted


def stretches(after: date, until: date) -> list[date]:
    """The last days of each stretch to run: thresholds are recorded between them; at least one, ending ``until``.

    >>> stretches(date(2026, 1, 20), date(2026, 3, 2))
    [datetime.date(2026, 1, 31), datetime.date(2026, 2, 28), datetime.date(2026, 3, 2)]
    >>> stretches(date(2026, 3, 2), date(2026, 3, 2))
    [datetime.date(2026, 3, 2)]
    """
    ends = [start - timedelta(days=1) for start in pipeline.month_starts(after, until)]
    return [*(end for end in ends if end > after), max(after, until)]


def advance(firm: Firm, until: date) -> int:
    """One stretch, within the firm's scope: record thresholds of a month that begins, then cross every limit."""
    locked = Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)
    firm.clock_on, firm.thresholds_on = locked.clock_on, locked.thresholds_on
    before = firm.clock_on or until
    firm.clock_on = max(before, until)
    for month in pipeline.month_starts(before, until):
        if record_thresholds(firm, month):
            pipeline.redate(firm, pipeline.changed_thresholds(firm, month))
    Firm.objects.filter(pk=firm.pk).update(clock_on=firm.clock_on, thresholds_on=firm.thresholds_on)
    return sum(room.cross(firm, firm.clock_on) for room in (pipeline, offers, invoices))


def run_all(now: datetime | None = None) -> int:
    """Catch up every firm of this installation, one after the other; how many crossings were posted."""
    now, posted = now or datetime.now(UTC), 0
    for membership in memberships_of(OPERATOR):
        with firm_scope(membership.firm_id):
            firm = get_firm(membership.firm_id)
        posted += catch_up(firm, firm.today(now))
        remind(firm, firm.today(now), now)
        with firm_scope(firm.id):
            calls.forget(firm, now)
            forget_forms(firm, now)
            write_digests(firm, now)
    write_mondays(now)
    forget_expired(now)
    forget_knocks(now)
    return posted


def remind(firm: Firm, today: date, now: datetime) -> tuple[int, int]:
    """Prepare the reminders due, after the clock; those that the policy sends by itself go into the outbox.

    How many were prepared, how many letters made. A demonstration's are prepared and never sent.
    """
    with firm_scope(firm.id):
        prepared = prepare_reminders(firm, today)
    return prepared, 0 if firm.is_demo else send_automatic(firm, at=now)


def send_all(now: datetime | None = None) -> int:
    """Hand the mail server what waits in every firm; how many letters left. Raises Unable when it takes none."""
    now, left = now or datetime.now(UTC), 0
    for membership in memberships_of(OPERATOR):
        with firm_scope(membership.firm_id):
            firm = get_firm(membership.firm_id)
        left += send_waiting(firm, now=now)
    return left
