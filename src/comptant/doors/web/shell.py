"""The shell of a page below ``/f/<ref>/``: places, firm, person, and the line of where every amount is."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import reverse

from comptant.doors.web.path_view import Stock
from comptant.doors.web.screen import Screen
from comptant.ground.web import words
from comptant.ground.web.navigation import LineEntry, Shell, links
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import BRINGING_IN, has_role


def shell(
    request: MemberRequest,
    here: str,
    stocks: Mapping[str, Stock] | None = None,
    about: Collection[str] = (),
) -> Shell:
    """What surrounds the page. ``here`` is its place, ``stocks`` feed the line, ``about`` are the page's states."""
    screen = Screen.of(request)
    home = reverse("start", args=[screen.firm_ref])
    return Shell(
        home=home,
        firm=request.firm.name,
        person=request.member.name,
        places=links(screen.firm_ref, here),
        import_url=reverse("imports", args=[screen.firm_ref]) if has_role(request.member, BRINGING_IN) else "",
        is_importing=here == "imports",
        serves_many=bool(getattr(request, "serves_many", False)),
        line=() if stocks is None else tuple(line(stocks, about, screen)),
    )


def line(stocks: Mapping[str, Stock], about: Collection[str], screen: Screen) -> list[LineEntry]:
    """One entry a state, in the order money advances; those not met yet are not drawn."""
    deals = reverse("deals", args=[screen.firm_ref])
    entries = []
    for state in words.LINE_STATES:
        stock = stocks.get(state, Stock())
        if state in words.FIRST_WORDS or stock.deals or stock.net:
            url = f"{deals}?state={state}"
            entries.append(LineEntry(state, words.state_name(state), screen.number(stock.net), url, state in about))
    return entries
