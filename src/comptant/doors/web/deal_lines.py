"""The rows of a list of deals, written in one go: lists are the longest pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from comptant.doors.web.deal_rows import DealRow, as_id
from comptant.doors.web.pipeline.odds import Odds
from comptant.doors.web.screen import Screen
from comptant.ground.journal.acts import OPEN
from comptant.ground.web import words
from comptant.ground.web.gestures import new_key
from comptant.ground.web.templatetags.comptant import icon
from comptant.ground.web.typography import typo

_LINE = (
    '<tr{out} data-item{row_id}><th scope="row"><a href="{url}">{party}</a></th><td class="soft full">{title}</td>'
    '<td data-label="{stage_label}">{stage}</td><td{explained}>{state}{why}</td>'
    '<td data-label="{answer_label}">{answer}</td><td data-label="{opened_label}">{opened}</td>{chance}'
    '<td class="end top-end">{amount}</td>{tap}</tr>'
)
_TAP = (
    '<td class="full"><button class="answered" type="submit" form="answers" formaction="{tap_url}" name="once" '
    'value="{once}" hx-post="{tap_url}" hx-swap="none" data-key="a" data-kept id="answered-{ref}" '
    'aria-label="{tap_name}">{icon}<span>{word}</span></button></td>'
)
"""A row of the table. Lists are the longest pages: their rows are written in one go, every text escaped."""


def written_row(
    screen: Screen, row: DealRow, stages: Mapping[str, str], odds: Mapping[str, Odds], *, may_act: bool, oob: bool
) -> SafeString:
    """One row of the table, as it is now; ``oob``: to replace the one that is on the page."""
    text = lines(screen, [row], stages, may_act=may_act, odds=odds)
    return mark_safe(text.replace("<tr", '<tr hx-swap-oob="true"', 1) if oob else text)  # noqa: S308 - escaped


def lines(
    screen: Screen,
    rows: Sequence[DealRow],
    stages: Mapping[str, str],
    *,
    may_act: bool,
    odds: Mapping[str, Odds] | None,
) -> SafeString:
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
                "chance",
            )
        }
        | {"stage_label": escape(_("Stage")), "answer_label": escape(_("Answer")), "opened_label": escape(_("Opened"))}
    )
    chances = _chances(odds) if odds else {}
    written = (_line(screen, row, stages, base, line, taps, chances) for row in rows)
    return mark_safe("".join(written))  # noqa: S308 - escaped by _line


def _tap_words() -> dict[str, str]:
    """What every one-tap button of a list shares."""
    return {
        "icon": str(icon("answered")),
        "word": escape(pgettext("client", "Answered")),
        "name": escape(_("The client answered: {party}")),
    }


def _chances(odds: Mapping[str, Odds]) -> dict[str, str]:
    """The cell of each stage; ``""``: of a deal that does not count."""
    cell = f'<td class="end amount" data-label="{escape(_("Your signatures"))}">{{}}</td>'
    return {"": cell.format("—")} | {stage: cell.format(found.text) for stage, found in odds.items()}


def _tap(row: DealRow, url: str, words: Mapping[str, str]) -> str:
    """The one-tap button of a row; a deal past signature or closed has none."""
    if row.account not in OPEN:
        return "<td></td>"
    return _TAP.format(
        tap_url=f"{url}buyer-moves/", once=new_key(), ref=as_id(row.ref), icon=words["icon"], word=words["word"],
        tap_name=words["name"].replace("{party}", escape(row.party)),
    )  # fmt: skip


def _line(
    screen: Screen,
    row: DealRow,
    stages: Mapping[str, str],
    base: str,
    line: str,
    taps: Mapping[str, str] | None,
    chances: Mapping[str, str],
) -> str:
    reason, url = why(screen, row), f"{base}{quote(row.ref)}/"
    return line.format(
        row_id=f' id="deal-{as_id(row.ref)}"',
        tap=_tap(row, url, taps) if taps else "",
        chance=chances.get(row.stage if row.account == "hoped" else "", chances.get("", "")),
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


def claims(screen: Screen, rows: Sequence[DealRow]) -> SafeString:
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
