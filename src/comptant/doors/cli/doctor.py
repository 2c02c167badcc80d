"""Prove what Comptant holds: fold the journal and compare every cent, draw every timeline again, try the database.

Reads only, and tells each check as it ends. Exit code 1 when one fails.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace

from django.core import checks as configuration
from django.db import connection

from comptant.doors.cli import firm as firms
from comptant.doors.cli import readiness
from comptant.doors.cli.check_names import in_words
from comptant.ground.database.rules import broken_rules
from comptant.ground.database.scope import firm_scope
from comptant.ground.documents import doctor as documents
from comptant.ground.firms.models import Firm
from comptant.ground.firms.queries import OPERATOR, get_firm, memberships_of
from comptant.ground.journal import doctor as journal
from comptant.ground.journal.doctor import Check
from comptant.ground.mail import doctor as mail
from comptant.journey.invoices import doctor as invoices
from comptant.journey.invoices import proofs as documents_issued
from comptant.journey.offers import doctor as offers
from comptant.journey.payments import doctor as payments
from comptant.journey.pipeline import doctor as pipeline
from comptant.journey.recovery import doctor as recovery

SHOWN = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No argument of its own: without --firm every firm is looked at."""


def run(options: argparse.Namespace) -> int:
    """Check everything; 1 when anything is wrong."""
    found = []
    for check in all_checks(options):
        found.append(check)
        if not options.json:
            mark = "✓" if check.ok else "✗"
            print(f"{mark} {in_words(check.name)}" + (f": {check.detail}" if check.detail else ""), flush=True)
    ok = all(check.ok for check in found)
    if options.json:
        checks = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in found]
        print(json.dumps({"ok": ok, "checks": checks}, ensure_ascii=False, indent=2))
    return 0 if ok else 1


def all_checks(options: argparse.Namespace) -> Iterator[Check]:
    """The installation first, then each firm; with several firms the name of a check begins with the firm's."""
    chosen = [firms.chosen_firm(options)] if options.firm else memberships_of(OPERATOR)
    yield from of_installation()
    for membership in chosen:
        with firm_scope(membership.firm_id):
            firm = get_firm(membership.firm_id)
            for check in of_firm(firm):
                yield replace(check, name=f"{firm.ref}: {check.name}") if len(chosen) > 1 else check


def of_installation() -> Iterator[Check]:
    """Database and configuration. That the role is weak enough was made sure of before the command began."""
    broken = broken_rules(connection)
    yield Check("the database keeps the schema rules", not broken, _few(broken))
    missing = [".".join(name) for name in sorted(readiness.known_migrations() - readiness.made_migrations())]
    yield Check("the tables are those of this version", not missing, _few(missing))
    wrong = [str(message) for message in configuration.run_checks() if message.level >= configuration.ERROR]
    yield Check("the configuration is sound", not wrong, _few(wrong))


def of_firm(firm: Firm) -> Iterator[Check]:
    """What one firm holds, within its scope."""
    yield from journal.checks(firm)
    yield from documents.checks(firm)
    yield from mail.checks(firm)
    yield from pipeline.checks(firm)
    yield from offers.checks(firm)
    yield from invoices.checks(firm)
    yield from documents_issued.checks(firm)
    yield from payments.checks(firm)
    yield from recovery.checks(firm)
    yield Check("letters leave, or say why they wait", True, mail.what_waits(firm))
    ran = firm.clock_on is not None and firm.clock_on <= firms.today_of(firm)
    yield Check("the clock has not run ahead of today", ran, str(firm.clock_on or ""))


def _few(faults: list[str]) -> str:
    return f"{len(faults)}: " + "; ".join(faults[:SHOWN]) if faults else ""
