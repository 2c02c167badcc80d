"""The client's page from the outside: from the secret of a link to an answer, each step in the firm's own scope.

Nothing here may run inside a firm's scope: a wrong code must count even though the answer is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.http import Http404

from comptant.ground.database.scope import firm_scope
from comptant.ground.mail.links import find_link
from comptant.ground.refusals import Refusal
from comptant.journey.offers import queries
from comptant.journey.offers.actions import accept_offer, ask_code, ask_reopening, decline_offer, wrong_code
from comptant.journey.offers.actions.answering import answerable
from comptant.journey.offers.models import Agreement, Offer
from comptant.journey.offers.shown import consent_for

OUR_BUSINESS = ("over_limit", "red_party")
"""What a client need not be told: how far we trust them."""


@contextmanager
def open_link(secret: str, *, now: datetime) -> Iterator[Offer]:
    """The offer that the link opens, within its firm's scope; 404 when it opens nothing (any more)."""
    found = find_link("offer", secret, now=now)
    if found is None:
        raise Http404
    with firm_scope(found.firm_id):
        offers = Offer.objects.select_related("deal__party", "document", "sent_by")
        offer: Offer | None = offers.filter(id=found.subject_id).first()
        if offer is None:
            raise Http404
        yield offer


def code_by_link(secret: str, *, options: Sequence[str] = (), now: datetime) -> None:
    """A code leaves for the address the offer was sent to. Raises Refusal as ``ask_code``, unknown_option."""
    with open_link(secret, now=now) as offer:
        queries.check_options(offer, options)
        ask_code(offer, at=now)


def sign_by_link(
    secret: str,
    *,
    name: str,
    function: str,
    code: str,
    consents: bool,
    options: Sequence[str] = (),
    ip: str | None,
    user_agent: str,
    now: datetime,
) -> Agreement:
    """The client signs. Raises Refusal as ``accept_offer``; our limits are told as cannot_sign_here."""
    with open_link(secret, now=now) as offer:
        if not consents:
            raise Refusal("consent_needed")
        refusal = wrong_code(answerable(offer, now), code, at=now)
        seller, consent = offer.deal.firm.name, consent_for(offer)
    if refusal is not None:
        raise refusal
    try:
        with open_link(secret, now=now) as offer:
            return accept_offer(
                offer, name=name, function=function, code=code, consent=consent, ip=ip, user_agent=user_agent, at=now,
                options=options,
            )  # fmt: skip
    except Refusal as refused:
        if refused.code in OUR_BUSINESS:
            raise Refusal("cannot_sign_here", firm=seller) from refused
        raise


def decline_by_link(secret: str, *, why: str, comment: str, now: datetime) -> None:
    """The client declines. Raises Refusal as ``decline_offer``."""
    with open_link(secret, now=now) as offer:
        decline_offer(offer, why=why, comment=comment, at=now)


def reopen_by_link(secret: str, *, now: datetime) -> None:
    """The client asks for an offer whose date has passed. Raises Refusal offer_not_expired."""
    with open_link(secret, now=now) as offer:
        ask_reopening(offer, at=now)
