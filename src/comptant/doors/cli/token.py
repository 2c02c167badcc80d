"""Tokens of the API: make one (its secret is shown once), list them, revoke one."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.days import day
from comptant.doors.cli.tables import print_table
from comptant.ground.firms.models import ApiToken, Firm, Member, Role
from comptant.ground.firms.tokens import SCOPES, make_token, revoke_token


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do with tokens."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    create = acts.add_parser("create", help="make a token; its secret is printed once")
    create.add_argument("--name", required=True, help="what it is for")
    create.add_argument("--scopes", required=True, metavar="A,B", help=", ".join(SCOPES))
    create.add_argument("--member", metavar="NAME", help="whose it is (default: the firm's only owner)")
    create.add_argument("--expires", type=day, metavar="DAY", help="the last day it is good for (default: none)")
    acts.add_parser("list", help="every token of the firm")
    revoke = acts.add_parser("revoke", help="let a token open nothing any more")
    revoke.add_argument("token", metavar="TOKEN", help="its id or its name")
    for sub in acts.choices.values():
        # Said after the word as well as before it; what was said before stays when it is not said again.
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--firm", metavar="REF", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Do it."""
    with firms.ready(options) as firm:
        return {"create": _create, "list": _list, "revoke": _revoke}[options.act](firm, options)


def _create(firm: Firm, options: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    expires_at = firm.midnight(options.expires + timedelta(days=1)) if options.expires else None
    scopes = [scope.strip() for scope in options.scopes.split(",") if scope.strip()]
    member = _member(firm, options.member)
    token, secret = make_token(member, name=options.name, scopes=scopes, at=now, expires_at=expires_at)
    if options.json:
        print(json.dumps({**shown(token), "secret": secret}, ensure_ascii=False, indent=2))
        return 0
    print(secret)
    return 0


def _member(firm: Firm, name: str | None) -> Member:
    """The member named, who may sign in; without a name the only owner."""
    people = Member.objects.filter(firm=firm, is_active=True, user_id__isnull=False)
    found = list(people.filter(name=name) if name else people.filter(role=Role.OWNER))
    if len(found) == 1:
        found[0].firm = firm
        return found[0]  # type: ignore[no-any-return]
    names = ", ".join(people.order_by("name").values_list("name", flat=True))
    return firms.misuse(_("Say whose the token is with --member: {names}.").format(names=names or "—"))


def _list(firm: Firm, options: argparse.Namespace) -> int:
    tokens = list(ApiToken.objects.filter(firm=firm).select_related("member").order_by("id"))
    if options.json:
        print(json.dumps({"tokens": [shown(token) for token in tokens]}, ensure_ascii=False, indent=2))
        return 0
    headings = [_("Id"), _("Name"), _("Member"), _("Scopes"), _("Expires"), _("State")]
    now = datetime.now(UTC)
    print_table(
        headings,
        [
            (
                str(token.id), token.name, token.member.name, ", ".join(token.scopes),
                firm.day(token.expires_at - timedelta(microseconds=1)).isoformat() if token.expires_at else "—",
                _state(token, now),
            )
            for token in tokens
        ],
    )  # fmt: skip
    return 0


def _state(token: ApiToken, now: datetime) -> str:
    if token.revoked_at:
        return _("revoked")
    return _("expired") if token.expires_at and token.expires_at <= now else _("good")


def _revoke(firm: Firm, options: argparse.Namespace) -> int:
    tokens = [
        token
        for token in ApiToken.objects.filter(firm=firm, revoked_at=None).select_related("member")
        if options.token in (str(token.id), token.name)
    ]
    if len(tokens) != 1:
        firms.misuse(_("No single token that is still good is called “{name}”.").format(name=options.token))
    tokens[0].firm = firm
    revoke_token(tokens[0], at=datetime.now(UTC))
    if options.json:
        print(json.dumps(shown(tokens[0]), ensure_ascii=False, indent=2))
    return 0


def shown(token: ApiToken) -> dict[str, Any]:
    """A token as programs read it; never its secret."""
    return {
        "id": str(token.id),
        "name": token.name,
        "member": token.member.name,
        "scopes": list(token.scopes),
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }
