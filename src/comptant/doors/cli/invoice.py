"""Show a document, or issue one on a deal.

comptant invoice show NUMBER [--pdf FILE]
comptant invoice issue DEAL [--deposit 30% | --deposit 500 | --balance | --milestone N | --net N --title T] [--on DAY]
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comptant.doors.cli import firm as firms
from comptant.doors.cli.days import day
from comptant.doors.cli.tables import print_table
from comptant.ground.deals.models import Deal
from comptant.ground.firms.actions import OPERATOR_NAME
from comptant.ground.firms.describing import described
from comptant.ground.firms.models import Firm, Member
from comptant.ground.refusals import Refusal
from comptant.ground.web.days import plain_day
from comptant.ground.web.figures import amount, number
from comptant.journey.invoices.actions import (
    draft_invoice,
    issue,
    issue_balance,
    issue_deposit,
    issue_milestone,
)
from comptant.journey.invoices.models import Invoice
from comptant.journey.invoices.printing import pdf_of
from comptant.journey.invoices.queries import invoice_document
from comptant.journey.invoices.rules.lines import Line
from comptant.journey.invoices.rules.taxes import rates_of
from comptant.journey.invoices.rules.terms import is_too_long
from comptant.journey.offers.actions import record_agreement
from comptant.journey.offers.models import Agreement, Milestone
from comptant.journey.offers.rules.totals import totals
from comptant.journey.pipeline.models import Standing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and of what."""
    does = parser.add_subparsers(dest="does", metavar="WHAT", required=True)
    showing = does.add_parser("show", help="show an invoice or a credit note")
    showing.add_argument("number", metavar="NUMBER")
    showing.add_argument("--pdf", metavar="FILE", help="also write its PDF there")
    issuing = does.add_parser("issue", help="issue an invoice on a deal")
    issuing.add_argument("deal", metavar="DEAL", help="the deal, by its ref")
    what = issuing.add_mutually_exclusive_group(required=True)
    what.add_argument("--deposit", metavar="SHARE", help="a deposit: a share such as 30%%, or a net amount")
    what.add_argument("--balance", action="store_true", help="what earlier invoices of the agreement left")
    what.add_argument("--milestone", type=int, metavar="N", help="the N-th milestone of the agreement, from 1")
    what.add_argument("--net", metavar="N", help="an invoice of one line of this net amount; see --title and --rate")
    issuing.add_argument("--title", metavar="T", help="what the line of --net claims; by default the deal's title")
    issuing.add_argument("--rate", metavar="R", help="the tax rate of --net, in percent; by default the usual one")
    issuing.add_argument("--on", type=day, metavar="DAY", help="issued on that day (default: today)")
    issuing.add_argument("--due", type=day, metavar="DAY", help="due on that day (default: by the terms)")
    issuing.add_argument("--pdf", metavar="FILE", help="also write its PDF there")
    for sub in (showing, issuing):
        # Said after the word as well as before it; what was said before stays when it is not said again.
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--firm", metavar="REF", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Do it and tell."""
    with firms.ready(options) as firm:
        invoice = _found(firm, options.number) if options.does == "show" else _issued(firm, options)
        pdf = bytes(pdf_of(invoice, at=datetime.now(UTC)).content) if options.pdf else b""
        told = invoice_document(invoice)
        if options.does == "issue":
            _warn_late(firm, invoice)
        if not options.json:
            _tell(firm, invoice)
    if options.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    if options.pdf:
        _write(options.pdf, pdf)
    return 0


def _found(firm: Firm, number: str) -> Invoice:
    rows = Invoice.objects.select_related("deal", "party", "corrects")
    invoice: Invoice | None = rows.filter(firm=firm, number=number).first()
    if invoice is None:
        raise Refusal("no_such_invoice_number", number=number)
    invoice.firm = firm
    return invoice


def _issued(firm: Firm, options: argparse.Namespace) -> Invoice:
    deal: Deal | None = Deal.objects.select_related("party").filter(firm=firm, ref=options.deal).first()
    if deal is None:
        raise Refusal("no_such_deal")
    deal.firm = firm
    by = Member.objects.get(firm=firm, name=OPERATOR_NAME)
    if options.on and options.on > firm.day(_now(firm)):
        # A series is chronological: a number given ahead would keep all others back until that day.
        raise Refusal("ahead_of_today", day=options.on)
    at = firm.midnight(options.on) if options.on else _now(firm)
    return _of_agreement(deal, options, at, by) if options.net is None else _alone(deal, options, at, by)


def _now(firm: Firm) -> datetime:
    """The instant it is; in a demonstration, that of its fixed today."""
    return firm.midnight(firm.fixed_today) if firm.fixed_today else datetime.now(UTC)


def _of_agreement(deal: Deal, options: argparse.Namespace, at: datetime, by: Member) -> Invoice:
    agreement: Agreement | None = Agreement.objects.filter(
        firm=deal.firm, deal=deal, kind="sale", ended_on=None
    ).first()
    agreement = agreement or _imported(deal, at, by)
    agreement.firm = deal.firm
    if options.balance:
        return issue_balance(agreement, due_on=options.due, at=at, by=by)
    if options.milestone is not None:
        return issue_milestone(_milestone(agreement, options.milestone), due_on=options.due, at=at, by=by)
    said: str = options.deposit
    if said.endswith("%"):
        return issue_deposit(agreement, share=_decimal(said[:-1]), due_on=options.due, at=at, by=by)
    return issue_deposit(agreement, net=_decimal(said), due_on=options.due, at=at, by=by)


def _imported(deal: Deal, at: datetime, by: Member) -> Agreement:
    """The agreement of a deal that a file said was won: its proof is the file, its tax that of the usual rate."""
    standing = Standing.objects.filter(firm=deal.firm, deal=deal, place="signed").first()
    if standing is None:
        raise Refusal("nothing_agreed", deal=deal.ref)
    rate = Decimal(0) if described(deal.firm).is_vat_exempt else rates_of(deal.firm.country, deal.firm.day(at))[0]
    tax = totals([(standing.net, rate)], deal.currency, deal.firm.country).tax
    signed_at = deal.firm.midnight(standing.signed_on or deal.firm.day(at))
    return record_agreement(
        deal, net=standing.net, tax=tax, proof="imported", tax_rate=rate, at=signed_at, by=by
    )  # fmt: skip


def _milestone(agreement: Agreement, n: int) -> Milestone:
    milestones = list(Milestone.objects.filter(firm=agreement.firm, agreement=agreement).order_by("position"))
    if not 1 <= n <= len(milestones):
        raise Refusal("no_such_milestone", n=n, known=len(milestones))
    milestone: Milestone = milestones[n - 1]
    milestone.agreement = agreement
    return milestone


def _alone(deal: Deal, options: argparse.Namespace, at: datetime, by: Member) -> Invoice:
    usual = rates_of(deal.firm.country, deal.firm.day(at))[0]
    line = Line(
        options.title or deal.title or deal.ref, _decimal(options.net),
        usual if options.rate is None else _decimal(options.rate),
    )  # fmt: skip
    draft = draft_invoice(deal, lines=[line], due_on=options.due, at=at, by=by)
    return issue(draft, at=at, by=by)


def _decimal(text: str) -> Decimal:
    """A plain number, with a point or a comma."""
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        firms.misuse(_("“{text}” is no number: write it as 1234.50.").format(text=text))
    return found


def _warn_late(firm: Firm, invoice: Invoice) -> None:
    """Say on standard error that the law allows no such term."""
    if firm.country == "FR" and is_too_long(invoice.issued_on, invoice.due_on):
        sentence = _("{number} is due on {due}: the law allows 60 days, or 45 days end of month.")
        print(f"comptant: {sentence.format(number=invoice.number, due=invoice.due_on)}", file=sys.stderr)


def _write(file: str, content: bytes) -> None:
    try:
        Path(file).write_bytes(content)
    except OSError as error:
        firms.misuse(_("The file “{name}” cannot be written: {reason}.").format(name=file, reason=error.strerror))


def _tell(firm: Firm, invoice: Invoice) -> None:
    """What a person wants to see: who, how much, until when, and what is still open."""
    language = get_language() or "en"

    def said(value: Decimal) -> str:
        return amount(value, invoice.currency, language, firm.currency, cents=True)

    print(f"{invoice.get_kind_display()} {invoice.number}, {invoice.party.name}")
    print(
        _("Issued on {day}, due on {due}.").format(
            day=plain_day(invoice.issued_on, language), due=plain_day(invoice.due_on, language)
        )
    )
    lines = (invoice.content or {}).get("lines", [])
    if lines:
        print_table(
            [_("Description"), _("Quantity"), _("Total net")],
            [(line["title"], line["quantity"], number(Decimal(line["net"]), language, cents=True)) for line in lines],
            frozenset({1, 2}),
        )
    print(
        _("{net} net, {tax} of tax, {total} in all; {open} still open.").format(
            net=said(invoice.net), tax=said(invoice.tax), total=said(invoice.net + invoice.tax),
            open=said(invoice.open_net + invoice.open_tax),
        )
    )  # fmt: skip
