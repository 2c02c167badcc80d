"""The letters that members are written: their actions each working morning, all their firms on Mondays.

Once a day, or a week, and member: a key in the outbox says so, however often this runs.
"""

from __future__ import annotations

from datetime import datetime, time

from django.core.cache import cache
from django.db.models import Count

from comptant.doors.web.today import letters
from comptant.doors.web.today.acts_of import day_of
from comptant.doors.web.today.firms_page import firm_days
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm, Member, MembershipKey, Role, User
from comptant.ground.firms.queries import OPERATOR, open_firms, user_hash
from comptant.ground.mail.actions import put
from comptant.ground.mail.models import Message
from comptant.ground.money.workdays import is_working_day

MORNING = time(7, 45)
"""Letters are written from then on, by the firm's clock on the wall."""
A_DAY = 86_400


def write_digests(firm: Firm, now: datetime) -> int:
    """Each member who wants it is written their actions of the day; how many were. Within the firm's scope.

    On working days, once it is morning there, and only to who has something to do. A demonstration writes nothing.
    """
    today = firm.day(now)
    if firm.is_demo or not _is_morning(firm, now) or not is_working_day(today, firm.country):
        return 0
    wanting = Member.objects.filter(firm=firm, wants_digest=True, is_active=True, user_id__isnull=False)
    members = {f"digest:{member.id}:{today}": member for member in wanting}
    written = set(Message.objects.filter(firm=firm, key__in=list(members)).values_list("key", flat=True))
    users = User.objects.in_bulk([member.user_id for member in members.values()]) if members else {}
    count = 0
    for key, member in members.items():
        user = users.get(member.user_id)
        day = day_of(member, firm, today) if user and key not in written else None
        if user and day and day.acts:
            letter = letters.digest(day, firm, today, _language(user, firm))
            _put(firm, user, letter, kind="digest", key=key, now=now)
            count += 1
    return count


def write_mondays(now: datetime) -> int:
    """On Mondays each person who serves several firms is written one letter for all; how many were.

    It waits in the outbox of the firm they own, else of the one they have served for longest. Not within a scope.
    """
    if now.weekday() not in (0, 6, 1):  # nowhere on earth is it Monday
        return 0
    keys = MembershipKey.objects.filter(is_demo=False).exclude(user_hash=OPERATOR)
    several = {
        bytes(key)
        for key in keys.values("user_hash").annotate(n=Count("id")).filter(n__gte=2).values_list("user_hash", flat=True)
    }
    if not several:
        return 0
    people = User.objects.filter(is_active=True, wants_monday=True).iterator()
    return sum(_write_monday(user, now) for user in people if user_hash(user) in several)


def _write_monday(user: User, now: datetime) -> int:
    """One letter, unless it is not Monday morning where they are, or they have it already."""
    done = f"monday:{user.pk}:{now.date()}"
    if cache.get(done):
        return 0
    members = [member for member in open_firms(user_hash(user)) if not member.firm.is_demo]
    if len(members) < 2:
        return 0
    home = next((member.firm for member in members if member.role == Role.OWNER), members[0].firm)
    today = home.day(now)
    if today.weekday() or not _is_morning(home, now):
        return 0
    key = f"monday:{user.pk}:{today}"
    with firm_scope(home.id):
        is_written = Message.objects.filter(firm=home, key=key).exists()
    if not is_written:
        letter = letters.monday(firm_days(members, now), today, _language(user, home))
        with firm_scope(home.id):
            _put(home, user, letter, kind="monday", key=key, now=now)
    cache.set(done, True, A_DAY)
    return int(not is_written)


def _is_morning(firm: Firm, now: datetime) -> bool:
    return now.astimezone(firm.tz).time() >= MORNING


def _language(user: User, firm: Firm) -> str:
    """The person's, else the firm's; French as it is written at the firm's place."""
    if user.language:
        return user.language
    return "fr-ca" if firm.language == "fr" and firm.country == "CA" else firm.language


def _put(firm: Firm, user: User, letter: letters.Letter, *, kind: str, key: str, now: datetime) -> None:
    put(
        firm, to=user.email, to_name=user.name, subject=letter.subject, text=letter.text, html=letter.html, kind=kind,
        key=key, at=now,
    )  # fmt: skip
