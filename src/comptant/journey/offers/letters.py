"""The letters of an offer: to the client in their language, to the seller in the firm's."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.firms.models import User
from comptant.ground.mail.letters import Link, Row, render_letter
from comptant.ground.web import days, figures
from comptant.ground.web.typography import typo
from comptant.journey.offers.models import Agreement, Offer, Refused
from comptant.journey.offers.queries import language_for
from comptant.journey.offers.shown import identity, shown


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready for the outbox."""

    subject: str
    text: str
    html: str


def offer_letter(offer: Offer, link: str, name: str = "") -> Letter:
    """The offer, with what the client gains, by when they answer, and where."""
    said = shown(offer)
    with translation.override(said["language"]):
        subject = _("{heading} {number}: {title}").format(
            heading=said["heading"], number=offer.number, title=offer.title
        )
        rows = [Row(one["title"], one["figure"]) for one in offer.benefits if one["figure"]]
        rows.append(Row(_("The price, inc. tax"), said["total"][1], is_total=True))
        held = [f"{_('In return, until then we hold:')} {offer.give_to_get}"] if offer.give_to_get else []
        paragraphs = [
            _greeting(name), _opening(offer, said["language"]),
            _("Please answer **yes or no by {day}**: one page, no account needed.").format(day=said["decision_on"]),
        ]  # fmt: skip
        return _letter(
            offer,
            subject,
            said["language"],
            [*paragraphs, *held],
            rows=rows,
            links=[Link(_("Read and answer"), link)],
            after=[_("The whole offer is attached. If it is no, say so there too: we will not ask again.")],
            foot=_("This link is yours alone. We note when the page is first opened, nothing else."),
        )


def code_letter(offer: Offer, code: str) -> Letter:
    """The code that shows that who signs reads the mailbox to which the offer was sent."""
    language = language_for(offer.deal.party, offer.deal.firm)
    with translation.override(language):
        return _letter(
            offer,
            _("Your code to sign offer {number}").format(number=offer.number),
            language,
            [_greeting(), _("Type this code on the page of the offer to sign it:")],
            code=f"{code[:3]} {code[3:]}",
            after=[_("It is good for ten minutes. If you did not ask for it, do nothing: then nothing is signed.")],
        )


def acknowledgement(offer: Offer, agreement: Agreement, name: str) -> Letter:
    """What the law wants at once after an acceptance: that it has arrived, and of what."""
    language, firm = language_for(offer.deal.party, offer.deal.firm), offer.deal.firm
    with translation.override(language):
        gross = figures.amount(agreement.net + agreement.tax, offer.deal.currency, language, firm.currency, cents=True)
        accepted = offer.accepted_at.astimezone(firm.tz) if offer.accepted_at else None
        when = f"{days.plain_day(accepted.date(), language)}, {days.clock_time(accepted, language)}" if accepted else ""
        rows = [
            Row(_("Accepted by"), name), Row(_("On"), when),
            Row(_("Total inc. tax"), gross, is_total=True),
        ]  # fmt: skip
        return _letter(
            offer,
            _("Accepted: offer {number}").format(number=offer.number),
            language,
            [_greeting(name), _("Thank you. **Your acceptance has arrived**, and the work can start.")],
            rows=rows,
            after=[
                _("The document you accepted is attached. Its SHA-256 fingerprint:"),
                bytes(offer.document.sha256).hex(),
            ],
        )


def acceptance_note(offer: Offer, agreement: Agreement, name: str) -> Letter:
    """To the seller: it is signed."""
    firm = offer.deal.firm
    with translation.override(firm.language):
        net = figures.amount(agreement.net, offer.deal.currency, firm.language, firm.currency)
        subject = _("{party} signed offer {number}").format(party=offer.deal.party.name, number=offer.number)
        words = _("{name} accepted “{title}”: **{net} net are signed**.").format(
            name=name, title=offer.title, net=net
        )  # fmt: skip
        return _letter(offer, subject, firm.language, [words], is_ours=True)


def refusal_note(offer: Offer) -> Letter:
    """To the seller: why it was declined, and what is left to say."""
    firm = offer.deal.firm
    with translation.override(firm.language):
        subject = _("{party} declined offer {number}").format(party=offer.deal.party.name, number=offer.number)
        words = [
            _("Their reason: **{why}**.").format(why=Refused(offer.declined_why).label), offer.declined_comment,
        ]  # fmt: skip
        if offer.declined_why in (Refused.PRICE, Refused.OTHER):
            words.append(_("The deal is still open: say what becomes of it."))
        return _letter(offer, subject, firm.language, [word for word in words if word], is_ours=True)


def reopening_note(offer: Offer) -> Letter:
    """To the seller: its date has passed, and the client asks for it again."""
    firm = offer.deal.firm
    with translation.override(firm.language):
        party = offer.deal.party.name
        subject = _("{party} asks to reopen offer {number}").format(party=party, number=offer.number)
        words = [
            _("Its date has passed, and {party} still wants to answer **“{title}”**.").format(
                party=party, title=offer.title
            ),
            _("Agree on a new decision date, then send the next version."),
        ]
        return _letter(offer, subject, firm.language, words, is_ours=True)


def address_of_sender(offer: Offer) -> str:
    """Where the member who sent it reads mail; else the firm's own address; else nowhere."""
    user_id = offer.sent_by.user_id if offer.sent_by else None
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return user.email if user else identity(offer.deal.firm).email


def _greeting(name: str = "") -> str:
    return _("Hello {name},").format(name=name) if name else _("Hello,")


def _opening(offer: Offer, language: str) -> str:
    """How it was shown before it was sent; an offer is first presented."""
    if offer.presented_how in ("", "sent") or offer.presented_on is None:
        return _("Here is our offer: **{title}**.").format(title=offer.title)
    day = days.plain_day(offer.presented_on, language)
    return _("Here is the offer that we went through together on {day}: **{title}**.").format(
        title=offer.title, day=day
    )


def _letter(
    offer: Offer,
    subject: str,
    language: str,
    paragraphs: list[str],
    *,
    rows: list[Row] | None = None,
    links: list[Link] | None = None,
    after: list[str] | None = None,
    foot: str = "",
    code: str = "",
    is_ours: bool = False,
) -> Letter:
    """The words, spaced as the language asks, under the firm's name."""
    firm, who = offer.deal.firm, identity(offer.deal.firm)
    seller = offer.sent_by.name if offer.sent_by else ""
    signature = ["Comptant"] if is_ours else [line for line in (seller, firm.name, who.phone) if line]
    text, html = render_letter(
        subject=typo(subject, language), language=language, paragraphs=[typo(one, language) for one in paragraphs],
        rows=rows or [], links=links or [], after=[typo(one, language) for one in after or []], signature=signature,
        foot=typo(foot, language), code=code,
    )  # fmt: skip
    return Letter(typo(subject, language), text, html)
