"""The list of deals: what is hoped for first, everything else one link away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.deal_lines import claims, lines
from comptant.doors.web.deal_rows import PAGE, SORTS, DealRow, deal_page
from comptant.doors.web.path_view import Stock
from comptant.doors.web.pipeline.odds import Odds, odds_of
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.web import words
from comptant.ground.web.answer import answer
from comptant.ground.web.flow import STOCKS
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import SELLING, has_role, sees_own_alone
from comptant.ground.web.typography import typo
from comptant.journey.pipeline.models import Stage

OPEN = ("hoped", "stalled", "waiting")
SOLD = ("signed", "billable", "invoiced", "overdue", "disputed", "doubtful", "cashed", "written_off")
CLOSED = ("lost", "vanished", "declined")
TO_COLLECT = ("invoiced", "overdue", "disputed", "doubtful")
FARTHEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything unknown falls back on the usual list."""

    states: tuple[str, ...]
    state: str
    sort: str
    page: int
    search: str
    stage: str = ""
    mine: bool = False


def read_asked(query: Mapping[str, str], usual: tuple[str, ...] = OPEN) -> Asked:
    """State, order, page and words of the address."""
    state = query.get("state", "")
    sort = query.get("sort", "")
    page = query.get("page", "")
    search = query.get("q", "").replace("\x00", "").strip()[:100]
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0
    return Asked(
        (state,) if state in STOCKS else usual,
        state if state in STOCKS else "",
        sort if sort in SORTS else "-amount",
        min(number, FARTHEST_PAGE),
        search,
        query.get("stage", "").replace("\x00", "")[:40],
        query.get("of") == "me",
    )


@require_safe
def deals(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET lists the open deals, or those of the state asked for."""
    return _list(request, read_asked(request.GET), "pipeline")


@require_safe
def receivables(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET lists what is invoiced and not yet in the bank."""
    return _list(request, read_asked(request.GET, TO_COLLECT), "receivables")


def _list(request: MemberRequest, asked: Asked, place: str) -> HttpResponse:
    screen = Screen.of(request)
    stocks = figures_of.today(request.firm, request.today, screen.home)
    own = sees_own_alone(request.member) or asked.mine
    found = deal_page(
        request.firm, asked.states, sort=asked.sort, number=asked.page, search=asked.search,
        as_claims=place == "receivables", seller=request.member.id if own else None, stage=asked.stage,
    )  # fmt: skip
    stages = _stage_names(request) if place == "pipeline" else {}
    may_act = place == "pipeline" and has_role(request.member, SELLING)
    odds = odds_of(request.firm, request.today, stocks) if place == "pipeline" and _is_open(asked) else {}
    context = list_context(screen, asked, stocks, found.rows, stages, found.has_more, place, may_act=may_act, odds=odds)
    context |= {"member_id": request.member.id, "is_own": sees_own_alone(request.member)}
    context["shell"] = shell(request, place, stocks, asked.states)
    return answer(request, "doors/_deals.html", context)


def _is_open(asked: Asked) -> bool:
    """Whether the rows are deals whose chance means something."""
    return set(asked.states) <= set(OPEN)


def _stage_names(request: MemberRequest) -> dict[str, str]:
    return dict(Stage.objects.filter(firm=request.firm).values_list("key", "name"))


def list_context(
    screen: Screen,
    asked: Asked,
    stocks: Mapping[str, Stock],
    rows: Sequence[DealRow],
    stages: Mapping[str, str],
    has_more: bool,
    place: str = "pipeline",
    *,
    may_act: bool = False,
    odds: Mapping[str, Odds] | None = None,
) -> dict[str, Any]:
    """Everything the page writes, but its shell."""
    here = reverse("receivables" if place == "receivables" else "deals", args=[screen.firm_ref])
    title, total_state = _title(asked, place)
    summed = [stocks.get(state, Stock()) for state in ([total_state] if total_state else asked.states)]
    is_claim = place == "receivables"
    total = sum((stock.net + (stock.tax if is_claim else 0) for stock in summed), Decimal(0))
    return {
        "title": title,
        "total": screen.whole(total),
        "total_unit": _("inc VAT") if is_claim else "",
        "total_state": total_state or "invoiced",
        "subtitle": typo(_subtitle(screen, asked, stocks, place), screen.language),
        "filters": [*_stage_filter(asked, stages, here), *_filters(screen, asked, stocks, here, place)],
        "search": {"url": here, "q": asked.search, "kept": _kept(asked)},
        "columns": _claim_columns(asked, here) if is_claim else _columns(asked, here, may_act=may_act, odds=odds),
        "rows": claims(screen, rows) if is_claim else lines(screen, rows, stages, may_act=may_act, odds=odds),
        "may_act": may_act,
        "new_url": reverse("new-deal", args=[screen.firm_ref]) if may_act else "",
        "board_url": "" if is_claim else reverse("pipeline", args=[screen.firm_ref]) + "?view=board",
        "list_url": here,
        "pager": _pager(screen, asked, here, len(rows), has_more),
        "caption": title,
        "empty": _empty(screen, asked, place),
    }


def _title(asked: Asked, place: str) -> tuple[str, str]:
    """The title, and the state whose total it carries ('' when it adds several)."""
    if place == "receivables":
        return _("To collect"), asked.state
    if not asked.state:
        return _("Pipeline"), "hoped"
    return words.state_name(asked.state), asked.state


def _subtitle(screen: Screen, asked: Asked, stocks: Mapping[str, Stock], place: str) -> str:
    if place == "receivables":
        return _("Invoiced and not yet in the bank.")
    if asked.state:
        count = stocks.get(asked.state, Stock()).deals
        return ngettext("{count} deal", "{count} deals", count).format(count=screen.number(count))
    hoped, stalled, waiting = (stocks.get(state, Stock()) for state in OPEN)
    live = _live(screen, hoped)
    out = _("{stalled} stalled and {waiting} on hold do not count.").format(
        stalled=screen.whole(stalled.net), waiting=screen.whole(waiting.net)
    )
    parts = [live, out if stalled.deals or waiting.deals else "", _("Until it’s signed, it isn’t signed.")]
    return " ".join(part for part in parts if part)


def _live(screen: Screen, hoped: Stock) -> str:
    count, bare = screen.number(hoped.deals), screen.number(hoped.without_amount)
    if not hoped.without_amount:
        return ngettext("{count} live prospect.", "{count} live prospects.", hoped.deals).format(count=count)
    return ngettext(
        "{count} live prospect, {without} without an amount.",
        "{count} live prospects, {without} of them without an amount.",
        hoped.deals,
    ).format(count=count, without=bare)


def _filters(screen: Screen, asked: Asked, stocks: Mapping[str, Stock], here: str, place: str) -> list[dict[str, Any]]:
    """One filter for each state that has deals; the first shows the usual list."""
    states = TO_COLLECT if place == "receivables" else (*OPEN, *SOLD, *CLOSED)
    usual = {"name": _("All") if place == "receivables" else _("Open"), "url": _address(here, asked, state=""),
             "count": "", "is_here": not asked.state}  # fmt: skip
    met = [
        {
            "name": words.state_name(state),
            "url": _address(here, asked, state=state),
            "count": screen.number(stocks[state].deals),
            "is_here": asked.state == state,
        }
        for state in states
        if state in stocks and stocks[state].deals
    ]
    return [usual, *met]


def _address(here: str, asked: Asked, **changed: Any) -> str:
    """The page's address with something changed; a change of list goes back to its first page."""
    kept = {
        "state": asked.state, "stage": asked.stage, "of": "me" if asked.mine else "",
        "sort": asked.sort if asked.sort != "-amount" else "", "q": asked.search, **changed,
    }  # fmt: skip
    query = {name: value for name, value in kept.items() if value}
    return f"{here}?{urlencode(query)}" if query else here


def _kept(asked: Asked) -> list[tuple[str, str]]:
    kept = (("state", asked.state), ("stage", asked.stage), ("of", "me" if asked.mine else ""), ("sort", asked.sort))
    return [(name, value) for name, value in kept if value]


def _stage_filter(asked: Asked, stages: Mapping[str, str], here: str) -> list[dict[str, Any]]:
    """The stage the list is narrowed to, when it is: pressed again, all stages come back."""
    if asked.stage not in stages:
        return []
    return [{"name": stages[asked.stage], "url": _address(here, asked, stage=""), "count": "", "is_here": True}]


def _claim_columns(asked: Asked, here: str) -> list[dict[str, Any]]:
    names = (_("Client"), _("Subject"), _("State"), _("Due"))
    return [*({"name": name} for name in names), _amount_column(asked, here, _("Amount inc VAT"))]


def _amount_column(asked: Asked, here: str, name: str) -> dict[str, Any]:
    rising = asked.sort == "amount"
    return {
        "name": name,
        "is_end": True,
        "url": _address(here, asked, sort="-amount" if rising else "amount"),
        "sorted": "ascending" if rising else "descending" if asked.sort == "-amount" else "",
    }


def _columns(asked: Asked, here: str, *, may_act: bool, odds: Mapping[str, Odds] | None) -> list[dict[str, Any]]:
    chance = [{"name": _("Your signatures at this stage"), "is_end": True}] if odds else []
    answered = [{"name": _("A sign from the client"), "is_hidden": True}] if may_act else []
    return [
        {"name": _("Deal")},
        {"name": _("Subject")},
        {"name": _("Stage")},
        {"name": _("State")},
        {"name": _("Yes or no")},
        {
            "name": _("Opened"),
            "url": _address(here, asked, sort="-opened"),
            "sorted": "descending" if asked.sort == "-opened" else "",
        },
        *chance,
        _amount_column(asked, here, _("Amount ex VAT")),
        *answered,
    ]


def _pager(screen: Screen, asked: Asked, here: str, count: int, has_more: bool) -> dict[str, str]:
    first = asked.page * PAGE + 1
    can_go_on = has_more and asked.page < FARTHEST_PAGE
    return {
        "shown": _("{first} to {last}").format(first=screen.number(first), last=screen.number(first + count - 1)),
        "first": _address(here, asked) if asked.page else "",
        "next": _address(here, asked, page=asked.page + 1) if can_go_on else "",
    }


def _empty(screen: Screen, asked: Asked, place: str) -> dict[str, str]:
    if asked.search or asked.state or asked.stage or asked.mine:
        where = reverse("receivables" if place == "receivables" else "deals", args=[screen.firm_ref])
        return {
            "icon_name": "search", "title": _("No deal matches"),
            "text": _("Nothing here answers “{words}”.").format(words=asked.search)
            if asked.search else _("No deal stands in this state today."),
            "link": where, "verb": _("Clear the filters"),
        }  # fmt: skip
    imports = reverse("imports", args=[screen.firm_ref])
    if place == "receivables":
        return {
            "icon_name": "cash-in", "title": _("To collect, still empty"),
            "text": _("An invoice issued or taken over appears here, with its due date."),
            "link": f"{imports}?target=invoices", "verb": _("Import invoices"),
        }  # fmt: skip
    return {
        "icon_name": "pipeline", "title": _("No open deal"),
        "text": _("A mark: 1 in 10, not your rate yet. 16 prospects for an 80% chance of signing one."),
        "link": f"{imports}?target=deals", "verb": _("Import prospects"),
    }  # fmt: skip
