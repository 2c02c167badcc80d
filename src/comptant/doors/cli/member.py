"""The people of a firm: invite someone, list them, change a role, let someone leave."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.tables import print_table
from comptant.doors.inviting import invite, withdraw
from comptant.ground.firms.actions import OPERATOR_NAME
from comptant.ground.firms.joining import change_role, remove_member, waiting
from comptant.ground.firms.models import Firm, Invitation, Member, Role

ROLES = [role.value for role in Role]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do with whom."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    asked = acts.add_parser("invite", help="ask someone to join, by a letter")
    asked.add_argument("email")
    asked.add_argument("--role", choices=ROLES, required=True)
    asked.add_argument("--name", default="")
    acts.add_parser("list", help="the people of the firm, and who was asked to join")
    changed = acts.add_parser("change", help="give a member another role")
    changed.add_argument("member", metavar="NAME")
    changed.add_argument("--role", choices=ROLES, required=True)
    removed = acts.add_parser("remove", help="a member, or an invitation, no longer opens the firm")
    removed.add_argument("member", metavar="NAME", help="their name, or the e-mail of an invitation")
    for sub in acts.choices.values():
        # Said after the word as well as before it; what was said before stays when it is not said again.
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--firm", metavar="REF", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Do it."""
    with firms.ready(options) as firm:
        return {"invite": _invite, "list": _list, "change": _change, "remove": _remove}[options.act](firm, options)


def _invite(firm: Firm, options: argparse.Namespace) -> int:
    by: Member = Member.objects.get(firm=firm, name=OPERATOR_NAME)
    made = invite(firm, options.email, Role(options.role), options.name, at=datetime.now(UTC), by=by)
    return _tell(options, _asked(made), _("{email} is asked to join; the letter leaves with the next mail.").format(
        email=made.email))  # fmt: skip


def _list(firm: Firm, options: argparse.Namespace) -> int:
    members = list(Member.objects.filter(firm=firm).exclude(name=OPERATOR_NAME).order_by("name"))
    asked = list(waiting(firm).order_by("email"))
    if options.json:
        shown = {"members": [_shown(member) for member in members], "invitations": [_asked(one) for one in asked]}
        print(json.dumps(shown, ensure_ascii=False, indent=2))
        return 0
    rows = [(member.name, str(Role(member.role).label), _state(member)) for member in members]
    rows += [
        (one.name or one.email, str(Role(one.role).label), _("asked to join, {email}").format(email=one.email))
        for one in asked
    ]
    print_table([_("Name"), _("Role"), _("State")], rows)
    return 0


def _state(member: Member) -> str:
    if not member.is_active:
        return _("has left")
    return _("signs in") if member.user_id else _("named by a file")


def _change(firm: Firm, options: argparse.Namespace) -> int:
    member = change_role(_named(firm, options.member), Role(options.role))
    text = _("{name} is now {role}.").format(name=member.name, role=Role(member.role).label)
    return _tell(options, _shown(member), text)


def _remove(firm: Firm, options: argparse.Namespace) -> int:
    invitation: Invitation | None = waiting(firm).filter(email=options.member.strip().lower()).first()
    now = datetime.now(UTC)
    if invitation is not None:
        invitation.firm = firm
        return _tell(options, _asked(withdraw(invitation, at=now)), _("The invitation is withdrawn."))
    member = remove_member(_named(firm, options.member), at=now)
    return _tell(options, _shown(member), _("{name} no longer opens the firm.").format(name=member.name))


def _named(firm: Firm, name: str) -> Member:
    """The member of that name who signs in."""
    people = Member.objects.filter(firm=firm, is_active=True, user_id__isnull=False)
    found: Member | None = people.filter(name=name).first()
    if found is None:
        names = ", ".join(people.order_by("name").values_list("name", flat=True))
        firms.misuse(_("Nobody who signs in here is called {name}; there are: {names}.").format(name=name, names=names))
    found.firm = firm
    return found


def _tell(options: argparse.Namespace, shown: dict[str, Any], text: str) -> int:
    print(json.dumps(shown, ensure_ascii=False, indent=2) if options.json else text)
    return 0


def _shown(member: Member) -> dict[str, Any]:
    return {
        "id": str(member.id), "name": member.name, "role": member.role, "is_active": member.is_active,
        "signs_in": member.user_id is not None,
    }  # fmt: skip


def _asked(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": str(invitation.id), "email": invitation.email, "name": invitation.name, "role": invitation.role,
        "expires_at": invitation.expires_at.isoformat(),
    }  # fmt: skip
