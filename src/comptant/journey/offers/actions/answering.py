"""The client's answer: yes with a code sent by e-mail, or no with a reason. There is no maybe."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.crypto import salted_hmac

from comptant.ground.journal.actions import lock_deals, post, record
from comptant.ground.journal.acts import OPEN, Fact
from comptant.ground.mail.actions import put
from comptant.ground.refusals import Refusal
from comptant.journey.offers import letters, queries
from comptant.journey.offers.actions.agreeing import Agreed, agree
from comptant.journey.offers.models import Agreement, Offer, OfferKind, OfferLine, Refused, Signature, SigningCode
from comptant.journey.offers.rules.drafts import DECLINED_AS, has_deposit
from comptant.journey.offers.rules.validity import ACCEPTED, DECLINED, DRAFT, EXPIRED, SENT
from comptant.journey.offers.shown import consent_for
from comptant.journey.prospects.actions import may_commit

CODE_LASTS = timedelta(minutes=10)
CODE_AGAIN_AFTER = timedelta(minutes=1)
WRONG_TRIES = 5
CODES_A_DAY = 10


@transaction.atomic
def note_opening(offer: Offer, *, at: datetime) -> None:
    """The first opening of the client's page is an act, evidence only; nothing else of it is noted."""
    rows = Offer.objects.filter(firm_id=offer.firm_id, id=offer.id, opened_at=None, sent_at__isnull=False)
    if not rows.update(opened_at=at):
        return
    offer.opened_at = at
    post(offer.deal, act="offer_opened", at=at, details=_named(offer))


@transaction.atomic
def ask_code(offer: Offer, *, at: datetime) -> SigningCode:
    """A new code goes to the address the offer was sent to; those before it are worth nothing any more.

    Raises Refusal code_too_soon, and those of an offer that cannot be answered.
    """
    lock_deals(offer.deal.firm, [offer.deal_id])
    offer = answerable(offer, at)
    sent = SigningCode.objects.filter(firm_id=offer.firm_id, offer=offer)
    recent = sent.filter(sent_at__gt=at - timedelta(days=1)).count()
    if recent >= CODES_A_DAY or sent.filter(sent_at__gt=at - CODE_AGAIN_AFTER).exists():
        raise Refusal("code_too_soon")
    secret = f"{secrets.randbelow(10**6):06d}"
    code: SigningCode = SigningCode.objects.create(
        firm_id=offer.firm_id, offer=offer, code_hash=_hash(offer, secret), sent_to=offer.sent_to, sent_at=at,
        expires_at=at + CODE_LASTS,
    )  # fmt: skip
    letter = letters.code_letter(offer, secret)
    put(
        offer.deal.firm, to=offer.sent_to, subject=letter.subject, text=letter.text, html=letter.html,
        kind="offer_code", key=f"offer-code:{code.id}", at=at, deal=offer.deal, party=offer.deal.party,
    )  # fmt: skip
    return code


@transaction.atomic
def wrong_code(offer: Offer, code: str, *, at: datetime) -> Refusal | None:
    """Why the code is not good, or None. A wrong one is counted: commit, whatever you answer; five, and it is void."""
    latest = _latest_code(offer)
    if latest is None or latest.used_at is not None:
        return Refusal("code_needed")
    if at >= latest.expires_at:
        return Refusal("code_expired")
    if latest.wrong_tries >= WRONG_TRIES:
        return Refusal("code_too_many")
    said = "".join(character for character in code if character.isdigit())
    if hmac.compare_digest(_hash(offer, said), bytes(latest.code_hash)):
        return None
    latest.wrong_tries += 1
    latest.save(update_fields=["wrong_tries"])
    left = WRONG_TRIES - latest.wrong_tries
    return Refusal("code_wrong", left=left) if left else Refusal("code_too_many")


@transaction.atomic
def accept_offer(
    offer: Offer,
    *,
    name: str,
    function: str,
    code: str,
    consent: str,
    ip: str | None,
    user_agent: str,
    at: datetime,
    options: Sequence[str] = (),
) -> Agreement:
    """The client accepts and signs: the signature is stored, the agreement made, the deal won. Once.

    ``consent`` says that they agreed, whatever its words: what is kept with the signature is the sentence of
    ``consent_for``. ``options`` are the ids of the optional lines they take. A face calls ``wrong_code`` first, in a
    transaction that it commits, so that wrong codes count.
    Raises Refusal signer_needed, consent_needed, unknown_option, code_needed, code_expired, code_wrong,
    code_too_many, over_limit, red_party, already_answered, offer_ended, offer_expired.
    """
    lock_deals(offer.deal.firm, [offer.deal_id])
    offer = answerable(offer, at)
    if not name.strip() or not function.strip():
        raise Refusal("signer_needed")
    if not consent.strip():
        raise Refusal("consent_needed")
    lines = _taken(offer, options)
    if refusal := wrong_code(offer, code, at=at):
        raise refusal
    parts = queries.parts_drafted(offer)
    whole = queries.totals_of(offer.deal.firm, offer.deal.currency, lines)
    may_commit(offer.deal, whole.gross, has_deposit=has_deposit(parts))
    agreed = Agreed(
        offer.title, whole, parts, "signature", offer.document, offer=offer, options=tuple(options), kind=offer.kind
    )
    _sign(offer, agreed, name.strip(), function.strip(), ip, user_agent, at)
    offer.accepted_at = at
    offer.save(update_fields=["accepted_at"])
    agreement = agree(offer.deal, agreed, at=at)
    _tell_accepted(offer, agreement, name.strip(), at)
    return agreement


@transaction.atomic
def decline_offer(offer: Offer, *, why: str, comment: str = "", at: datetime) -> Offer:
    """The client declines. Chose a competitor: the deal is lost; no need, not now: vanished; else the seller says.

    Raises Refusal unknown_reason, already_answered, offer_ended, offer_expired.
    """
    lock_deals(offer.deal.firm, [offer.deal_id])
    offer = answerable(offer, at)
    if why not in Refused.values:
        raise Refusal("unknown_reason", why=why)
    offer.declined_at, offer.declined_why, offer.declined_comment = at, why, comment.strip()[:2000]
    offer.save(update_fields=["declined_at", "declined_why", "declined_comment"])
    record(offer.deal.firm, {offer.deal_id: _facts_of_refusal(offer, at)})
    letter = letters.refusal_note(offer)
    _tell_seller(offer, letter, "offer_refused", at)
    return offer


def _facts_of_refusal(offer: Offer, at: datetime) -> list[Fact]:
    """A no is an answer: it ends the silence, even where the deal stays open for another offer."""
    with translation.override(offer.deal.firm.language):
        reason = offer.declined_comment or str(Refused(offer.declined_why).label)
    details = _named(offer) | {"why": offer.declined_why, "reason": reason}
    refused, key = Fact("offer_refused", at, details, f"refused:{offer.id}"), f"answer:{offer.id}"
    if offer.kind == OfferKind.EXTRA:
        return [refused]
    end = DECLINED_AS[offer.declined_why]
    return [refused, Fact(end, at, details, key) if end else Fact("buyer_move", at, {"channel": "offer"}, key)]


@transaction.atomic
def ask_reopening(offer: Offer, *, at: datetime) -> None:
    """After its date the client asks for it again: the seller is told, and the deal had a sign. Once an offer.

    Raises Refusal offer_not_expired.
    """
    firm = offer.deal.firm
    lock_deals(firm, [offer.deal_id])
    offer = queries.get_offer(firm, offer.number, offer.version)
    if not queries.has_expired(offer, firm.today(at)):
        raise Refusal("offer_not_expired", number=offer.number)
    if queries.was_asked_again(offer):
        return
    if offer.kind == OfferKind.SALE and queries.place_of(offer.deal) in OPEN:
        record(firm, {offer.deal_id: [Fact("buyer_move", at, {"channel": "offer"}, f"reopening:{offer.id}")]})
    _tell_seller(offer, letters.reopening_note(offer), "offer_asked_again", at)


def answerable(offer: Offer, at: datetime) -> Offer:
    """The offer as it stands now; lock its deal first to act upon it. Raises Refusal when it cannot be answered."""
    firm = offer.deal.firm
    fresh = queries.get_offer(firm, offer.number, offer.version)
    found = queries.state_of(fresh, firm.today(at))
    if found == SENT:
        return fresh
    if found in (ACCEPTED, DECLINED):
        raise Refusal("already_answered", number=fresh.number)
    if found == EXPIRED:
        raise Refusal("offer_expired", number=fresh.number, day=fresh.decision_on)
    raise Refusal("offer_not_sent" if found == DRAFT else "offer_ended", number=fresh.number)


def _taken(offer: Offer, options: Sequence[str]) -> list[OfferLine]:
    queries.check_options(offer, options)
    return queries.taken_lines(queries.lines_of(offer), options)


def _sign(
    offer: Offer, agreed: Agreed, name: str, function: str, ip: str | None, user_agent: str, at: datetime
) -> None:
    code = _latest_code(offer)
    if code is None:
        raise Refusal("code_needed")
    code.used_at = at
    code.save(update_fields=["used_at"])
    Signature.objects.create(
        firm_id=offer.firm_id, offer=offer, version=offer.version, document=offer.document,
        document_sha256=bytes(offer.document.sha256), link_issued_at=offer.sent_at, link_sent_to=offer.sent_to,
        code_sent_at=code.sent_at, code_sent_to=code.sent_to, code_verified_at=at, name=name[:200],
        function=function[:120], email=code.sent_to, ip=ip or None,
        user_agent=user_agent.replace("\0", "")[:400], consent=consent_for(offer), options=list(agreed.options),
        net=agreed.whole.net, tax=agreed.whole.tax, accepted_at=at,
    )  # fmt: skip


def _tell_accepted(offer: Offer, agreement: Agreement, name: str, at: datetime) -> None:
    """The acknowledgement that the law wants at once, and a word to the seller."""
    letter = letters.acknowledgement(offer, agreement, name)
    put(
        offer.deal.firm, to=offer.sent_to, to_name=name, subject=letter.subject, text=letter.text, html=letter.html,
        attachments=[offer.document], kind="offer_accepted", key=f"offer-accepted:{offer.id}", at=at, deal=offer.deal,
        party=offer.deal.party,
    )  # fmt: skip
    _tell_seller(offer, letters.acceptance_note(offer, agreement, name), "offer_signed", at)


def _tell_seller(offer: Offer, letter: letters.Letter, kind: str, at: datetime) -> None:
    to = letters.address_of_sender(offer)
    if to:
        put(
            offer.deal.firm, to=to, subject=letter.subject, text=letter.text, html=letter.html, kind=kind,
            key=f"{kind}:{offer.id}", at=at, deal=offer.deal, party=offer.deal.party,
        )  # fmt: skip


def _named(offer: Offer) -> dict[str, object]:
    return {"offer": str(offer.id), "number": offer.number, "version": offer.version}


def _latest_code(offer: Offer) -> SigningCode | None:
    """The code that counts, held: two tries at once are two tries."""
    rows = SigningCode.objects.filter(firm_id=offer.firm_id, offer=offer).order_by("-sent_at", "-id")
    code: SigningCode | None = rows.select_for_update().first()
    return code


def _hash(offer: Offer, code: str) -> bytes:
    """Keyed with the installation's secret: six digits alone could be guessed from their hash."""
    return salted_hmac("comptant.offers.code", f"{offer.id}:{code}", algorithm="sha256").digest()
