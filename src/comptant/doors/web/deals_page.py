"""The list of deals: what is hoped for first, everything else one link away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.deal_rows import PAGE, SORTS, DealRow, as_id, deal_page
from comptant.doors.web.path_view import Stock
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.web import words
from comptant.ground.web.answer import answer
from comptant.ground.web.flow import STOCKS
from comptant.ground.web.gestures import new_key
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import SELLING, has_role, sees_own_alone
from comptant.ground.web.templatetags.comptant import icon
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
    context = list_context(screen, asked, stocks, found.rows, stages, found.has_more, place, may_act=may_act)
    context |= {"member_id": request.member.id, "is_own": sees_own_alone(request.member)}
    context["shell"] = shell(request, place, stocks, asked.states)
    return answer(request, "doors/_deals.html", context)


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
        "columns": _claim_columns(asked, here) if is_claim else _columns(asked, here, may_act=may_act),
        "rows": _claims(screen, rows) if is_claim else _lines(screen, rows, stages, may_act=may_act),
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


def _columns(asked: Asked, here: str, *, may_act: bool) -> list[dict[str, Any]]:
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
        _amount_column(asked, here, _("Amount ex VAT")),
        *answered,
    ]


_LINE = (
    '<tr{out} data-item{row_id}><th scope="row"><a href="{url}">{party}</a></th><td class="soft full">{title}</td>'
    '<td data-label="{stage_label}">{stage}</td><td{explained}>{state}{why}</td>'
    '<td data-label="{answer_label}">{answer}</td><td data-label="{opened_label}">{opened}</td>'
    '<td class="end top-end">{amount}</td>{tap}</tr>'
)
_TAP = (
    '<td class="full"><button class="answered" type="submit" form="answers" formaction="{tap_url}" name="once" '
    'value="{once}" hx-post="{tap_url}" hx-swap="none" data-key="a" data-kept id="answered-{ref}" '
    'aria-label="{tap_name}">{icon}<span>{word}</span></button></td>'
)
"""A row of the table. Lists are the longest pages: their rows are written in one go, every text escaped."""


def written_row(screen: Screen, row: DealRow, stages: Mapping[str, str], *, may_act: bool, oob: bool) -> SafeString:
    """One row of the table, as it is now; ``oob``: to replace the one that is on the page."""
    text = _lines(screen, [row], stages, may_act=may_act)
    return mark_safe(text.replace("<tr", '<tr hx-swap-oob="true"', 1) if oob else text)  # noqa: S308 - escaped


def _lines(screen: Screen, rows: Sequence[DealRow], stages: Mapping[str, str], *, may_act: bool) -> SafeString:
    """The rows of the table."""
    base = reverse("deals", args=[screen.firm_ref])
    taps = _tap_words() if may_act else None
    line = _LINE.format_map(
        {
            name: f"{{{name}}}"
            for name in (
                "out",
                "url",
                "party",
                "title",
                "stage",
                "explained",
                "state",
                "why",
                "answer",
                "opened",
                "amount",
                "row_id",
                "tap",
            )
        }
        | {"stage_label": escape(_("Stage")), "answer_label": escape(_("Answer")), "opened_label": escape(_("Opened"))}
    )
    written = (_line(screen, row, stages, base, line, taps) for row in rows)
    return mark_safe("".join(written))  # noqa: S308 - escaped by _line


def _tap_words() -> dict[str, str]:
    """What every one-tap button of a list shares."""
    return {
        "icon": str(icon("answered")),
        "word": escape(_("Answered")),
        "name": escape(_("The client answered: {party}")),
    }


def _tap(row: DealRow, url: str, words: Mapping[str, str]) -> str:
    """The one-tap button of a row; a deal past signature or closed has none."""
    if row.account not in OPEN:
        return "<td></td>"
    return _TAP.format(
        tap_url=f"{url}buyer-moves/", once=new_key(), ref=as_id(row.ref), icon=words["icon"], word=words["word"],
        tap_name=words["name"].replace("{party}", escape(row.party)),
    )  # fmt: skip


def _line(
    screen: Screen, row: DealRow, stages: Mapping[str, str], base: str, line: str, taps: Mapping[str, str] | None
) -> str:
    reason, url = why(screen, row), f"{base}{quote(row.ref)}/"
    return line.format(
        row_id=f' id="deal-{as_id(row.ref)}"',
        tap=_tap(row, url, taps) if taps else "",
        out=' class="is-out"' if row.account == "stalled" else "",
        url=url,
        party=escape(row.party),
        title=escape(row.title),
        stage=escape(stages.get(row.stage, row.stage)),
        state=words.state_label(row.account),
        explained=' class="explained"' if reason else "",
        why=f'<span class="why">{escape(reason)}</span>' if reason else "",
        answer=screen.short(row.decision_on) if row.account in OPEN else "",
        opened=screen.short(row.opened_on),
        amount=shown_amount(screen, row),
    )


_CLAIM = (
    '<tr><th scope="row"><a href="{party_url}">{party}</a></th><td class="soft full"><a href="{url}">{title}</a></td>'
    '<td>{state}</td><td data-label="{due_label}">{due}</td>'
    '<td class="end top-end"><span class="amount">{amount}</span></td></tr>'
)


def _claims(screen: Screen, rows: Sequence[DealRow]) -> SafeString:
    """The rows of what is to collect: tax included, since that is what the client owes (design, section 4)."""
    base, clients = reverse("deals", args=[screen.firm_ref]), reverse("clients", args=[screen.firm_ref])
    return format_html_join(
        "",
        _CLAIM,
        (
            {
                "url": f"{base}{quote(row.ref)}/",
                "party_url": f"{clients}{quote(row.party_ref)}/",
                "party": row.party,
                "title": row.title or row.ref,
                "state": words.state_label(row.account),
                "due_label": _("Due"),
                "due": screen.short(row.due_on),
                "amount": screen.amount(row.net + row.tax, row.currency),
            }
            for row in rows
        ),
    )


def why(screen: Screen, row: DealRow) -> str:
    """The reason a deal does not count, with its date."""
    if row.account == "stalled":
        if row.stall_rule == "decision_date" and row.decision_on:
            return _("Answer expected on {day}, neither yes nor no").format(day=screen.short(row.decision_on))
        return _("No sign from the client since {day}").format(day=screen.short(row.last_move_on))
    if row.account == "waiting" and row.wake_on:
        return _("Wakes up on {day}").format(day=screen.short(row.wake_on))
    if row.account in ("lost", "vanished", "declined") and row.closed_on:
        return _("Closed on {day}").format(day=screen.short(row.closed_on))
    return ""


def shown_amount(screen: Screen, row: DealRow) -> SafeString:
    """The amount; struck through when it left the total; in words when there is none yet."""
    if not row.has_amount:
        return format_html('<span class="faint">{}</span>', _("no amount"))
    text = screen.amount(row.net, row.currency)
    if row.account == "stalled":
        excluded = typo(_("excluded from the total: "), screen.language)
        return format_html('<span class="amount struck"><span class="sr-only">{}</span>{}</span>', excluded, text)
    return format_html('<span class="amount">{}</span>', text)


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
