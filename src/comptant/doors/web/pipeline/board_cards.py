"""The cards of the board, written in one go: a board shows dozens, every text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from comptant.doors.web.deal_rows import as_id
from comptant.ground.web.gestures import new_key
from comptant.ground.web.templatetags.comptant import coin, icon

_CARD = (
    '<li class="card{shape}" id="card-{id}" data-state="{place}" data-item data-name="{party}" data-was="{stage}" '
    'data-move="{url}stage/"><div class="top"><h3><a href="{url}">{party}</a></h3>{price}</div>\n'
    '{subject}{why}<div class="foot"><span><span{urgent}>{next}</span>{owner}</span>{handle}</div>\n{answered}</li>'
)
_HANDLE = (
    '<a class="handle" role="button" href="{url}stage/" hx-get="{url}stage/" hx-target="#dialog" data-key="m" '
    'data-handle draggable="false" id="handle-{id}" aria-label="{move}">{handle_icon}</a>'
    '<a class="sr-only" tabindex="-1" href="{url}closing/" hx-get="{url}closing/" hx-target="#dialog" data-key="c">'
    "{close}</a>"
)
_ANSWERED = (
    '<button class="answered" type="submit" form="answers" formaction="{url}buyer-moves/" name="once" value="{once}" '
    'hx-post="{url}buyer-moves/" hx-swap="none" data-key="a" data-kept id="answered-{id}" aria-label="{name}">'
    "{answered_icon}<span>{word}</span></button>"
)

Shown = Mapping[str, Any]


def written(firm_ref: str, cards: Sequence[Shown], *, may_act: bool) -> SafeString:
    """The cards, each with its handle and its one tap for who may act."""
    words = {
        "base": reverse("deals", args=[firm_ref]), "excluded": escape(_("excluded from the total: ")),
        "bare": escape(_("no amount")), "coin": coin("stalled"), "handle_icon": icon("handle"),
        "answered_icon": icon("answered"), "word": escape(_("The client answered")),
        "move": escape(_("Move {party}")), "close": escape(_("Close {party}")),
        "name": escape(_("The client answered: {party}")),
    }  # fmt: skip
    return mark_safe("".join(_card(card, words, may_act=may_act) for card in cards))  # noqa: S308 - escaped by _card


def _card(card: Shown, words: Mapping[str, str], *, may_act: bool) -> str:
    party, url = escape(card["party"]), f"{words['base']}{quote(card['ref'])}/"
    known = {"id": as_id(card["ref"]), "url": url}
    acts = {
        "handle": _HANDLE.format(
            **known, handle_icon=words["handle_icon"], move=_of(words["move"], party), close=_of(words["close"], party)
        ),
        "answered": _ANSWERED.format(
            **known, once=new_key(), name=_of(words["name"], party), answered_icon=words["answered_icon"],
            word=words["word"],
        ),
    } if may_act else {"handle": "", "answered": ""}  # fmt: skip
    return _CARD.format(
        **known, **acts, party=party, place=card["place"], stage=escape(card["stage"]), shape=_shape(card),
        price=_price(card, words), subject=_lines(card["title"], card["reason"]), why=_why(card, words),
        urgent=' class="urgent"' if card["is_urgent"] else "", next=escape(card["next"]),
        owner=f'<span class="owner faint">{escape(card["seller"])}</span>' if card["seller"] else "",
    )  # fmt: skip


def _of(sentence: str, party: str) -> str:
    return sentence.replace("{party}", party)


def _shape(card: Shown) -> str:
    stalled = " is-stalled" if card["place"] == "stalled" else ""
    return stalled if card["amount"] else f"{stalled} card--no-amount"


def _price(card: Shown, words: Mapping[str, str]) -> str:
    """The amount; struck and said to be excluded when it is out of the total; in words when there is none."""
    if not card["amount"]:
        return f'<span class="price faint">{words["bare"]}</span>'
    struck = " struck" if card["place"] == "waiting" else ""
    out = f'<span class="sr-only">{words["excluded"]}</span>' if card["place"] != "hoped" else ""
    return f'<span class="price amount{struck}">{out}{escape(card["amount"])}</span>'


def _lines(*texts: str) -> str:
    return "".join(f'<p class="subject">{escape(text)}</p>' for text in texts if text)


def _why(card: Shown, words: Mapping[str, str]) -> str:
    return f'<p class="why">{words["coin"]}<span>{escape(card["why"])}</span></p>' if card["why"] else ""
