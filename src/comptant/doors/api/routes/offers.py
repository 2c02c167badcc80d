"""Offers: drafted, presented, sent; what was agreed; milestones delivered; extra requests."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query

from comptant.doors.api.asking import ApiRequest, as_id, find_deal, happened, must_see
from comptant.doors.api.cursors import Place, page
from comptant.doors.api.door import Door
from comptant.doors.api.shapes import offers as shapes
from comptant.doors.api.shapes.values import Pages, Paging
from comptant.ground.documents.models import Document
from comptant.ground.documents.queries import read
from comptant.ground.refusals import Refusal
from comptant.ground.web.roles import ASKING, SELLING, sees_own_alone
from comptant.journey.offers import actions, queries
from comptant.journey.offers.models import Agreement, Milestone, Offer
from comptant.journey.offers.rules.drafts import Benefit, LineDraft, PartDraft
from comptant.journey.pipeline.models import Standing

door = Door("offers")


class OfDeal(Paging):
    """Of one deal, or of all."""

    deal: str = ""


AskedOfDeal = Annotated[OfDeal, Query()]


@door.reads("/offers", Pages[shapes.OfferRow])
def list_offers(request: ApiRequest, asked: AskedOfDeal) -> Any:
    """Offers, the newest first, every version."""
    rows = of_deal(request, Offer.objects.filter(firm=request.firm).select_related("deal"), asked.deal)
    place = Place(f"offers:{asked.deal}", asked.limit, asked.cursor)
    found = page(rows, place, "-id", lambda offer: {"row": offer})
    offers = [one["row"] for one in found["items"]]
    states = queries.states_of(offers, request.today)
    return {"items": [_row(offer, states[offer.id]) for offer in offers], "next": found["next"]}


def of_deal(request: ApiRequest, rows: Any, deal: str, path: str = "deal") -> Any:
    """The rows of one deal when one is named; a seller's are those of their own deals."""
    if deal:
        return rows.filter(**{path: find_deal(request, deal)})
    if sees_own_alone(request.member):
        own = Standing.objects.filter(firm=request.firm, seller=request.member).values("deal_id")
        return rows.filter(**{f"{path}__in": own})
    return rows


@door.does("/deals/{deal}/offers", shapes.Offer, roles=SELLING, scope="offers")
def draft_an_offer(request: ApiRequest, deal: str, body: shapes.NewOffer) -> Any:
    """Draft an offer."""
    offer = actions.draft_offer(find_deal(request, deal), **_draft(body), at=request.at, by=request.member)
    return shown_offer(request, offer)


@door.does("/deals/{deal}/extras", shapes.Offer, roles=ASKING, scope="offers")
def propose_an_extra(request: ApiRequest, deal: str, body: shapes.NewOffer) -> Any:
    """Capture an extra request on a signed deal: what, for whom, at which price; accepted before it is done."""
    offer = actions.propose_extra(find_deal(request, deal), **_draft(body), at=request.at, by=request.member)
    return shown_offer(request, offer)


@door.reads("/offers/{offer}", shapes.Offer)
def get_offer(request: ApiRequest, offer: str) -> Any:
    """An offer by number, in its latest version, or a version by id."""
    return shown_offer(request, find_offer(request, offer))


@door.changes("/offers/{offer}", shapes.Offer, roles=SELLING, scope="offers")
def revise_an_offer(request: ApiRequest, offer: str, body: shapes.OfferFields) -> Any:
    """Change a draft, or begin the next version of what was sent."""
    revised = actions.revise_offer(find_offer(request, offer), **_draft(body), at=request.at, by=request.member)
    return shown_offer(request, revised)


@door.does("/offers/{offer}/presentations", shapes.Offer, roles=SELLING, scope="offers")
def present_an_offer(request: ApiRequest, offer: str, body: shapes.Presenting) -> Any:
    """The offer was shown to the client: presented first, then sent."""
    on = body.on or request.today
    if on > request.today:
        raise Refusal("ahead_of_today", day=on)
    found = find_offer(request, offer)
    return shown_offer(request, actions.present_offer(found, how=body.how, on=on, at=request.at, by=request.member))


@door.does("/offers/{offer}/sending", shapes.Offer, roles=SELLING, scope="offers")
def send_an_offer(request: ApiRequest, offer: str, body: shapes.Sending) -> Any:
    """Send an offer: its PDF is kept, a letter leaves with the client's link."""
    found = find_offer(request, offer)
    return shown_offer(request, actions.send_offer(found, to=body.to, at=request.at, by=request.member))


@door.reads("/offers/{offer}/pdf", None, gives="application/pdf")
def get_offer_pdf(request: ApiRequest, offer: str) -> Any:
    """The PDF of an offer that was sent."""
    found = find_offer(request, offer)
    if found.document_id is None:
        raise Refusal("nothing_here")
    return as_file(read(request.firm, found.document_id))


@door.does("/offers/{offer}/acceptance", shapes.Agreement, roles=SELLING, scope="offers")
def accept_an_extra(request: ApiRequest, offer: str, body: shapes.ExtraAcceptance) -> Any:
    """An extra request was accepted outside its page, with proof."""
    agreement = actions.accept_extra(
        find_offer(request, offer), proof=body.proof, document=find_document(request, body.document),
        at=happened(request, body.at), by=request.member,
    )  # fmt: skip
    return shown_agreement(agreement)


@door.reads("/agreements", Pages[shapes.Agreement])
def list_agreements(request: ApiRequest, asked: AskedOfDeal) -> Any:
    """What was agreed, the newest first."""
    rows = of_deal(request, Agreement.objects.filter(firm=request.firm).select_related("deal"), asked.deal)
    return page(rows, Place(f"agreements:{asked.deal}", asked.limit, asked.cursor), "-id", shown_agreement)


@door.does("/deals/{deal}/agreements", shapes.Agreement, roles=SELLING, scope="offers")
def record_an_agreement(request: ApiRequest, deal: str, body: shapes.NewAgreement) -> Any:
    """A deal was won outside: by a scanned signature or a purchase order, kept as proof."""
    agreement = actions.record_agreement(
        find_deal(request, deal), net=body.net, tax=body.tax, proof=body.proof, title=body.title,
        document=find_document(request, body.document), schedule=_parts(body.schedule),
        at=happened(request, body.at), by=request.member,
    )  # fmt: skip
    return shown_agreement(agreement)


@door.reads("/agreements/{agreement}", shapes.Agreement)
def get_agreement(request: ApiRequest, agreement: UUID) -> Any:
    """What was agreed, by id."""
    return shown_agreement(find_agreement(request, agreement))


@door.does("/agreements/{agreement}/ending", shapes.Agreement, roles=SELLING, scope="offers")
def end_an_agreement(request: ApiRequest, agreement: UUID, body: shapes.Ending) -> Any:
    """An agreement ends before it was all invoiced."""
    found = find_agreement(request, agreement)
    at = happened(request, body.at)
    return shown_agreement(actions.end_agreement(found, reason=body.reason, at=at, by=request.member))


@door.does("/milestones/{milestone}/delivery", shapes.Milestone, roles=SELLING, scope="offers")
def deliver_a_milestone(request: ApiRequest, milestone: UUID, body: shapes.Delivery) -> Any:
    """A milestone was delivered and accepted: its part may be invoiced."""
    found = find_milestone(request, milestone)
    on = body.on or request.today
    if on > request.today:
        raise Refusal("ahead_of_today", day=on)
    return shown_milestone(actions.deliver(found, on=on, at=request.at, by=request.member))


def find_offer(request: ApiRequest, name: str) -> Offer:
    """The offer of that number or id, of a deal the member may see; otherwise 404."""
    found_id = as_id(name)
    rows = Offer.objects.filter(firm=request.firm).select_related("deal__party", "document")
    offer: Offer | None = (
        rows.filter(id=found_id) if found_id else rows.filter(number=name).order_by("-version")
    ).first()
    if offer is None:
        raise Refusal("nothing_here")
    must_see(request, offer.deal)
    offer.deal.firm = offer.deal.party.firm = request.firm
    return offer


def find_agreement(request: ApiRequest, agreement_id: UUID) -> Agreement:
    """The agreement, of a deal the member may see; otherwise 404."""
    agreement = queries.get_agreement(request.firm, agreement_id)
    must_see(request, agreement.deal)
    agreement.deal.firm = agreement.deal.party.firm = request.firm
    return agreement


def find_milestone(request: ApiRequest, milestone_id: UUID) -> Milestone:
    """The milestone, of a deal the member may see; otherwise 404."""
    milestone = queries.get_milestone(request.firm, milestone_id)
    must_see(request, milestone.agreement.deal)
    milestone.agreement.deal.firm = milestone.agreement.deal.party.firm = request.firm
    return milestone


def find_document(request: ApiRequest, document_id: UUID | None) -> Document | None:
    """A document kept before; otherwise 404."""
    return None if document_id is None else read(request.firm, document_id)


def as_file(document: Document) -> HttpResponse:
    """The bytes of a document, to keep and not to show."""
    answer = HttpResponse(bytes(document.content), content_type=document.media_type)
    safe = "".join(sign if sign.isalnum() or sign in "-_. " else "_" for sign in document.name)
    answer["Content-Disposition"] = f'attachment; filename="{safe.encode("ascii", "replace").decode()}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _draft(body: shapes.OfferFields) -> dict[str, Any]:
    """What a body says, as a draft takes it: a field left out, or null, stays as it is."""
    said = {name: getattr(body, name) for name in body.model_fields_set if getattr(body, name) is not None}
    if "lines" in said:
        said["lines"] = [LineDraft(**line.model_dump()) for line in said["lines"]]
    if "benefits" in said:
        said["benefits"] = [Benefit(**benefit.model_dump()) for benefit in said["benefits"]]
    if "schedule" in said:
        said["schedule"] = _parts(said["schedule"])
    return said


def _parts(parts: list[shapes.Part]) -> list[PartDraft]:
    return [PartDraft(**part.model_dump()) for part in parts]


def shown_offer(request: ApiRequest, offer: Offer) -> dict[str, Any]:
    """An offer in an answer, with its lines; staff see no margin."""
    lines = [{name: getattr(line, name) for name in shapes.OfferLine.model_fields} for line in queries.lines_of(offer)]
    parts = [
        {"title": part.title, "share": part.share, "trigger": part.trigger, "due_on": part.due_on}
        for part in queries.parts_drafted(offer)
    ]
    sees_margin = request.member.role in SELLING
    return {
        **_row(offer, queries.state_of(offer, request.today)),
        "problem": offer.problem, "give_to_get": offer.give_to_get, "conditions": offer.conditions,
        "benefits": offer.benefits, "lines": lines, "schedule": parts,
        "predicted_margin": queries.predicted_margin(offer) if sees_margin else None,
    }  # fmt: skip


def _row(offer: Offer, state: str) -> dict[str, Any]:
    names = set(shapes.OfferRow.model_fields) - {"deal", "state", "document"}
    return {
        **{name: getattr(offer, name) for name in names},
        "deal": offer.deal.ref, "state": state, "document": offer.document_id,
    }  # fmt: skip


def shown_agreement(agreement: Agreement) -> dict[str, Any]:
    """An agreement in an answer, with its milestones in order."""
    milestones = Milestone.objects.filter(firm_id=agreement.firm_id, agreement=agreement).order_by("position")
    names = set(shapes.Agreement.model_fields) - {"deal", "document", "milestones"}
    return {
        **{name: getattr(agreement, name) for name in names},
        "deal": agreement.deal.ref, "document": agreement.document_id,
        "milestones": [shown_milestone(milestone) for milestone in milestones],
    }  # fmt: skip


def shown_milestone(milestone: Milestone) -> dict[str, Any]:
    """A milestone in an answer."""
    return {name: getattr(milestone, name) for name in shapes.Milestone.model_fields}
