"""Closing a deal: won with its proof, lost to someone, or vanished; apart, putting it on hold or declining it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web import figures_of
from comptant.doors.web.path_view import Stock
from comptant.doors.web.pipeline.after import back_to
from comptant.doors.web.pipeline.closing_form import REASONS_LOST, REASONS_VANISHED, ClosingForm
from comptant.doors.web.pipeline.deal_acts import last_seen
from comptant.doors.web.reach import find_deal, happened, moment, must_be_fresh
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.doors.web.uploads import media_type_of, safe_name
from comptant.ground.deals.models import Deal
from comptant.ground.documents.actions import keep
from comptant.ground.journal.acts import OPEN, ZERO
from comptant.ground.journal.freshness import version
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.journey.offers.actions import record_agreement
from comptant.journey.offers.closing import write_closing
from comptant.journey.offers.queries import lines_of, live_offer, parts_drafted, totals_of
from comptant.journey.offers.rules.totals import totals
from comptant.journey.pipeline.actions import say
from comptant.journey.pipeline.models import Standing
from comptant.outlook.reports.pipelines import needed


@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """GET asks how it ended; POST records it. Won wants the proof: without it, it is not."""
    deal = find_deal(request, deal_ref)
    standing = Standing.objects.filter(firm=request.firm, deal=deal).first()
    if request.method != "POST":
        return _dialog(request, deal, standing, _form(request, deal, standing))
    must_be_fresh(request, deal)
    form = _form(request, deal, standing)
    if form.is_valid():
        try:
            done = _ACTS[form.cleaned_data["outcome"]](request, deal, form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return acted(request, done, to=back_to(request, deal))
    return _dialog(request, deal, standing, form)


def _form(request: MemberRequest, deal: Deal, standing: Standing | None) -> ClosingForm:
    firm, net = request.firm, standing.net if standing is not None and standing.has_amount else None
    initial: dict[str, Any] = {"outcome": "won", "on": request.today}
    offer = live_offer(deal, request.today)
    if offer is not None:
        whole = totals_of(firm, deal.currency, [line for line in lines_of(offer) if not line.is_optional])
        net, initial["rate"] = whole.net, str(whole.rates[0].rate) if len(whole.rates) == 1 else ""
    if net is not None:
        initial["net"] = Screen.of(request).number(net, cents=None)
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return ClosingForm(*given, initial=initial, country=firm.country)


def _won(request: MemberRequest, deal: Deal, said: dict[str, Any]) -> Done:
    firm, file = request.firm, said["file"]
    at = happened(request, said["on"])
    kept = keep(firm, safe_name(file.name), media_type_of(file), file.read(), at=request.now)
    offer = live_offer(deal, request.today)
    whole = totals([(said["net"], said["rate"])], deal.currency, firm.country)
    schedule = parts_drafted(offer) if offer is not None else ()
    agreement = record_agreement(
        deal, net=whole.net, tax=whole.tax, tax_rate=said["rate"], proof=said["proof"], document=kept,
        schedule=schedule, at=at, by=request.member,
    )  # fmt: skip
    text = _("Won: {party}, {amount} ex VAT signed.")
    amount = Screen.of(request).amount(agreement.net, deal.currency)
    return Done(text.format(party=deal.party.name, amount=amount))


def _lost(request: MemberRequest, deal: Deal, said: dict[str, Any]) -> Done:
    details = {"competitor": said["competitor"], "reason": _reason(request, REASONS_LOST, said["lost_reason"])}
    return _ended(request, deal, "lost", details, _("Lost: {party}. {amount} left what is hoped for."))


def _vanished(request: MemberRequest, deal: Deal, said: dict[str, Any]) -> Done:
    details = {"reason": _reason(request, REASONS_VANISHED, said["vanished_reason"])}
    if not said["writes"]:
        return _ended(request, deal, "vanished", details, _("Vanished: {party}. {amount} left what is hoped for."))
    to = write_closing(deal, at=moment(request), by=request.member)
    text = _("Vanished: {party}. {amount} left what is hoped for. A letter leaves for {to}.")
    return _ended(request, deal, "vanished", details, text, to=to)


_ACTS: dict[str, Callable[[MemberRequest, Deal, dict[str, Any]], Done]] = {
    "won": _won, "lost": _lost, "vanished": _vanished,
}  # fmt: skip


def _reason(request: MemberRequest, reasons: Any, key: str) -> str:
    """The reason as the history keeps it, in the language of the firm."""
    with translation.override(request.firm.language or None):
        return str(dict(reasons)[key]) if key else ""


def _ended(request: MemberRequest, deal: Deal, kind: str, details: dict[str, Any], text: str, **told: str) -> Done:
    standing = Standing.objects.filter(firm=request.firm, deal=deal).first()
    net: Decimal = standing.net if standing else ZERO
    act = say(deal, kind, details, at=moment(request), by=request.member)
    amount = Screen.of(request).amount(net, deal.currency)
    undo = reverse("deal-act-undo", args=[request.firm.ref, deal.ref, act])
    return Done(text.format(party=deal.party.name, amount=amount, **told), undo)


def _dialog(request: MemberRequest, deal: Deal, standing: Standing | None, form: ClosingForm) -> HttpResponse:
    firm_ref, screen = request.firm.ref, Screen.of(request)
    place = standing.place if standing else ""
    context = {
        "title": _("Close the deal {party}").format(party=deal.party.name),
        "lead": _leaves(screen, deal, standing),
        "deal": deal,
        "form": form,
        "is_open": place in OPEN,
        "is_waiting": place == "waiting",
        "seen": last_seen(request, deal),
        "action": reverse("deal-closing", args=[firm_ref, deal.ref]),
        "hold_url": reverse("deal-hold", args=[firm_ref, deal.ref]),
        "declining_url": reverse("deal-declining", args=[firm_ref, deal.ref]),
        "back": reverse("deal", args=[firm_ref, deal.ref]),
        "today": request.today,
        "dialog": "pipeline/_closing_dialog.html",
        "shell": shell(request, "pipeline"),
    }
    status = 422 if form.errors else 200
    return answer(request, "pipeline/_closing_dialog.html", context, page="web/dialog.html", status=status)


def _leaves(screen: Screen, deal: Deal, standing: Standing | None) -> str:
    if standing is None or not standing.has_amount:
        return _("It counts as one prospect. Say where it goes.")
    return _("{amount} ex VAT leave “Hoped for”. Say where they go.").format(
        amount=screen.amount(standing.net, deal.currency)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def declining(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """GET shows what would be left after declining; POST declines."""
    deal = find_deal(request, deal_ref)
    if request.method == "POST":
        must_be_fresh(request, deal)
        why = request.POST.get("why", "").replace("\x00", "").strip()[:2000]
        done = _ended(
            request, deal, "declined", {"reason": why}, _("Declined: {party}. {amount} left what is hoped for.")
        )
        return acted(request, done, to=back_to(request, deal))
    context = {
        "title": _("Decline {party}").format(party=deal.party.name),
        "deal": deal,
        "left": _left(request, deal),
        "seen": last_seen(request, deal),
        "action": reverse("deal-declining", args=[firm_ref, deal.ref]),
        "back": reverse("deal", args=[firm_ref, deal.ref]),
        "dialog": "pipeline/_declining_dialog.html",
        "shell": shell(request, "pipeline"),
    }
    if request.headers.get("HX-Target") == "left":
        return answer(request, "pipeline/_left.html", context, page="web/dialog.html")
    return answer(request, "pipeline/_declining_dialog.html", context, page="web/dialog.html")


def _left(request: MemberRequest, deal: Deal) -> list[dict[str, str]]:
    """What stays once the deal is declined: signed work, live prospects, and how many would be missing."""
    screen, firm = Screen.of(request), request.firm
    stocks = figures_of.today(firm, request.today, screen.home)
    hoped, signed = stocks.get("hoped", Stock()), stocks.get("signed", Stock())
    own = Standing.objects.filter(firm=firm, deal=deal, place="hoped").values_list("net", flat=True).first()
    live, net = (hoped.deals, hoped.net) if own is None else (hoped.deals - 1, hoped.net - own)
    wanted, prospects, by = _needed(request)
    return [
        {"name": _("Signed, left to deliver"), "text": _("{amount} ex VAT").format(amount=screen.whole(signed.net))},
        {
            "name": _("Live prospects, {amount} ex VAT").format(amount=screen.whole(net)),
            "text": screen.number(live),
        },
        {
            "name": _("Missing to sign {count} clients by {day}").format(
                count=screen.number(wanted), day=screen.plain(by)
            ),
            "text": screen.number(max(0, prospects - live)),
        },
    ]


def _needed(request: MemberRequest) -> tuple[int, int, date]:
    """How many signatures are wanted, how many live prospects they take, and by when; kept while nothing happens."""
    firm = request.firm
    key = f"needed:{firm.id}:{request.today}:{version(firm)}"
    kept: tuple[int, int, date] | None = cache.get(key)
    if kept is None:
        kept = needed(firm, request.today)
        cache.set(key, kept, figures_of.KEPT)
    return kept
