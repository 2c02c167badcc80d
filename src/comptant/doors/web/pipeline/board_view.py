"""What the board shows: its head, a column a stage, the lane of what waits. Computed here, written by templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptant.doors.web import figures_of
from comptant.doors.web.deal_rows import matching
from comptant.doors.web.pipeline import board_rows
from comptant.doors.web.pipeline.board_cards import written
from comptant.doors.web.pipeline.board_rows import CARDS, LATE_KINDS, ONLY, STALLED_CARDS, Card, Narrowing, Total
from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Firm
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import SELLING, has_role, sees_own_alone
from comptant.ground.web.typography import typo
from comptant.journey.pipeline.models import Stage

BRIEF_CARDS = 40
"""Live deals above which the list shows first (design, section 13)."""
URGENT_DAYS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the board."""

    mine: bool = False
    only: str = ""
    search: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves something out."""
        return bool(self.mine or self.only or self.search)


def read_asked(query: Mapping[str, str]) -> Asked:
    """The filters of the address; anything unknown shows everything."""
    only = query.get("only", "")
    search = query.get("q", "").replace("\x00", "").strip()[:100]
    return Asked(query.get("of") == "me", only if only in ONLY else "", search)


@dataclass(frozen=True, slots=True)
class Board:
    """A board for one member: whom it is for, what it was asked, its stages and totals."""

    screen: Screen
    firm: Firm
    asked: Asked
    stages: Sequence[Stage]
    all_of_it: Sequence[Total]
    shown: Sequence[Total]
    narrowing: Narrowing
    may_act: bool
    is_own: bool
    member_id: UUID

    @classmethod
    def of(cls, request: MemberRequest, asked: Asked) -> Board:
        """What a member sees: a seller their own deals alone."""
        firm, today, own = request.firm, request.today, sees_own_alone(request.member)
        stages = list(Stage.objects.filter(firm=firm).order_by("position"))
        currencies = list(figures_of.path(firm, today, None, today, is_today=True))
        week_end = today + timedelta(days=6 - today.weekday())
        usual = Narrowing(firm, today, week_end, request.member.id if own else None)
        all_of_it = board_rows.totals(usual, stages, currencies)
        narrowing = Narrowing(
            firm, today, week_end, request.member.id if own or asked.mine else None, asked.only,
            matching(firm, asked.search) if asked.search else None,
        )  # fmt: skip
        shown = board_rows.totals(narrowing, stages, currencies) if asked.is_narrow else all_of_it
        may_act = has_role(request.member, SELLING)
        return cls(
            Screen.of(request), firm, asked, stages, all_of_it, shown, narrowing, may_act, own, request.member.id
        )

    def sum(self, place: str, stage: str | None = None, currency: str = "") -> Decimal:
        """The net of a place, of one stage or of all, in one currency."""
        wanted = currency or self.screen.home
        return sum(
            (t.net for t in self.shown if t.place == place and stage in (None, t.stage) and t.currency == wanted),
            Decimal(0),
        )

    def count(self, place: str, stage: str | None = None, what: str = "deals") -> int:
        """How many deals, or of them those without amount (``bare``)."""
        return sum(getattr(t, what) for t in self.shown if t.place == place and stage in (None, t.stage))

    def abroad(self, place: str, stage: str) -> list[Total]:
        """What the stage holds in other currencies: never added to ours."""
        return [t for t in self.shown if (t.place, t.stage) == (place, stage) and t.currency != self.screen.home]


def page_context(board: Board) -> dict[str, Any]:
    """Everything the page writes, but its shell."""
    cards = board_rows.cards(board.narrowing, board.stages)
    waiting = board_rows.waiting(board.narrowing, board.stages)
    return common(board) | {
        "head": head(board),
        "filters": _filters(board),
        "search": {"url": reverse("pipeline", args=[board.screen.firm_ref]), "q": board.asked.search,
                   "kept": [(k, v) for k, v in _query(board.asked).items() if k != "q"]},
        "columns": [column(board, stage, cards) for stage in board.stages],
        "lane": lane(board, waiting),
        "is_empty": not board.all_of_it,
    }  # fmt: skip


def common(board: Board) -> dict[str, Any]:
    """What every fragment of the board needs."""
    return {
        "may_act": board.may_act,
        "member_id": board.member_id,
        "firm_ref": board.screen.firm_ref,
        "new_url": reverse("new-deal", args=[board.screen.firm_ref]) if board.may_act else "",
        "list_url": reverse("deals", args=[board.screen.firm_ref]),
        "board_url": address(board.screen.firm_ref, Asked()),
    }


def head(board: Board) -> dict[str, str]:
    """The title's total and the sentence below it."""
    screen = board.screen
    return {"total": screen.whole(board.sum("hoped")), "sub": typo(_sentence(board), screen.language)}


def _sentence(board: Board) -> str:
    screen, live, bare = board.screen, board.count("hoped"), board.count("hoped", what="bare")
    stalled, waiting = board.sum("stalled"), board.sum("waiting")
    parts = [live_sentence(screen, live, bare)]
    if board.count("stalled") or board.count("waiting"):
        parts.append(
            _("{stalled} stalled and {waiting} on hold do not count.").format(
                stalled=screen.whole(stalled), waiting=screen.whole(waiting)
            )
        )
    return " ".join([*parts, _("Until it’s signed, it isn’t signed.")])


def live_sentence(screen: Screen, live: int, bare: int) -> str:
    """How many prospects are alive, and how many of them have no amount."""
    if not bare:
        return ngettext("{count} live prospect.", "{count} live prospects.", live).format(count=screen.number(live))
    return ngettext(
        "{count} live prospect, {without} without an amount.",
        "{count} live prospects, {without} of them without an amount.",
        live,
    ).format(count=screen.number(live), without=screen.number(bare))


def _query(asked: Asked, **changed: str) -> dict[str, str]:
    kept = {"of": "me" if asked.mine else "", "only": asked.only, "q": asked.search, **changed}
    return {name: value for name, value in kept.items() if value}


def address(firm_ref: str, asked: Asked, **changed: str) -> str:
    """The board with its filters; ``view`` says that the board is wanted, however many deals there are."""
    query = {"view": "board", **_query(asked, **changed)}
    return f"{reverse('pipeline', args=[firm_ref])}?{urlencode(query)}"


def _filters(board: Board) -> list[dict[str, Any]]:
    """Pressed or not; each says how many it would show."""
    asked, screen = board.asked, board.screen
    late = {stage.key for stage in board.stages if stage.kind in LATE_KINDS}
    hoped = [t for t in board.all_of_it if t.place == "hoped"]
    counts = {
        "soon": (_("Answer this week"), sum(t.soon for t in hoped)),
        "undated": (_("No decision date"), sum(t.undated for t in hoped if t.stage in late)),
        "stalled": (_("Stalled"), sum(t.deals for t in board.all_of_it if t.place == "stalled")),
    }
    mine = {"name": _("Mine"), "count": "", "is_here": asked.mine,
            "url": address(screen.firm_ref, asked, of="" if asked.mine else "me")}  # fmt: skip
    found = [
        {"name": name, "count": screen.number(count), "is_here": asked.only == key,
         "url": address(screen.firm_ref, asked, only="" if asked.only == key else key)}
        for key, (name, count) in counts.items()
        if count or asked.only == key
    ]  # fmt: skip
    return found if board.is_own else [mine, *found]


def column(board: Board, stage: Stage, cards: Sequence[Card]) -> dict[str, Any]:
    """A stage: its live total, its cards, what is out of the total and how many more the list has."""
    screen, key = board.screen, stage.key
    own = [card for card in cards if card.stage == key]
    live, stalled = board.count("hoped", key), board.count("stalled", key)
    out = board.sum("stalled", key)
    left = max(0, live - CARDS) + max(0, stalled - STALLED_CARDS)
    more = reverse("deals", args=[screen.firm_ref])
    return {
        "key": key,
        "name": stage.name,
        "total": screen.whole(board.sum("hoped", key)),
        "abroad": [screen.whole(t.net, t.currency) for t in board.abroad("hoped", key)],
        "note": _bare(screen, board.count("hoped", key, "bare")),
        "cards": _written(board, own, stage.kind),
        "out": screen.whole(out) if stalled else "",
        "more_url": f"{more}?{urlencode({'stage': key})}" if left else "",
        "more": ngettext("{count} more, in the list", "{count} more, in the list", left).format(
            count=screen.number(left)
        ) if left else "",
    }  # fmt: skip


def _bare(screen: Screen, count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "{count} prospect without an amount, counted for 0", "{count} prospects without an amount, counted for 0", count
    )
    return typo(text.format(count=screen.number(count)), screen.language)


def lane(board: Board, waiting: Sequence[Card]) -> dict[str, Any]:
    """What waits, by wake-up date."""
    screen, left = board.screen, board.count("waiting") - len(waiting)
    return {
        "total": screen.whole(board.sum("waiting")),
        "cards": _written(board, waiting, ""),
        "more_url": f"{reverse('deals', args=[screen.firm_ref])}?state=waiting" if left > 0 else "",
        "more": ngettext("{count} more, in the list", "{count} more, in the list", left).format(
            count=screen.number(left)
        ) if left > 0 else "",
    }  # fmt: skip


def card_of(board: Board, card: Card, kind: str) -> dict[str, Any]:
    """A card: who, what, how much, what comes next and on which day."""
    screen = board.screen
    next_step, is_urgent = _next(screen, card, kind)
    return {
        "ref": card.ref,
        "place": card.place,
        "stage": card.stage,
        "party": card.party,
        "title": card.title if card.title != card.party else "",
        "amount": screen.amount(card.net, card.currency) if card.has_amount else "",
        "reason": card.hold_reason if card.place == "waiting" else "",
        "why": _why(screen, card),
        "next": next_step,
        "is_urgent": is_urgent,
        "seller": "" if board.is_own else card.seller,
    }


def _written(board: Board, cards: Sequence[Card], kind: str) -> SafeString:
    shown = [card_of(board, card, kind) for card in cards]
    return written(board.screen.firm_ref, shown, may_act=board.may_act)


def _why(screen: Screen, card: Card) -> str:
    """Why a stalled deal does not count."""
    if card.place != "stalled":
        return ""
    if card.stall_rule == "decision_date" and card.decision_on:
        return _("Answer expected on {day}, neither yes nor no").format(day=screen.short(card.decision_on))
    days = (screen.today - card.last_move_on).days
    return ngettext(
        "{days} day without a sign from the client", "{days} days without a sign from the client", days
    ).format(days=screen.number(days))


def _next(screen: Screen, card: Card, kind: str) -> tuple[str, bool]:
    """The next dated step, and whether it presses."""
    if card.place == "stalled":
        return _("Stalled since {day}").format(day=screen.short(card.stalled_on)), False
    if card.place == "waiting" and card.wake_on:
        return _("Wakes up on {day}").format(day=screen.long(card.wake_on)), False
    if card.decision_on and card.decision_on >= screen.today:
        return _answer_by(screen, card.decision_on), (card.decision_on - screen.today).days <= URGENT_DAYS
    if card.suspensions and card.suspensions[-1] >= screen.today:
        return _("Meeting on {day}").format(day=screen.short(card.suspensions[-1])), False
    if kind in LATE_KINDS:
        return _("No decision date"), True
    return _("Last sign {day}").format(day=screen.short(card.last_move_on)), False


def _answer_by(screen: Screen, day: date) -> str:
    if day == screen.today:
        return _("Yes or no today")
    return _("Yes or no by {day}").format(day=screen.short(day))
