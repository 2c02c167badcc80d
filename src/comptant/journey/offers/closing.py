"""The courteous letter that closes a file nobody answers: what was proposed, and since when nothing came."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Member
from comptant.ground.mail.actions import checked, put
from comptant.ground.mail.letters import render_letter
from comptant.ground.refusals import Refusal
from comptant.ground.web import days, figures
from comptant.ground.web.typography import typo
from comptant.journey.offers.models import Offer
from comptant.journey.offers.queries import language_for
from comptant.journey.offers.shown import identity
from comptant.journey.pipeline.actions import say
from comptant.journey.pipeline.models import Standing


@transaction.atomic
def write_closing(deal: Deal, *, at: datetime, by: Member) -> str:
    """A letter to the client leaves: their file is closed, one word reopens it. Its address comes back.

    It is a word of ours in the history of the deal: it stops no silence. Raises Refusal email_needed, bad_address.
    """
    firm, party = deal.firm, deal.party
    if not party.email:
        raise Refusal("email_needed", party=party.name)
    to, language = checked(party.email), language_for(party, firm)
    with translation.override(language):
        subject, paragraphs = typo(_("Your file: {title}").format(title=deal.title or deal.ref), language), _words(deal)
        who = identity(firm)
        text, html = render_letter(
            subject=subject, language=language, paragraphs=[typo(one, language) for one in paragraphs],
            after=[typo(_("In any case, I will not ask you again on this subject."), language)],
            signature=[line for line in (by.name, firm.name, who.phone) if line], rows=[], links=[], foot="",
        )  # fmt: skip
    put(
        firm, to=to, to_name=party.name, subject=subject, text=text, html=html, kind="closing",
        key=f"closing:{deal.id}:{at:%Y%m%d}", at=at, deal=deal, party=party, by=by,
    )  # fmt: skip
    say(deal, "seller_touch", {"channel": "email", "note": subject}, at=at, by=by)
    return to


def _words(deal: Deal) -> list[str]:
    """What they have of ours, and what silence is taken for."""
    language = translation.get_language()
    standing = Standing.objects.filter(firm_id=deal.firm_id, deal=deal).first()
    offer = Offer.objects.filter(firm_id=deal.firm_id, deal=deal, sent_at__isnull=False).order_by("sent_at").last()
    words = [_("Hello,")]
    if offer is not None and offer.sent_at is not None:
        words.append(
            _("You have had our offer {number} since {day}: **{amount} ex VAT**, {title}.").format(
                number=offer.number, day=days.plain_day(deal.firm.day(offer.sent_at), language or "fr"),
                amount=figures.amount(offer.net, deal.currency, language or "fr", deal.firm.currency),
                title=offer.title,
            )
        )  # fmt: skip
    if standing is not None:
        day = days.plain_day(standing.last_move_on, language or "fr")
        words.append(_("I have had no news since {day}.").format(day=day))
    words.append(
        _("I take it that this is not the moment, and that is an answer I respect: **I close your file today.**")
    )
    words.append(_("One word is enough if I am wrong: answer this message."))
    return words
