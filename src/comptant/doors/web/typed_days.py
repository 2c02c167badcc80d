"""Days that people type: within two centuries, as the API takes them. Others are slips; no table holds the first."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from comptant.doors.api.shapes.values import FIRST_DAY, LAST_DAY
from comptant.ground.web.sentences import sentence


def read_day(text: str) -> date:
    """The day that an ISO text says. Raises ValueError, also for a day no firm lives."""
    day = date.fromisoformat(text)
    if not is_lived(day):
        raise ValueError(text)
    return day


def is_lived(day: date) -> bool:
    """Whether a firm may live that day."""
    return FIRST_DAY <= day <= LAST_DAY


def must_be_lived(day: date) -> None:
    """Raises ValidationError for a day no firm lives: for the fields of forms."""
    if not is_lived(day):
        raise ValidationError(sentence("bad_day", {"day": day.isoformat()}))
