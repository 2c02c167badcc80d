"""The cast of every test. They act through the product's actions, so that test data is legal data.

Atelier Lune, where Ada owns, Bilal sells, Chloé keeps the books and Odile advises; and Zoé of Forge Nord, who must
never get in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from comptant.doors.nightly import catch_up
from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.actions import add_member, found_firm
from comptant.ground.firms.models import Firm, Member, Role, User
from comptant.ground.parties.models import Party
from comptant.journey.pipeline.actions import lay_stages, open_deal, say

MONDAY = date(2026, 3, 2)
"""The first day of the cast's firms: their clocks start there."""
PASSWORD = "a sale is a sale once paid"


@dataclass
class House:
    """A firm, its people by first name, and its clients by ref."""

    firm: Firm
    people: dict[str, Member]
    clients: dict[str, Party]

    @contextmanager
    def open(self) -> Iterator[House]:
        """Within it, the rows of this firm exist."""
        with firm_scope(self.firm.id):
            yield self

    def at(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        """An instant of a day, by the firm's own clock on the wall."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.firm.tz)

    def opens(self, ref: str, day: date, amount: str | None = None, **more: Any) -> Deal:
        """A deal is opened, by the firm's seller, with its first client, unless said otherwise."""
        party = more.pop("party", None) or next(iter(self.clients.values()))
        at, stage = more.pop("at", None) or self.at(day), more.pop("stage", "contacted")
        by = more.pop("by", None) or next(iter(self.people.values()))
        return open_deal(party, ref, more.pop("title", ref), stage=stage, at=at, by=by, amount=amount, **more)

    def says(self, deal: Deal, kind: str, day: date | datetime, **details: Any) -> UUID:
        """Someone states a fact on a deal."""
        at = day if isinstance(day, datetime) else self.at(day)
        return say(deal, kind, details, at=at, by=next(iter(self.people.values())))

    def sleeps_until(self, day: date) -> int:
        """The clock runs up to the end of a day; how many crossings it posted."""
        return catch_up(self.firm, day)


def found(name: str, people: dict[str, Role], today: date = MONDAY, **more: Any) -> House:
    """A firm with its stages, its people, each with a login, and two clients: one in France, one in Québec."""
    firm = found_firm(name, today=today, **more)
    with firm_scope(firm.id):
        lay_stages(firm)
        members = {who: add_member(firm, _login(who, firm), role) for who, role in people.items()}
        clients = {
            ref: Party.objects.create(firm=firm, ref=ref, name=called, country=country)
            for ref, called, country in (("mercure", "Mercure SARL", "FR"), ("boreal", "Boréal inc.", "CA"))
        }
    return House(firm, members, clients)


def atelier_lune(today: date = MONDAY, **more: Any) -> House:
    """Atelier Lune, in Paris, with its four people."""
    people = {"Ada": Role.OWNER, "Bilal": Role.SELLER, "Chloé": Role.ACCOUNTANT, "Odile": Role.MENTOR}
    return found("Atelier Lune", people, today, **more)


def forge_nord(today: date = MONDAY, **more: Any) -> House:
    """Forge Nord, whose Zoé must never get into another house."""
    return found("Forge Nord", {"Zoé": Role.OWNER}, today, **more)


def _login(who: str, firm: Firm) -> User:
    return User.objects.create_user(f"{who}@{firm.ref}.example".lower(), PASSWORD, name=who)
