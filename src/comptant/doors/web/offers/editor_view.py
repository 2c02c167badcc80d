"""What the page of an offer shows: its form or its text, its margin, its checks, its versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from comptant.doors.web.client_view import in_eights
from comptant.doors.web.offers import words
from comptant.doors.web.offers.typed import ROWS, TEXTS, Row, Typed, typed_of, written
from comptant.doors.web.screen import Screen
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import SELLING, has_role
from comptant.ground.web.typography import MINUS
from comptant.journey.offers import queries
from comptant.journey.offers.models import Agreement, Offer, OfferLine
from comptant.journey.offers.rules.drafts import PartDraft, has_deposit
from comptant.journey.offers.rules.totals import Totals, parts_of
from comptant.journey.offers.rules.validity import ACCEPTED, DRAFT, SENT

Shown = dict[str, Any]


def mark_of(offer: Offer, lines: Sequence[OfferLine], parts: Sequence[PartDraft]) -> str:
    """A word for what the draft says now: a form that bears another was made before it changed."""
    typed = typed_of(offer, "en", queries.as_drafted(lines), parts)
    said = json.dumps([offer.version, typed.texts, typed.decision_on, typed.rows], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def form_of(typed: Typed, said: Shown, fresh: str = "") -> Shown:
    """The form as its template writes it: each field with its name, its value and what is wrong of it.

    ``fresh`` is the kind of row that was just added: the last one, where one goes on typing.
    """
    rows = {kind: [_row(typed, kind, n, row) for n, row in enumerate(typed.rows[kind])] for kind in ROWS}
    for kind, sums in (("line", said.get("nets", [])), ("part", said.get("grosses", []))):
        for (n, _typed), text in zip(typed.kept(kind), sums, strict=False):
            rows[kind][n]["sum"] = text
    if fresh and rows[fresh]:
        rows[fresh][-1]["is_fresh"] = True
    return {
        **{name: {"name": name, "value": text, "error": typed.errors.get(name, "")}
           for name, text in {**dict.fromkeys(TEXTS, ""), **typed.texts, "decision_on": typed.decision_on}.items()},
        "lines": rows["line"], "parts": rows["part"], "benefits": rows["benefit"],
        "error": typed.errors.get("", ""), "triggers": list(words.TRIGGERS.items()),
    }  # fmt: skip


def _row(typed: Typed, kind: str, n: int, row: Row) -> Shown:
    fields = {}
    for column in ROWS[kind]:
        name = f"{kind}-{n}-{column}"
        fields[column] = {"name": name, "value": row.get(column, ""), "error": typed.errors.get(name, "")}
    return {"index": n, "number": n + 1, "sum": "", "away": f"remove-{kind}-{n}", **fields}


def sums_of(screen: Screen, offer: Offer, lines: Sequence[OfferLine], parts: Sequence[PartDraft]) -> Shown:
    """What the lines and the parts of the schedule come to, as text."""
    currency = offer.deal.currency
    whole = queries.totals_of(offer.deal.firm, currency, queries.taken_lines(lines, ()))
    sums = parts_of(whole, parts, currency) if parts else []
    costs = [line.direct_cost for line in lines if line.direct_cost is not None and not line.is_optional]
    return {
        "nets": [screen.amount(line.net, currency) for line in lines],
        "grosses": [screen.amount(part.gross, currency) for part in sums],
        "net": screen.amount(whole.net, currency),
        "gross": screen.amount(whole.gross, currency),
        "cost": screen.amount(sum(costs, Decimal(0)), currency) if costs else "",
        "taxes": _taxes(screen, whole, currency),
    }


def _taxes(screen: Screen, whole: Totals, currency: str) -> str:
    return _("VAT {amount} included").format(amount=screen.amount(whole.tax, currency))


def margin_of(screen: Screen, offer: Offer, lines: Sequence[OfferLine]) -> Shown:
    """What is left of the price once the direct costs are paid: for the firm's eyes only."""
    currency, margin = offer.deal.currency, queries.margin_on(offer, lines)
    missing = sum(1 for line in lines if not line.is_optional and line.direct_cost is None)
    if margin is None:
        return {"missing": missing, "price": screen.amount(offer.net, currency)}
    return {
        "price": screen.amount(offer.net, currency),
        "cost": f"{MINUS}{screen.amount(offer.net - margin, currency)}",
        "left": screen.amount(margin, currency),
        "share": screen.share(margin, offer.net),
        "is_loss": margin < 0,
    }


def checks_of(offer: Offer, lines: Sequence[OfferLine], parts: Sequence[PartDraft], today: Any) -> list[Shown]:
    """What should be there before the offer leaves."""
    is_dated = offer.decision_on is not None and offer.decision_on > today
    told = [
        (is_dated, _("A decision date is agreed"), _("No decision date to come: agree on one first")),
        (bool(offer.give_to_get), _("What you hold in return is said"), _("Say what you hold in return")),
        (has_deposit(parts), _("A deposit at signature"), _("No deposit at signature")),
        (all(line.text for line in lines), _("A deliverable for each line"), _("A line without its deliverable")),
        (bool(offer.problem and offer.benefits), _("The client’s problem and gains"),
         _("The client’s problem or gains are missing")),
        (bool(offer.deal.party.email), _("The client’s e-mail is known"), _("No e-mail is known for the client")),
    ]  # fmt: skip
    return [{"ok": ok, "text": yes if ok else no} for ok, yes, no in told]


def versions_shown(screen: Screen, versions: Sequence[Offer], states: dict[Any, str], here: Offer) -> list[Shown]:
    """The versions of the offer, the newest first."""
    return [
        {
            "url": reverse("offer", args=[screen.firm_ref, one.id]),
            "is_here": one.id == here.id,
            "name": _("v{version}, {state}").format(version=one.version, state=words.state_words(one, states[one.id])),
            "amount": screen.amount(one.net, here.deal.currency),
            "is_out": states[one.id] not in (DRAFT, SENT, ACCEPTED),
        }
        for one in versions
    ]


def presentations(screen: Screen, versions: Sequence[Offer]) -> list[Shown]:
    """How each version was presented, the newest first."""
    return [
        {
            "what": _("v{version}, {how}").format(version=one.version, how=words.MANNERS[one.presented_how]),
            "day": screen.short(one.presented_on),
        }
        for one in versions
        if one.presented_how and one.presented_on
    ]


def lede_of(screen: Screen, offer: Offer, versions: Sequence[Offer], states: dict[Any, str]) -> str:
    """What is at the client's now, in a sentence."""
    out = next((one for one in versions if states[one.id] == SENT), None)
    parts = [offer.deal.party.name]
    if out is not None:
        zone = offer.deal.firm.tz
        opened = out.opened_at.astimezone(zone).date() if out.opened_at else None
        if opened:
            said = _("Version {version} is at the client’s, opened on {day}").format(
                version=out.version, day=screen.plain(opened)
            )
        else:
            said = _("Version {version} is at the client’s, not opened yet").format(version=out.version)
        parts.append(said)
    return ". ".join(part.rstrip(".") for part in parts) + "."


def notice_of(screen: Screen, offer: Offer, state: str, versions: Sequence[Offer], states: dict[Any, str]) -> str:
    """What sealing means for this version, in a sentence or two; empty when there is nothing to say."""
    live = next((one for one in versions if states[one.id] == SENT and one.id != offer.id), None)
    if state == DRAFT and live is not None and live.sent_at:
        return _(
            "Version {live}, sealed on {day}, is still the one the client can sign."
            " Sending version {version} ends its link."
        ).format(live=live.version, day=screen.plain(offer.deal.firm.day(live.sent_at)), version=offer.version)
    if state != DRAFT and offer.sent_at:
        return _("Sealed on {day}, sent to {to}. It can no longer be changed; the next version can.").format(
            day=screen.plain(offer.deal.firm.day(offer.sent_at)), to=offer.sent_to
        )
    return ""


def answer_of(screen: Screen, offer: Offer, state: str) -> Shown | None:
    """What the client answered, and where it led."""
    firm = offer.deal.firm
    if state == ACCEPTED or offer.end_reason == "outside":
        agreement = Agreement.objects.filter(firm=firm, offer=offer).first()
        url = reverse("agreement", args=[screen.firm_ref, agreement.id]) if agreement else ""
        on = agreement.signed_on if agreement else None
        return {"kind": "good", "title": _("Accepted on {day}").format(day=screen.plain(on)) if on else "", "url": url}
    if offer.declined_at:
        day = screen.plain(firm.day(offer.declined_at))
        why = offer.get_declined_why_display()
        text = f"{why}. {offer.declined_comment}".strip()
        return {"kind": "", "title": _("Declined on {day}").format(day=day), "text": text}
    return None


def tools_of(request: MemberRequest, offer: Offer, state: str, versions: Sequence[Offer]) -> Shown:
    """What may be done with this version by this member; one filled button."""
    args = [request.firm.ref, offer.id]
    tools = {"pdf": reverse("offer-pdf", args=args), "preview": reverse("offer-preview", args=args)}
    if not has_role(request.member, SELLING):
        return tools
    if state == DRAFT:
        tools["present"] = reverse("offer-presentations", args=args)
        tools["send"] = reverse("offer-sending", args=args)
        tools["filled"] = "send" if offer.presented_on else "present"
    elif not any(one.accepted_at for one in versions) and offer.end_reason != "outside":
        newest = versions[0]
        if newest.sent_at is None:
            tools["next"] = reverse("offer", args=[request.firm.ref, newest.id])
        else:
            tools["revise"] = reverse("offer-versions", args=args)
    return tools


def sealed_lines(screen: Screen, lines: Sequence[OfferLine], currency: str, sees_costs: bool) -> list[Shown]:
    """The lines of a version that is not to be changed; costs for who sells alone."""
    return [
        {
            "title": line.title, "text": line.text, "unit": line.unit, "is_optional": line.is_optional,
            "quantity": written(line.quantity, screen.language), "price": screen.amount(line.price, currency),
            "net": screen.amount(line.net, currency),
            "discount": written(line.discount, screen.language) if line.discount else "",
            "tax_rate": written(line.tax_rate, screen.language),
            "cost": screen.amount(line.direct_cost, currency) if sees_costs and line.direct_cost is not None else "",
        }
        for line in lines
    ]  # fmt: skip


def fingerprint(versions: Sequence[Offer]) -> Shown | None:
    """Of the newest version that was sealed: its number and its SHA-256, in eights."""
    sealed = next((one for one in versions if one.document is not None), None)
    if sealed is None:
        return None
    return {"version": sealed.version, "sha256": in_eights(bytes(sealed.document.sha256).hex())}


def text_of(
    screen: Screen, offer: Offer, lines: Sequence[OfferLine], parts: Sequence[PartDraft], sums: Shown, sees_costs: bool
) -> Shown:
    """What a version says when it is not to be changed."""
    return {
        "lines": sealed_lines(screen, lines, offer.deal.currency, sees_costs),
        "parts": [
            {
                "title": part.title, "trigger": words.TRIGGERS[part.trigger], "gross": gross,
                "share": written(part.share, screen.language),
                "day": screen.plain(part.due_on) if part.due_on else "",
            }
            for part, gross in zip(parts, sums["grosses"], strict=True)
        ],
        "decision": screen.long(offer.decision_on) if offer.decision_on else "",
    }  # fmt: skip
