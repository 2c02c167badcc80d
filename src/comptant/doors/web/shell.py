"""The shell of a page below ``/f/<ref>/``: places, firm, person, and the line of where every amount is."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse

from comptant.doors.web import figures_of
from comptant.doors.web.path_view import Stock
from comptant.doors.web.screen import Screen
from comptant.ground.database.rows import prepared_cursor
from comptant.ground.firms.models import Firm, Role
from comptant.ground.web import words
from comptant.ground.web.navigation import LineEntry, Shell, links
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import BRINGING_IN, KEEPING_BOOKS, OWNING, READING, has_role


def shell(
    request: MemberRequest,
    here: str,
    stocks: Mapping[str, Stock] | None = None,
    about: Collection[str] = (),
) -> Shell:
    """What surrounds the page. ``here`` is its place, ``stocks`` feed the line, ``about`` are the page's states."""
    screen, role = Screen.of(request), Role(request.member.role)
    reads = role in READING
    return Shell(
        home=reverse("start" if reads else "extra-requests", args=[screen.firm_ref]),
        firm=request.firm.name,
        person=request.member.name,
        places=links(screen.firm_ref, here, role, cases(request.firm, stocks)),
        import_url=reverse("imports", args=[screen.firm_ref]) if has_role(request.member, BRINGING_IN) else "",
        is_importing=here == "imports",
        serves_many=bool(getattr(request, "session", {}).get("serves_many", False)),
        line=() if stocks is None else tuple(line(stocks, about, screen)),
        settings_url=reverse("settings", args=[screen.firm_ref]) if role in OWNING else "",
        search_url=reverse("search", args=[screen.firm_ref]) if reads else "",
        here=here,
        statement_url=reverse("bank-statements", args=[screen.firm_ref]) if role in KEEPING_BOOKS else "",
        keys_off=bool(getattr(request.user, "keys_off", False)),
        keys_url=reverse("keys", args=[screen.firm_ref]) if reads else "",
    )


_CASES = """
SELECT EXISTS (SELECT 1 FROM offers_offer WHERE firm_id = %(firm)s),
       EXISTS (SELECT 1 FROM payments_payment WHERE firm_id = %(firm)s),
       EXISTS (SELECT 1 FROM payments_statement WHERE firm_id = %(firm)s),
       EXISTS (SELECT 1 FROM invoices_invoice WHERE firm_id = %(firm)s)
       OR (SELECT count(*) >= 5 FROM (SELECT 1 FROM pipeline_standing WHERE firm_id = %(firm)s AND place = 'hoped'
                                      AND has_amount ORDER BY net DESC LIMIT 5) s)
"""


def cases(firm: Firm, stocks: Mapping[str, Stock] | None = None) -> frozenset[str]:
    """Which first cases have occurred: each makes a place appear, for ever (design 1.1). Asked until all have."""
    key = f"cases:{firm.id}"
    known: frozenset[str] = cache.get(key) or frozenset()
    if len(known) == len(CASES):
        return known
    with prepared_cursor() as cursor:
        cursor.execute(_CASES, {"firm": firm.id})
        found = {name for name, has_come in zip(CASES, cursor.fetchone(), strict=True) if has_come}
    if stocks and stocks.get("cashed", Stock()).net:
        found.add("cash")
    if found - known:
        cache.set(key, known | found, FOR_A_DAY)
    return known | found


CASES = ("offer", "cash", "statement", "forecast")
FOR_A_DAY = 86_400


def line_again(request: MemberRequest, about: Collection[str] = ()) -> str:
    """The line with its figures as they are now, out of band: part of an answer to an act."""
    stocks = figures_of.today(request.firm, request.today, request.firm.currency)
    context = {"line": tuple(line(stocks, about, Screen.of(request))), "oob": True}
    return render_to_string("web/_line.html", context)


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
