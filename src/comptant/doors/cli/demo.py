"""Create the demonstration firm: two years of a small consultancy, the same every time, with a fixed today."""

from __future__ import annotations

import argparse
import json

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comptant.doors import demo
from comptant.ground.web.days import plain_day


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing is needed."""
    parser.add_argument("--new-password", action="store_true", help="give the demonstration's owner a new password")


def run(options: argparse.Namespace) -> int:
    """Create it, or say that it is there."""
    created = demo.create_demo()
    sign_in = created or (demo.set_password() if options.new_password else None)
    if options.json:
        email, password = sign_in or (None, None)
        said = {"firm": demo.REF, "created": created is not None, "today": demo.TODAY.isoformat()}
        print(json.dumps({**said, "email": email, "password": password}, ensure_ascii=False, indent=2))
        return 0
    if created is None:
        print(_("The demonstration is here already: nothing was changed."))
    else:
        day = plain_day(demo.TODAY, get_language() or "en")
        print(_("The demonstration is created ({ref}); today is always {day} there.").format(ref=demo.REF, day=day))
    if sign_in:
        print(_("Sign in as {email} with the password {password}").format(email=sign_in[0], password=sign_in[1]))
    return 0
