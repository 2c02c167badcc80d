"""Extra requests: what a client asks for beside what was agreed, captured by whoever hears it, before it is done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web import figures_of
from comptant.doors.web.client_page import without_nul
from comptant.doors.web.offers import words
from comptant.doors.web.offers.offers_page import page_of
from comptant.doors.web.offers.typed import Unread, figure, written
from comptant.doors.web.reach import find_deal, moment
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.firms.models import Role
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import READING, SELLING, has_role, sees_own_alone
from comptant.ground.web.sentences import sentence
from comptant.journey.offers import queries
from comptant.journey.offers.actions import propose_extra
from comptant.journey.offers.models import Offer
from comptant.journey.offers.rules.drafts import LineDraft
from comptant.journey.offers.rules.totals import USUAL
from comptant.journey.offers.rules.validity import DRAFT, SENT
from comptant.journey.pipeline.models import Standing
from comptant.journey.prospects.search import search_parties

FIELDS = {"what": 300, "text": 2000, "deal": 200, "asked_by": 200, "price": 30}
MOST_DEALS = 12

Said = dict[str, str]


@require_http_methods(["GET", "POST"])
def extras(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows the form and the requests one sees; POST captures one."""
    form = without_nul(request.POST)
    said = {name: form.get(name, "").strip() for name in FIELDS}
    errors: Said = {}
    if request.method == "POST":
        captured = _captured(request, said, errors)
        if captured is not None:
            done = _("“{title}” is captured: nothing is done before the client accepts it.")
            return acted(
                request, Done(done.format(title=captured.title)), to=reverse("extra-requests", args=[firm_ref])
            )
    context = _context(request, said, errors)
    is_search = request.method != "POST" and bool(request.htmx)
    fragment = "offers/_extra_deals.html" if is_search else "offers/_extras.html"
    return answer(request, fragment, context, page="offers/extras.html", status=422 if errors else 200)


def _captured(request: MemberRequest, said: Said, errors: Said) -> Offer | None:
    """The extra request, a draft; None when something is missing, and ``errors`` says what."""
    price = _price(request, said, errors)
    for name, longest in FIELDS.items():
        if len(said[name]) > longest:
            errors[name] = _("{found} characters are too many: {longest} at most.").format(
                found=len(said[name]), longest=longest
            )
    if not said["what"]:
        errors.setdefault("what", _("Say what the client asks for."))
    if not said["asked_by"]:
        errors.setdefault("asked_by", _("Say who asked for it at the client’s."))
    if not said["deal"]:
        errors.setdefault("deal", _("Choose for which work it is."))
    if errors:
        return None
    deal = find_deal(request, said["deal"])
    rate = USUAL.get(request.firm.country, USUAL["FR"])[0]
    try:
        return propose_extra(
            deal, lines=[LineDraft(said["what"], price, rate, text=said["text"])], title=said["what"],
            asked_by=said["asked_by"], at=moment(request), by=request.member,
        )  # fmt: skip
    except Refusal as refusal:
        errors["price" if refusal.code == "line_amount" else "deal"] = sentence(refusal.code, refusal.facts)
        return None


def _price(request: MemberRequest, said: Said, errors: Said) -> Decimal:
    language = Screen.of(request).language
    try:
        if said["price"]:
            return figure(said["price"], language, 2)
        errors["price"] = _("Write its price, 0 when it is free.")
    except Unread:
        errors["price"] = _("“{found}” is no figure here. Write it as {example}.").format(
            found=said["price"][:40], example=written(Decimal("1250.5"), language)
        )
    return Decimal(0)


def _context(request: MemberRequest, said: Said, errors: Said) -> dict[str, Any]:
    screen, search = Screen.of(request), request.GET.get("q", "").replace("\x00", "").strip()[:100]
    here = reverse("extra-requests", args=[screen.firm_ref])
    found = page_of(_seen(request), "extras", request.GET.get("after", "").replace("\x00", ""))
    offers = [row["row"] for row in found["items"]]
    states = queries.states_of(offers, request.today)
    reads = has_role(request.member, READING)
    stocks = figures_of.today(request.firm, request.today, screen.home) if reads else None
    return {
        "title": _("Extra requests"), "here": here, "said": said, "errors": errors, "q": search,
        "deals": _deals(request, search, said["deal"]),
        "rows": [row_shown(request, screen, offer, states[offer.id]) for offer in offers],
        "next": f"{here}?{urlencode({'after': found['next']})}" if found["next"] else "",
        "is_first": "after" not in request.GET, "unit": _("ex VAT"),
        "shell": shell(request, "offers" if reads else "extras", stocks, ["signed"]),
    }  # fmt: skip


def _seen(request: MemberRequest) -> Any:
    """Of staff, those they captured; of a seller, those of their deals; else the firm's."""
    rows = Offer.objects.filter(firm=request.firm, kind="extra").select_related("deal__party", "made_by")
    if request.member.role == Role.STAFF:
        return rows.filter(made_by=request.member)
    if sees_own_alone(request.member):
        return rows.filter(deal__in=Standing.objects.filter(firm=request.firm, seller=request.member).values("deal"))
    return rows


def row_shown(request: MemberRequest, screen: Screen, offer: Offer, state: str) -> dict[str, Any]:
    """A request in the list: no amount but its price."""
    sells = has_role(request.member, SELLING)
    return {
        "title": offer.title, "party": offer.deal.party.name, "asked_by": offer.asked_by, "by": offer.made_by.name,
        "on": screen.short(offer.deal.firm.day(offer.made_at)) if offer.deal.firm else "",
        "price": screen.amount(offer.net, offer.deal.currency), "what": words.state_words(offer, state),
        "url": reverse("offer", args=[screen.firm_ref, offer.id]) if sells else "",
        "accept": reverse("extra-acceptance", args=[screen.firm_ref, offer.id])
        if sells and state in (DRAFT, SENT) else "",
    }  # fmt: skip


def _deals(request: MemberRequest, search: str, chosen: str) -> list[dict[str, Any]]:
    """Signed work, by client: what the words find, else the newest; the one chosen stays among them."""
    rows = queries.running_agreements(request.firm)
    if sees_own_alone(request.member):
        rows = rows.filter(deal__in=Standing.objects.filter(firm=request.firm, seller=request.member).values("deal"))
    found = rows.filter(deal__party__in=search_parties(request.firm, search, MOST_DEALS)) if search else rows
    deals = [agreement.deal for agreement in found.order_by("-id")[:MOST_DEALS]]
    return [
        {"ref": deal.ref, "party": deal.party.name, "title": deal.title or deal.ref, "is_chosen": deal.ref == chosen}
        for deal in deals
    ]
