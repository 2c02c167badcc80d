"""What was agreed outside the client's page, with the paper that proves it: a sale, or an extra request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web.client_page import without_nul
from comptant.doors.web.offers.found import find_offer
from comptant.doors.web.offers.typed import Unread, figure, written
from comptant.doors.web.reach import find_deal, happened
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.doors.web.uploads import media_type_of, safe_name
from comptant.ground.deals.models import Deal
from comptant.ground.documents.actions import LARGEST, keep
from comptant.ground.documents.models import Document
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, acted
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence
from comptant.journey.offers import queries
from comptant.journey.offers.actions import accept_extra, record_agreement
from comptant.journey.offers.models import OfferKind, Proof
from comptant.journey.offers.rules.drafts import PartDraft
from comptant.journey.offers.rules.totals import USUAL, totals
from comptant.journey.pipeline.models import Standing

PROOFS = (Proof.SCANNED, Proof.PURCHASE_ORDER)
FIELDS = ("proof", "net", "tax_rate", "deposit", "title", "on")
LONGEST = 300
BESIDE = {
    "proof_needed": "file", "unknown_proof": "proof", "document_too_large": "file", "bad_day": "on",
    "ahead_of_today": "on", "agreement_other_amount": "net", "bad_amount": "net", "schedule_part": "deposit",
    "schedule_not_whole": "deposit",
}  # fmt: skip
"""Beside which field a refusal is told; above the form for any other."""

Said = dict[str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the client agreed to, as the form says it."""

    net: Decimal
    tax: Decimal
    rate: Decimal
    schedule: tuple[PartDraft, ...]


@require_http_methods(["GET", "POST"])
def of_deal(request: MemberRequest, firm_ref: str, deal_ref: str) -> HttpResponse:
    """GET asks for the proof and the amount; POST records the agreement: the deal is won."""
    deal = find_deal(request, deal_ref)
    if request.method != "POST":
        return _deal_form(request, deal, _usual(request, deal), {})
    said = _said(request)
    errors: Said = {}
    try:
        terms = _terms(request, deal, said, errors)
        at = _moment(request, said["on"])
        if terms is not None:
            agreement = record_agreement(
                deal, net=terms.net, tax=terms.tax, tax_rate=terms.rate, proof=said["proof"], schedule=terms.schedule,
                document=_kept(request, said["proof"], at), title=said["title"], at=at, by=request.member,
            )  # fmt: skip
    except Refusal as refusal:
        errors[BESIDE.get(refusal.code, "")] = sentence(refusal.code, refusal.facts)
    if errors:
        return _deal_form(request, deal, said, errors)
    amount = Screen.of(request).amount(agreement.net, deal.currency)
    done = Done(_("{amount} ex VAT are signed with {party}.").format(amount=amount, party=deal.party.name))
    return acted(request, done, to=reverse("agreement", args=[firm_ref, agreement.id]))


@require_http_methods(["GET", "POST"])
def of_extra(request: MemberRequest, firm_ref: str, offer_id: UUID) -> HttpResponse:
    """GET asks for the proof that an extra request was accepted; POST records it."""
    offer = find_offer(request, offer_id)
    if offer.kind != OfferKind.EXTRA:
        raise Http404
    said = _said(request)
    errors: Said = {}
    if request.method == "POST":
        try:
            at = _moment(request, said["on"])
            document = _kept(request, said["proof"], at)
            agreement = accept_extra(offer, proof=said["proof"], document=document, at=at, by=request.member)
        except Refusal as refusal:
            errors[BESIDE.get(refusal.code, "")] = sentence(refusal.code, refusal.facts)
        else:
            amount = Screen.of(request).amount(agreement.net, offer.deal.currency)
            done = Done(_("“{title}” is accepted: {amount} more are signed.").format(title=offer.title, amount=amount))
            return acted(request, done, to=reverse("agreement", args=[firm_ref, agreement.id]))
    else:
        said |= {"proof": str(Proof.PURCHASE_ORDER), "on": request.today.isoformat()}
    context = {
        "title": _("Accepted by the client"), "name": offer.title, "party": offer.deal.party.name,
        "amount": Screen.of(request).amount(offer.net, offer.deal.currency),
        "action": reverse("extra-acceptance", args=[firm_ref, offer.id]),
        "back": reverse("extra-requests", args=[firm_ref]),
    }  # fmt: skip
    return _dialog(request, "offers/_extra_dialog.html", context, said, errors)


def _usual(request: MemberRequest, deal: Deal) -> Said:
    """What the form says before anybody wrote: the deal's estimate, the usual rate, today."""
    language = Screen.of(request).language
    standing = Standing.objects.filter(firm=request.firm, deal=deal).first()
    net = written(standing.net, language) if standing and standing.has_amount else ""
    rate = USUAL.get(request.firm.country, USUAL["FR"])[0]
    return {
        "proof": str(Proof.SCANNED), "net": net, "tax_rate": written(rate, language), "deposit": "",
        "title": deal.title, "on": request.today.isoformat(),
    }  # fmt: skip


def _deal_form(request: MemberRequest, deal: Deal, said: Said, errors: Said) -> HttpResponse:
    agreed = queries.agreement_of(deal)
    context = {
        "title": _("Won: what was agreed"), "party": deal.party.name, "name": deal.title or deal.ref,
        "action": reverse("deal-agreements", args=[request.firm.ref, deal.ref]),
        "back": reverse("deal", args=[request.firm.ref, deal.ref]),
        "agreed": reverse("agreement", args=[request.firm.ref, agreed.id]) if agreed else "",
    }  # fmt: skip
    return _dialog(request, "offers/_outside_dialog.html", context, said, errors)


def _dialog(request: MemberRequest, template: str, context: dict[str, Any], said: Said, errors: Said) -> HttpResponse:
    context |= {
        "dialog": template, "said": said, "errors": errors, "error": errors.get("", ""),
        "proofs": [(proof.value, proof.label) for proof in PROOFS], "shell": shell(request, "offers"),
    }  # fmt: skip
    return answer(request, template, context, page="web/dialog.html", status=422 if errors else 200)


def _said(request: MemberRequest) -> Said:
    form = without_nul(request.POST)
    return {name: form.get(name, "").strip()[:LONGEST] for name in FIELDS}


def _moment(request: MemberRequest, on: str) -> datetime:
    """The instant of the day that was said. Raises Refusal bad_day, ahead_of_today."""
    try:
        return happened(request, date.fromisoformat(on) if on else None)
    except ValueError:
        raise Refusal("bad_day", day=on[:40]) from None


def _terms(request: MemberRequest, deal: Deal, said: Said, errors: Said) -> Terms | None:
    """The amounts of the form; None when one cannot be read, and ``errors`` says which."""
    read: dict[str, Decimal] = {}
    for name, places in (("net", 2), ("tax_rate", 3), ("deposit", 3)):
        try:
            read[name] = figure(said[name], Screen.of(request).language, places) if said[name] else Decimal(0)
        except Unread:
            errors[name] = _("“{found}” is no figure here. Write it as {example}.").format(
                found=said[name][:40], example=written(Decimal("1250.5"), Screen.of(request).language)
            )
    if not said["net"]:
        errors["net"] = _("Write the amount that was agreed, ex VAT.")
    if errors:
        return None
    whole = totals([(read["net"], read["tax_rate"])], deal.currency, request.firm.country)
    return Terms(whole.net, whole.tax, read["tax_rate"], _schedule(read["deposit"]))


def _schedule(deposit: Decimal) -> tuple[PartDraft, ...]:
    """Everything once the work is accepted, or a deposit at signature first."""
    if not deposit:
        return ()
    return (
        PartDraft(_("Deposit"), deposit, "signature"),
        PartDraft(_("Balance"), Decimal(100) - deposit, "acceptance"),
    )


def _kept(request: MemberRequest, proof: str, at: datetime) -> Document | None:
    """The file that proves it. Raises Refusal unknown_proof, document_too_large."""
    if proof not in PROOFS:
        raise Refusal("unknown_proof", proof=proof)
    file = request.FILES.get("file")
    if file is None or not file.size:
        return None
    if file.size > LARGEST:
        raise Refusal("document_too_large", name=safe_name(file.name or ""), limit=LARGEST // 1_000_000)
    return keep(request.firm, safe_name(file.name or ""), media_type_of(file), file.read(), at=at)
