"""Where everything stands, as docs/json.md promises it."""

from __future__ import annotations

from pydantic import Field

from comptant.doors.api.shapes.values import Day, Given, Told, ToldDay, When


class AskedDay(Given):
    """The day asked about."""

    as_of: Day | None = Field(None, description="The end of this day; today's when it is not said.")
    known_at: When | None = Field(None, description="Leave out what was recorded later.")


class AskedPath(AskedDay):
    """And the period of the flows, both days included."""

    since: Day | None = None
    until: Day | None = None


class PathBalance(Told):
    """What stands in an account."""

    net: str
    tax: str
    deals: int
    stages: dict[str, str] | None = None


class Flow(Told):
    """What moved from one account to another."""

    from_: str = Field(alias="from")
    to: str
    net: str
    tax: str
    deals: int | None


class Path(Told):
    """The path of the euro in one currency."""

    as_of: ToldDay
    known_at: str | None
    currency: str
    balances: dict[str, PathBalance]
    flows: list[Flow]
    sum: str
