"""Making an offer and its next versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import lock_deals, post
from comptant.ground.journal.acts import OPEN
from comptant.ground.refusals import Refusal
from comptant.journey.offers import queries
from comptant.journey.offers.models import Offer, OfferKind, OfferLine, OfferPart, OfferSeries, Presented
from comptant.journey.offers.rules.drafts import Benefit, LineDraft, PartDraft, check_lines, check_schedule
from comptant.journey.offers.rules.totals import Totals, line_net, totals

TEXTS = ("title", "problem", "give_to_get", "conditions", "asked_by")


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is written on an offer. Unless said, what a revision does not name stays as it was."""

    lines: Sequence[LineDraft]
    benefits: Sequence[str | Benefit] = ()
    decision_on: date | None = None
    schedule: Sequence[PartDraft] = ()
    title: str = ""
    problem: str = ""
    give_to_get: str = ""
    conditions: str = ""
    asked_by: str = ""


@transaction.atomic
def draft_offer(
    deal: Deal,
    *,
    lines: Sequence[LineDraft],
    benefits: Sequence[str | Benefit] = (),
    decision_on: date | None = None,
    schedule: Sequence[PartDraft] = (),
    at: datetime,
    by: Member,
    **texts: str,
) -> Offer:
    """The first version of an offer of the deal, numbered D-YYYY-NNN, a draft until it is sent.

    ``texts``: title, problem, give_to_get, conditions, asked_by. A benefit is a title and a figure, or
    "title | figure".
    Raises Refusal not_open, and those of ``check_lines`` and ``check_schedule``.
    """
    if queries.place_of(deal) not in OPEN:
        raise Refusal("not_open")
    return _first_version(deal, OfferKind.SALE, Draft(lines, benefits, decision_on, schedule, **texts), at=at, by=by)


@transaction.atomic
def propose_extra(
    deal: Deal,
    *,
    lines: Sequence[LineDraft],
    benefits: Sequence[str | Benefit] = (),
    decision_on: date | None = None,
    schedule: Sequence[PartDraft] = (),
    at: datetime,
    by: Member,
    **texts: str,
) -> Offer:
    """Work asked for beside what was agreed, priced before it is done; sent and answered as an offer is.

    Raises Refusal extra_needs_agreement on a deal that is not signed, and those of ``draft_offer``.
    """
    if queries.place_of(deal) in OPEN or queries.agreement_of(deal) is None:
        raise Refusal("extra_needs_agreement")
    return _first_version(deal, OfferKind.EXTRA, Draft(lines, benefits, decision_on, schedule, **texts), at=at, by=by)


@transaction.atomic
def revise_offer(offer: Offer, *, at: datetime, by: Member, **changes: Any) -> Offer:
    """The offer with what is named of a ``Draft`` changed: the draft itself, or a new draft, the next version.

    The version that was sent can be answered until the next is sent. Raises Refusal already_answered once accepted.
    """
    lock_deals(offer.deal.firm, [offer.deal_id])
    latest = queries.get_offer(offer.deal.firm, offer.number)
    if Offer.objects.filter(firm_id=offer.firm_id, number=offer.number, accepted_at__isnull=False).exists():
        raise Refusal("already_answered", number=offer.number)
    draft = Draft(**(_as_written(latest) | changes))
    if latest.sent_at is None:
        return _write(latest, draft)
    following = Offer(
        firm_id=offer.firm_id, deal=offer.deal, kind=offer.kind, number=offer.number, version=latest.version + 1,
        made_at=at, made_by=by,
    )  # fmt: skip
    return _write(following, draft)


@transaction.atomic
def present_offer(offer: Offer, *, how: str, on: date, with_whom: str = "", at: datetime, by: Member) -> Offer:
    """The offer was shown to the client: in_person, video, phone or sent. An act of the deal, without postings.

    Raises Refusal unknown_manner.
    """
    if how not in Presented.values:
        raise Refusal("unknown_manner", how=how)
    firm = offer.deal.firm
    offer.presented_on, offer.presented_how = on, how
    offer.save(update_fields=["presented_on", "presented_how"])
    details = {"offer": str(offer.id), "number": offer.number, "version": offer.version, "how": how}
    if with_whom.strip():
        details["with"] = with_whom.strip()[:200]
    post(offer.deal, act="offer_presented", at=instant(firm, on, at), by=by, details=details)
    return offer


def instant(firm: Firm, on: date, at: datetime) -> datetime:
    """``at`` when it is of that day, else the first instant of the day: what a bare date means."""
    return at if firm.day(at) == on else firm.midnight(on)


def _first_version(deal: Deal, kind: str, draft: Draft, *, at: datetime, by: Member) -> Offer:
    number = _next_number(deal.firm, deal.firm.day(at).year)
    return _write(Offer(firm_id=deal.firm_id, deal=deal, kind=kind, number=number, made_at=at, made_by=by), draft)


def _next_number(firm: Firm, year: int) -> str:
    """Numbers of offers may have gaps; they are never given twice."""
    OfferSeries.objects.bulk_create([OfferSeries(firm=firm, year=year)], ignore_conflicts=True)
    series = OfferSeries.objects.select_for_update().get(firm=firm, year=year)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return f"D-{year}-{series.last_number:03d}"


def _as_written(offer: Offer) -> dict[str, Any]:
    return {
        "lines": queries.lines_drafted(offer),
        "schedule": queries.parts_drafted(offer),
        "benefits": [Benefit(**benefit) for benefit in offer.benefits],
        "decision_on": offer.decision_on,
        **{name: getattr(offer, name) for name in TEXTS},
    }


def _write(offer: Offer, draft: Draft) -> Offer:
    """Check, then put the whole draft on the row and replace its lines and schedule."""
    check_lines(draft.lines)
    check_schedule(draft.schedule)
    firm, currency = offer.deal.firm, offer.deal.currency
    nets = [line_net(line, currency) for line in draft.lines]
    whole = _without_options(draft.lines, nets, currency, firm)
    offer.net, offer.tax, offer.decision_on = whole.net, whole.tax, draft.decision_on
    offer.benefits = [_benefit(one) for one in draft.benefits]
    for name in TEXTS:
        setattr(offer, name, getattr(draft, name).strip())
    offer.title = offer.title or str(offer.deal)
    offer.save()
    OfferLine.objects.filter(firm=firm, offer=offer).delete()
    OfferPart.objects.filter(firm=firm, offer=offer).delete()
    OfferLine.objects.bulk_create(_lines(offer, draft.lines, nets))
    OfferPart.objects.bulk_create(
        OfferPart(
            firm=firm, offer=offer, position=n, title=part.title.strip(), share=part.share, trigger=part.trigger,
            due_on=part.due_on,
        )
        for n, part in enumerate(draft.schedule, start=1)
    )  # fmt: skip
    return offer


def _without_options(lines: Sequence[LineDraft], nets: Sequence[Any], currency: str, firm: Firm) -> Totals:
    kept = [(net, line.tax_rate) for line, net in zip(lines, nets, strict=True) if not line.is_optional]
    return totals(kept, currency, firm.country)


def _lines(offer: Offer, lines: Sequence[LineDraft], nets: Sequence[Any]) -> list[OfferLine]:
    return [
        OfferLine(
            firm_id=offer.firm_id, offer=offer, position=n, title=line.title.strip(), text=line.text.strip(),
            quantity=line.quantity, unit=line.unit.strip(), price=line.price, discount=line.discount,
            tax_rate=line.tax_rate, is_optional=line.is_optional, direct_cost=line.direct_cost, net=net,
        )
        for n, (line, net) in enumerate(zip(lines, nets, strict=True), start=1)
    ]  # fmt: skip


def _benefit(said: str | Benefit) -> dict[str, str]:
    if isinstance(said, Benefit):
        return {"title": said.title.strip(), "figure": said.figure.strip()}
    title, _, figure = said.partition("|")
    return {"title": title.strip(), "figure": figure.strip()}
