"""Reads of offers and agreements: what each is today, what it holds, which milestones are due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import OPEN
from comptant.ground.mail.models import Message
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.journey.offers.models import Agreement, Milestone, Offer, OfferKind, OfferLine
from comptant.journey.offers.rules.drafts import LineDraft, PartDraft
from comptant.journey.offers.rules.totals import Totals, totals
from comptant.journey.offers.rules.validity import EXPIRED, SENT, Life, state
from comptant.journey.pipeline.models import Standing

_CLOSED_SINCE = """
SELECT o.id FROM offers_offer o JOIN journal_act a ON a.firm_id = o.firm_id AND a.deal_id = o.deal_id
WHERE o.firm_id = %s AND o.id = ANY(%s) AND a.kind IN ('lost', 'vanished', 'declined') AND a.occurred_at >= o.sent_at
  AND NOT EXISTS (SELECT FROM journal_act c WHERE c.firm_id = a.firm_id AND c.corrects_id = a.id)
"""


def get_offer(firm: Firm, number: str, version: int | None = None) -> Offer:
    """The offer so numbered, its latest version unless one is named; otherwise 404, telling nothing."""
    versions = Offer.objects.filter(firm=firm, number=number).select_related("deal__party", "document")
    if version is None:
        return get_object_or_404(versions.order_by("-version")[:1])  # type: ignore[no-any-return]
    return get_object_or_404(versions, version=version)  # type: ignore[no-any-return]


WANTED = ("current", "to_present", "to_send", "waiting", "answered", "expired", "ended")
"""The lists of offers; the first is what can still become an answer."""


def offers_by(firm: Firm, wanted: str, today: date, *, deal: Deal | None = None) -> QuerySet[Any]:
    """Versions of offers, one row each: those of a list of ``WANTED``, of a deal when one is named; in no order."""
    draft = Q(sent_at=None, ended_at=None)
    live = Q(sent_at__isnull=False, accepted_at=None, declined_at=None, ended_at=None)
    lists = {
        "current": draft | (live & Q(decision_on__gte=today)),
        "to_present": draft & Q(presented_on=None),
        "to_send": draft & Q(presented_on__isnull=False),
        "waiting": live & Q(decision_on__gte=today),
        "answered": Q(accepted_at__isnull=False) | Q(declined_at__isnull=False),
        "expired": Q(end_reason="expired") | (live & Q(decision_on__lt=today)),
        "ended": Q(ended_at__isnull=False) & ~Q(end_reason="expired"),
        "all": Q(),
    }
    rows = Offer.objects.filter(lists[wanted], firm=firm).select_related("deal__party")
    return rows.filter(deal=deal) if deal is not None else rows


def versions_of(offer: Offer) -> list[Offer]:
    """The versions of an offer, the newest first."""
    rows = Offer.objects.filter(firm_id=offer.firm_id, number=offer.number).select_related("document", "sent_by")
    return list(rows.order_by("-version"))


def get_agreement(firm: Firm, agreement_id: UUID) -> Agreement:
    """The agreement of that id; otherwise 404."""
    rows = Agreement.objects.select_related("deal__party", "offer")
    return get_object_or_404(rows, firm=firm, id=agreement_id)  # type: ignore[no-any-return]


def get_milestone(firm: Firm, milestone_id: UUID) -> Milestone:
    """The milestone of that id, with its agreement; otherwise 404."""
    rows = Milestone.objects.select_related("agreement__deal__party")
    return get_object_or_404(rows, firm=firm, id=milestone_id)  # type: ignore[no-any-return]


def agreement_of(deal: Deal) -> Agreement | None:
    """The deal's agreement, extra requests apart; None before it is signed, or when it was ended."""
    rows: Any = Agreement.objects.filter(firm_id=deal.firm_id, deal=deal, kind=OfferKind.SALE, ended_on=None)
    agreement: Agreement | None = rows.first()
    return agreement


def running_agreements(firm: Firm) -> QuerySet[Any]:
    """The agreements under which work goes on, extra requests apart, with their deals; in no order."""
    rows = Agreement.objects.filter(firm=firm, kind=OfferKind.SALE, ended_on=None)
    return rows.select_related("deal__party")


def live_offer(deal: Deal, today: date) -> Offer | None:
    """The offer the client can answer today; None when there is none."""
    sent = Offer.objects.filter(
        firm_id=deal.firm_id, deal=deal, kind=OfferKind.SALE, sent_at__isnull=False, accepted_at=None,
        declined_at=None, ended_at=None,
    )  # fmt: skip
    return next((offer for offer in sent if state_of(offer, today) == SENT), None)


def state_of(offer: Offer, today: date) -> str:
    """What an offer is today: draft, sent, accepted, declined, ended or expired."""
    return states_of([offer], today)[offer.id]


def states_of(offers: Sequence[Offer], today: date) -> dict[UUID, str]:
    """The same for many offers of one firm; two queries."""
    if not offers:
        return {}
    firm_id, sent = offers[0].firm_id, [offer.id for offer in offers if offer.sent_at]
    places = _places(firm_id, {offer.deal_id for offer in offers})
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED_SINCE, [firm_id, sent])
        closed = {row[0] for row in cursor.fetchall()}
    return {offer.id: state(_life(offer, places.get(offer.deal_id, ""), offer.id in closed), today) for offer in offers}


def has_expired(offer: Offer, today: date) -> bool:
    """Whether its date passed without an answer, the night since then or not."""
    return state_of(offer, today) == EXPIRED or (offer.end_reason == "expired" and offer.ended_at is not None)


def was_asked_again(offer: Offer) -> bool:
    """Whether its client asked to reopen it."""
    return Message.objects.filter(firm_id=offer.firm_id, key=f"offer_asked_again:{offer.id}").exists()


def _life(offer: Offer, place: str, closed_since: bool) -> Life:
    living = OPEN if offer.kind == OfferKind.SALE else {"signed", ""}
    is_ended = offer.ended_at is not None and offer.end_reason != "expired"
    return Life(
        offer.sent_at is not None, offer.accepted_at is not None, offer.declined_at is not None,
        is_ended, offer.decision_on, place in living and not closed_since,
    )  # fmt: skip


def place_of(deal: Deal) -> str:
    """Where the deal stands in the pipeline: an account, signed once won, blank when it was never there."""
    return _places(deal.firm_id, {deal.id}).get(deal.id, "")


def _places(firm_id: int, deal_ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = Standing.objects.filter(firm_id=firm_id, deal_id__in=list(deal_ids))
    return dict(rows.values_list("deal_id", "place"))


def lines_of(offer: Offer) -> list[OfferLine]:
    """Its lines, in order."""
    return list(OfferLine.objects.filter(firm_id=offer.firm_id, offer=offer).order_by("position"))


def parts_drafted(offer: Offer) -> list[PartDraft]:
    """Its schedule, as it was written."""
    parts = offer.schedule.order_by("position")
    return [PartDraft(part.title, part.share, part.trigger, part.due_on) for part in parts]


def lines_drafted(offer: Offer) -> list[LineDraft]:
    """Its lines, as they were written."""
    return as_drafted(lines_of(offer))


def as_drafted(lines: Iterable[OfferLine]) -> list[LineDraft]:
    """Lines that were read already, as they were written."""
    return [
        LineDraft(
            line.title, line.price, line.tax_rate, line.quantity, line.unit, line.text, line.discount,
            line.is_optional, line.direct_cost,
        )
        for line in lines
    ]  # fmt: skip


def taken_lines(lines: Iterable[OfferLine], options: Iterable[str]) -> list[OfferLine]:
    """The lines that count when these options are taken: all that are not optional, and those."""
    taken = set(options)
    return [line for line in lines if not line.is_optional or str(line.id) in taken]


def check_options(offer: Offer, options: Sequence[str]) -> None:
    """Nothing when these are ids of its optional lines. Raises Refusal unknown_option."""
    if set(options) - {str(line.id) for line in lines_of(offer) if line.is_optional}:
        raise Refusal("unknown_option")


def totals_of(firm: Firm, currency: str, lines: Iterable[OfferLine]) -> Totals:
    """What these lines come to."""
    return totals([(line.net, line.tax_rate) for line in lines], currency, firm.country)


def agreed_lines(agreement: Agreement) -> list[OfferLine]:
    """The lines of the offer that was accepted, with the options taken; none when it was agreed without an offer."""
    return taken_lines(lines_of(agreement.offer), agreement.options) if agreement.offer else []


def predicted_margin(offer: Offer) -> Decimal | None:
    """Net price of the lines that are not optional less their direct cost; None when a cost is not known."""
    return margin_on(offer, lines_of(offer))


def margin_on(offer: Offer, lines: Iterable[OfferLine]) -> Decimal | None:
    """The same, of lines that were read already."""
    costs = [line.direct_cost for line in lines if not line.is_optional]
    known: list[Decimal] = [cost for cost in costs if cost is not None]
    return offer.net - sum(known, Decimal("0.00")) if len(known) == len(costs) else None


def language_for(party: Party, firm: Firm) -> str:
    """The language of what we send a party: theirs, else the firm's; French as it is written at the firm's place."""
    language = (party.language or firm.language).lower()
    if language.startswith("fr"):
        return "fr-ca" if firm.country == "CA" else "fr"
    return "en"
