"""Asking someone to join a firm: the invitation, its link and its letter; and what their answer does."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.firms import joining
from comptant.ground.firms.models import Firm, Invitation, Member, Role, User
from comptant.ground.mail.actions import put
from comptant.ground.mail.letters import Link, render_letter
from comptant.ground.mail.links import address_of, end_links, make_link
from comptant.ground.web.days import plain_day


@transaction.atomic
def invite(firm: Firm, email: str, role: Role, name: str = "", *, at: datetime, by: Member) -> Invitation:
    """Someone is asked to join the firm with a role, by a letter whose link lasts seven days; former ones are ended.

    Raises Refusal already_member, bad_address.
    """
    for waiting in joining.waiting(firm).filter(email=email.strip().lower()):
        end_links(firm, "invitation", waiting.id)
    invitation = joining.open_invitation(firm, email, role, name, at=at, by=by)
    secret = make_link(firm, "invitation", invitation.id, expires_at=invitation.expires_at)
    language = firm.language
    with translation.override(language):
        subject = _("{person} invites you to {firm} on Comptant").format(person=by.name, firm=firm.name)
        text, html = render_letter(
            subject=subject,
            language=language,
            paragraphs=[
                _("Hello {name},").format(name=invitation.name) if invitation.name else _("Hello,"),
                _("{person} asks you to join **{firm}** as {role}.").format(
                    person=by.name, firm=firm.name, role=Role(invitation.role).label
                ),
            ],
            links=[Link(_("Join the firm"), address_of("invitation", secret))],
            after=[
                _("The link is yours alone and is good until {day}.").format(
                    day=plain_day(firm.day(invitation.expires_at), language, firm.today(at))
                )
            ],
        )
    put(
        firm, to=invitation.email, to_name=invitation.name, subject=subject, text=text, html=html, kind="invitation",
        key=f"invitation:{invitation.id}", at=at, by=by,
    )  # fmt: skip
    return invitation


@transaction.atomic
def withdraw(invitation: Invitation, *, at: datetime) -> Invitation:
    """Nobody joins by it any more; its link is ended. Raises Refusal invitation_over when it was accepted."""
    end_links(invitation.firm, "invitation", invitation.id)
    return joining.withdraw(invitation, at=at)


@transaction.atomic
def join(invitation: Invitation, user: User, *, at: datetime) -> Member:
    """The invited person is a member; the link is ended. Raises Refusal invitation_over, already_member."""
    member = joining.accept(invitation, user, at=at)
    end_links(invitation.firm, "invitation", invitation.id)
    return member
