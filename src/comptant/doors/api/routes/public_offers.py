"""The client's answer without a token: the secret of their link is all they need, and all they have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from comptant.doors.api.door import PUBLIC, Door
from comptant.doors.api.shapes import offers as shapes
from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.queries import get_firm
from comptant.ground.mail.links import find_link
from comptant.ground.refusals import Refusal
from comptant.ground.web.limits import allow
from comptant.ground.web.request import VisitorRequest, client_address, valid_address
from comptant.ground.web.roles import READING
from comptant.journey.offers import actions, queries
from comptant.journey.offers.by_link import OUR_BUSINESS
from comptant.journey.offers.models import Offer
from comptant.journey.offers.shown import consent_for, shown

door = Door("the client's answer")

PER_PLACE, PER_LINK, WINDOW = 60, 30, 60
"""Requests a minute, from one address and on one link."""


@door.reads("/public/offers/{secret}", shapes.PublicOffer, scope=PUBLIC, roles=READING)
def read_public_offer(request: VisitorRequest, secret: str) -> Any:
    """The offer behind a client's link. Its first opening is noted, and nothing else."""
    with behind(request, secret) as offer:
        actions.note_opening(offer, at=request.now)
        said = shown(offer)
        options = [line for line in queries.lines_of(offer) if line.is_optional]
        return {
            "number": offer.number, "version": offer.version, "language": said["language"], "offer": said,
            "consent": consent_for(offer),
            "state": queries.state_of(offer, offer.deal.firm.today(request.now)),
            "options": [{name: getattr(line, name) for name in shapes.OfferLine.model_fields} for line in options],
        }  # fmt: skip


@door.does("/public/offers/{secret}/code", shapes.CodeSent, scope=PUBLIC, roles=READING)
def ask_for_a_code(request: VisitorRequest, secret: str) -> Any:
    """A code leaves for the address the offer was sent to; it is good for ten minutes."""
    with behind(request, secret) as offer:
        return {"expires_at": actions.ask_code(offer, at=request.now).expires_at}


@door.does("/public/offers/{secret}/acceptance", shapes.Answered, scope=PUBLIC, roles=READING)
def accept_public_offer(request: VisitorRequest, secret: str, body: shapes.Acceptance) -> Any:
    """The client accepts and signs, with the code they were sent; the sentence they were shown is kept with it."""
    with behind(request, secret) as offer:
        if body.consent not in ("true", consent_for(offer)):
            raise Refusal("consent_needed")
        wrong = actions.wrong_code(offer, body.code, at=request.now)
    if wrong is not None:
        raise wrong
    with behind(request, secret, counted=True) as offer:
        try:
            actions.accept_offer(
                offer, name=body.name, function=body.function, code=body.code, consent=body.consent,
                options=[str(option) for option in body.options], ip=valid_address(request),
                user_agent=request.headers.get("User-Agent", "")[:400], at=request.now,
            )  # fmt: skip
        except Refusal as refused:
            if refused.code in OUR_BUSINESS:
                raise Refusal("cannot_sign_here", firm=offer.deal.firm.name) from refused
            raise
        return {"number": offer.number, "state": "accepted"}


@door.does("/public/offers/{secret}/refusal", shapes.Answered, scope=PUBLIC, roles=READING)
def decline_public_offer(request: VisitorRequest, secret: str, body: shapes.Refusing) -> Any:
    """The client declines, and says why."""
    with behind(request, secret) as offer:
        actions.decline_offer(offer, why=body.why, comment=body.comment, at=request.now)
        return {"number": offer.number, "state": "declined"}


@contextmanager
def behind(request: VisitorRequest, secret: str, *, counted: bool = False) -> Iterator[Offer]:
    """The offer a link opens, in its firm's transaction; an unknown or ended link is not there.

    Raises Refusal nothing_here and too_many_requests.
    """
    if not counted:
        knock(request, "offer", secret)
    found = find_link("offer", secret, now=request.now)
    if found is None:
        raise Refusal("nothing_here")
    with firm_scope(found.firm_id):
        firm = get_firm(found.firm_id)
        offer = Offer.objects.select_related("deal__party", "document").filter(firm=firm, id=found.subject_id).first()
        if offer is None:
            raise Refusal("nothing_here")
        offer.deal.firm = offer.deal.party.firm = firm
        yield offer


def knock(request: VisitorRequest, purpose: str, secret: str) -> None:
    """Count a request of somebody without a token. Raises Refusal too_many_requests."""
    place = client_address(request)
    for key, limit in ((f"api:{place}", PER_PLACE), (f"api:{purpose}:{secret}", PER_LINK)):
        if not allow(key, limit=limit, seconds=WINDOW, now=request.now):
            raise Refusal("too_many_requests", seconds=WINDOW)
