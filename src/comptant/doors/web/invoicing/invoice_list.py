"""Every invoice and credit note, the latest issued first, a page after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from comptant.doors.web.deal_rows import matching
from comptant.doors.web.screen import Screen
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.web import words
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.pipeline.models import Standing

PAGE = 50
OWED = ("invoiced", "overdue", "disputed", "doubtful")
STATES = (*OWED, "cashed", "written_off")
ORDER = ("doubtful", "disputed", "overdue", "invoiced", "written_off", "cashed", "held", "cancelled")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything unknown falls back on the usual list."""

    state: str
    search: str
    after: tuple[date, UUID] | None


def read_asked(query: Mapping[str, str]) -> Asked:
    """State, words and place of the address."""
    state = query.get("state", "")
    search = query.get("q", "").replace("\x00", "").strip()[:100]
    return Asked(state if state in STATES else "", search, _place(query.get("after", "")))


def _place(said: str) -> tuple[date, UUID] | None:
    day, _sep, name = said.partition("_")
    try:
        return date.fromisoformat(day), UUID(name)
    except ValueError:
        return None


def list_context(screen: Screen, firm: Firm, asked: Asked, seller: UUID | None) -> dict[str, Any]:
    """Everything the list writes, but its shell."""
    here = reverse("invoices", args=[screen.firm_ref])
    rows = list(_rows(firm, asked, seller)[: PAGE + 1])
    shown = rows[:PAGE]
    places = _places(firm, shown)
    following = ""
    if len(rows) > PAGE:
        last = shown[-1]
        following = f"{here}?{urlencode(_kept(asked) | {'after': f'{last.issued_on.isoformat()}_{last.id}'})}"
    return {
        "rows": [_row(screen, one, places.get(one.id, {})) for one in shown],
        "filters": _filters(here, asked),
        "search": {"url": here, "q": asked.search, "state": asked.state},
        "next": following,
        "first": f"{here}?{urlencode(_kept(asked))}" if asked.after else "",
        "owed_url": here,
        "is_filtered": bool(asked.search or asked.state),
    }


def _kept(asked: Asked) -> dict[str, str]:
    said = {"show": "all", "state": asked.state, "q": asked.search}
    return {name: value for name, value in said.items() if value}


def _filters(here: str, asked: Asked) -> list[dict[str, Any]]:
    choices = [("", _("All")), *((state, words.state_name(state)) for state in STATES)]
    kept = {name: value for name, value in _kept(asked).items() if name != "state"}
    return [
        {
            "name": name,
            "url": f"{here}?{urlencode(kept | ({'state': state} if state else {}))}",
            "is_here": state == asked.state,
        }
        for state, name in choices
    ]


def _rows(firm: Firm, asked: Asked, seller: UUID | None) -> QuerySet[Invoice]:
    rows = Invoice.objects.filter(firm=firm).select_related("party").defer("content")
    if seller is not None:
        rows = rows.filter(deal__in=Standing.objects.filter(firm=firm, seller=seller).values("deal_id"))
    if asked.search:
        rows = rows.filter(Q(number__istartswith=asked.search) | Q(deal__in=matching(firm, asked.search)))
    if asked.state:
        there = Deal.objects.filter(
            Q(balances__net__gt=0) | Q(balances__tax__gt=0),
            firm=firm, id=OuterRef("deal_id"), balances__account=asked.state, balances__document=OuterRef("pk"),
        )  # fmt: skip
        rows = rows.filter(Exists(there))
        if asked.state in OWED:
            rows = rows.filter(Q(open_net__gt=0) | Q(open_tax__gt=0))
    if asked.after:
        day, last = asked.after
        rows = rows.filter(Q(issued_on__lt=day) | Q(issued_on=day, id__lt=last))
    ordered: QuerySet[Invoice] = rows.order_by("-issued_on", "-id")
    return ordered


def _places(firm: Firm, shown: list[Invoice]) -> dict[UUID, dict[str, bool]]:
    """In which accounts something of each document stands."""
    found: dict[UUID, dict[str, bool]] = {}
    rows = Invoice.objects.filter(firm=firm, id__in=[one.id for one in shown], deal__balances__document=F("id"))
    accounts = rows.values_list("id", "deal__balances__account", "deal__balances__net", "deal__balances__tax")
    for document, account, net, tax in accounts:
        if net or tax:
            found.setdefault(document, {})[account] = True
    return found


def _row(screen: Screen, one: Invoice, places: Mapping[str, bool]) -> dict[str, Any]:
    is_note = one.kind == InvoiceKind.CREDIT_NOTE
    state = next((name for name in ORDER if name in places), "")
    late = (screen.today - one.due_on).days
    is_late = state in ("overdue", "disputed", "doubtful") and late > 0
    return {
        "number": one.number,
        "url": reverse("invoice", args=[screen.firm_ref, one.id]),
        "party": one.party.name,
        "kind": one.get_kind_display() if one.kind != InvoiceKind.INVOICE else "",
        "issued": screen.short(one.issued_on),
        "due": "" if is_note else screen.short(one.due_on),
        "late": _("{count} d").format(count=screen.number(late)) if is_late else "",
        "state": words.state_label(state) if state and not is_note else "",
        "amount": screen.amount(one.net + one.tax, one.currency, cents=True),
        "is_note": is_note,
    }
