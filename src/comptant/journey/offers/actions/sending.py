"""Sending an offer: the PDF is kept, the link made, the letter put in the outbox and the act recorded, together."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from comptant.ground.documents.actions import keep
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import lock_deals, post, record
from comptant.ground.journal.acts import OPEN, Fact
from comptant.ground.mail.actions import checked, put
from comptant.ground.mail.links import address_of, make_link
from comptant.ground.parties.models import Contact
from comptant.ground.refusals import Refusal
from comptant.journey.offers import letters, paper, queries
from comptant.journey.offers.models import Offer, OfferKind, Presented
from comptant.journey.offers.rules.drafts import has_deposit
from comptant.journey.prospects.actions import may_commit

LINK_LASTS = timedelta(days=365)
"""After the decision date: the client can still read what they were offered, and what they answered."""


@transaction.atomic
def send_offer(offer: Offer, *, to: str = "", at: datetime, by: Member) -> Offer:
    """The draft is sealed as a PDF and sent with a link to the client's page; the version sent before it ends.

    ``to``, unless named, is the party's address. The offer comes back with ``link``, told once.
    Raises Refusal offer_is_sent, not_open, extra_needs_agreement, decision_date_needed, email_needed, bad_address,
    over_limit, red_party; Refused decision_moved_too_often.
    """
    deal, firm = offer.deal, offer.deal.firm
    lock_deals(firm, [deal.id])
    offer = queries.get_offer(firm, offer.number, offer.version)
    address = to or offer.deal.party.email
    to = checked(address) if address else ""
    _must_be_sendable(offer, to, firm, at)
    _end_what_it_replaces(offer, at)
    offer.presented_how = offer.presented_how or Presented.SENT.value
    offer.presented_on = offer.presented_on or firm.day(at)
    offer.sent_at, offer.sent_to, offer.sent_by = at, to, by
    content = paper.offer_pdf(offer, at=at)
    offer.document = keep(firm, f"{offer.number}-v{offer.version}.pdf", "application/pdf", content, at=at)
    offer.link_expires_at = at + LINK_LASTS
    offer.save()
    secret = make_link(firm, "offer", offer.id, expires_at=offer.link_expires_at)
    _say_sent(offer, at=at, by=by)
    offer.link = address_of("offer", secret)
    _put_letter(offer, at=at, by=by)
    return offer


def _must_be_sendable(offer: Offer, to: str, firm: Firm, at: datetime) -> None:
    if offer.sent_at is not None:
        raise Refusal("offer_is_sent", number=offer.number, version=offer.version)
    place = queries.place_of(offer.deal)
    if offer.kind == OfferKind.SALE and place not in OPEN:
        raise Refusal("not_open")
    if offer.kind == OfferKind.EXTRA and queries.agreement_of(offer.deal) is None:
        raise Refusal("extra_needs_agreement")
    if offer.decision_on is None or offer.decision_on <= firm.today(at):
        raise Refusal("decision_date_needed")
    if not to:
        raise Refusal("email_needed", party=offer.deal.party.name)
    may_commit(offer.deal, offer.net + offer.tax, has_deposit=has_deposit(queries.parts_drafted(offer)))


def _end_what_it_replaces(offer: Offer, at: datetime) -> None:
    """One live offer a deal; of an extra request, one live version."""
    replaced = Offer.objects.filter(
        firm_id=offer.firm_id, deal=offer.deal, kind=offer.kind, sent_at__isnull=False, accepted_at=None,
        declined_at=None, ended_at=None,
    )  # fmt: skip
    if offer.kind == OfferKind.EXTRA:
        replaced = replaced.filter(number=offer.number)
    replaced.update(ended_at=at, end_reason="revised")


def _say_sent(offer: Offer, *, at: datetime, by: Member) -> None:
    details = {
        "offer": str(offer.id), "number": offer.number, "version": offer.version, "presented": offer.presented_how,
        "decision_on": offer.decision_on.isoformat() if offer.decision_on else None,
        "net": str(offer.net), "tax": str(offer.tax), "to": offer.sent_to,
    }  # fmt: skip
    sha256 = bytes(offer.document.sha256)
    if offer.kind == OfferKind.EXTRA:
        post(offer.deal, act="extra_proposed", at=at, by=by, details=details, document_sha256=sha256)
        return
    fact = Fact("offer_sent", at, details, f"offer:{offer.id}", by.id, document_sha256=sha256)
    record(offer.deal.firm, {offer.deal_id: [fact]})


def _put_letter(offer: Offer, *, at: datetime, by: Member) -> None:
    party = offer.deal.party
    contact = Contact.objects.filter(firm_id=offer.firm_id, party=party, email=offer.sent_to).first()
    letter = letters.offer_letter(offer, offer.link, contact.name if contact else "")
    put(
        offer.deal.firm, to=offer.sent_to, to_name=contact.name if contact else party.name, subject=letter.subject,
        text=letter.text, html=letter.html, attachments=[offer.document], kind="offer", key=f"offer:{offer.id}",
        at=at, deal=offer.deal, party=party, by=by,
    )  # fmt: skip
