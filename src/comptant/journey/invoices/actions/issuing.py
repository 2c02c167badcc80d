"""Issuing: number, seal, post, in one transaction. The only place where a number is given.

The deal is locked first, the series last and for the shortest time: whoever issues on another deal waits only while a
number is being written. Nothing is laid out here: the content is kept, the PDF is made from it.
Source: product.md 4.4; CGI ann. II 242 nonies A I-7; docs/decisions/0012-a-number-and-its-content.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from comptant.ground.database.ids import uuid7
from comptant.ground.database.scope import firm_scope
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Identity, Member
from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.actions.drafting import UNSOLD
from comptant.journey.invoices.composing import Subject, compose, numbered, sums_of_document
from comptant.journey.invoices.models import Deduction, Draft, Invoice, InvoiceKind, InvoiceRate, Prefix, Series
from comptant.journey.invoices.paying import payers
from comptant.journey.invoices.rules.content import fingerprint
from comptant.journey.invoices.rules.lines import read_line
from comptant.journey.invoices.rules.mentions import missing
from comptant.journey.invoices.rules.numbering import DEFAULT_PREFIX, LONGEST, number_of
from comptant.journey.invoices.rules.taxes import Sums
from comptant.journey.invoices.words import MissingMentions

_NEXT = """
INSERT INTO invoices_series AS s (id, firm_id, prefix, year, last_number, last_issued_on)
VALUES (%(id)s, %(firm)s,
        coalesce((SELECT p.prefix FROM invoices_prefix p WHERE p.firm_id = %(firm)s AND p.kind = %(kind)s), %(usual)s),
        %(year)s, 1, %(day)s)
ON CONFLICT (firm_id, prefix, year) DO UPDATE
SET last_number = s.last_number + 1, last_issued_on = excluded.last_issued_on
WHERE s.last_issued_on <= excluded.last_issued_on
RETURNING s.id, s.prefix, s.last_number
"""


@transaction.atomic
def issue(draft: Draft, *, at: datetime, by: Member) -> Invoice:
    """The draft becomes a numbered claim, issued on the day of ``at``.

    Raises Refusal already_issued, mentions_missing with all that is missing, issued_before_last, due_before_issue.
    """
    held = _held(draft)
    subject = Subject(
        held.deal, held.kind, [read_line(line) for line in held.lines], held.due_on, held.supplied_from,
        held.supplied_on, held.purchase_order, held.note, held.agreement, held.milestone,
    )  # fmt: skip
    invoice = issued(draft.firm, subject, at=at, by=by)
    Draft.objects.filter(firm=draft.firm_id, id=draft.id).update(invoice=invoice)
    draft.invoice = invoice
    return invoice


def _held(draft: Draft) -> Draft:
    """The draft as it is now, it and its deal held until the transaction ends; one statement for both."""
    drafts = Draft.objects.select_for_update(of=("self", "deal"))
    related = drafts.select_related("deal__party", "agreement__offer", "milestone")
    held: Draft | None = related.filter(firm=draft.firm_id, id=draft.id).first()
    if held is None:
        raise Refusal("no_such_draft")
    if held.invoice_id is not None:
        raise Refusal("already_issued", number=Invoice.objects.get(firm=draft.firm_id, id=held.invoice_id).number)
    return held


def issue_all(firm: Firm, draft_ids: Iterable[UUID], *, at: datetime, by: Member) -> list[Invoice | Refusal]:
    """Each draft issued in a transaction of its own, in the order given: what was refused does not stop the others.

    Must not run inside a firm's scope.
    """
    outcomes: list[Invoice | Refusal] = []
    for draft_id in draft_ids:
        try:
            with firm_scope(firm.id):
                outcomes.append(issue(_draft(firm, draft_id), at=at, by=by))
        except Refusal as refusal:
            outcomes.append(refusal)
    return outcomes


def _draft(firm: Firm, draft_id: UUID) -> Draft:
    draft: Draft | None = Draft.objects.filter(firm=firm, id=draft_id).first()
    if draft is None:
        raise Refusal("no_such_draft")
    draft.firm = firm
    return draft


def issued(firm: Firm, subject: Subject, *, at: datetime, by: Member) -> Invoice:
    """The subject, numbered, kept and posted; within a transaction that holds its deal."""
    issued_on, who = firm.day(at), identity(firm)
    content = compose(subject, firm, who, issued_on)
    _refuse_unready(subject, content)
    sums = _sums(content)
    series, number = next_number(firm, subject.kind, issued_on)
    content = numbered(content, number)
    invoice = _kept(firm, subject, content, sums, series)
    told = [_fact(subject, invoice, sums, at, by)]
    say = record if subject.corrects is None else payers().record
    say(firm, {subject.deal.id: told})
    for kept_by_the_desk in ("open_net", "open_tax", "settled_on", "next_on"):
        del invoice.__dict__[kept_by_the_desk]  # read again when somebody asks
    _name_deal(firm, subject.deal, number)
    return invoice


def identity(firm: Firm) -> Identity:
    """Who the firm is on its documents; blank until somebody said."""
    return Identity.objects.filter(firm=firm).first() or Identity(firm=firm)


def _sums(content: dict[str, Any]) -> Sums:
    invoice = Invoice(net=Decimal(content["net"]), content=content)
    sums = sums_of_document(invoice)
    if sums is None:
        raise AssertionError("a document issued here has a content")
    return sums


def _refuse_unready(subject: Subject, content: dict[str, Any]) -> None:
    if Decimal(content["net"]) <= 0 or any(Decimal(one["base"]) < 0 for one in content["rates"]):
        raise Refusal("nothing_to_claim", net=content["net"])
    if content["due_on"] < content["issued_on"]:
        raise Refusal("due_before_issue", due_on=content["due_on"], issued_on=content["issued_on"])
    lacking = missing(content)
    if lacking:
        raise Refusal("mentions_missing", missing=MissingMentions(lacking))


def next_number(firm: Firm, kind: str, issued_on: date) -> tuple[UUID, str]:
    """The series and the next number of it, held until the transaction ends: rolled back, it was never given.

    Raises Refusal issued_before_last: a series is chronological.
    """
    asked: dict[str, Any] = {
        "id": uuid7(), "firm": firm.id, "kind": kind, "usual": DEFAULT_PREFIX, "year": issued_on.year, "day": issued_on
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, asked)
        row = cursor.fetchone()
    if row is None:
        raise Refusal("issued_before_last", day=issued_on.isoformat(), last=_last_issued(firm, kind, issued_on))
    series, prefix, last = row
    number = number_of(prefix, issued_on.year, last)
    if len(number) > LONGEST:
        raise Refusal("bad_prefix", prefix=prefix)
    return series, number


def _last_issued(firm: Firm, kind: str, issued_on: date) -> str:
    prefix = Prefix.objects.filter(firm=firm, kind=kind).values_list("prefix", flat=True).first() or DEFAULT_PREFIX
    return str(Series.objects.get(firm=firm, prefix=prefix, year=issued_on.year).last_issued_on)


def _kept(firm: Firm, subject: Subject, content: dict[str, Any], sums: Sums, series: UUID) -> Invoice:
    deal, is_note = subject.deal, subject.kind == InvoiceKind.CREDIT_NOTE
    invoice = Invoice(
        firm=firm, deal=deal, party_id=deal.party_id, number=content["number"], kind=subject.kind,
        issued_on=date.fromisoformat(content["issued_on"]), due_on=date.fromisoformat(content["due_on"]),
        net=sums.net, tax=sums.tax, currency=deal.currency, corrects=subject.corrects, is_elsewhere=False,
        open_net=Decimal(0) if is_note else sums.net, open_tax=Decimal(0) if is_note else sums.tax,
        series_id=series, agreement=subject.agreement, milestone=subject.milestone, content=content,
        content_sha256=fingerprint(content), is_vat_on_debits=content["is_vat_on_debits"],
        is_to_reissue=subject.reissue,
    )  # fmt: skip
    try:
        with transaction.atomic(savepoint=False):
            invoice.save(force_insert=True)
    except IntegrityError as error:
        if "invoice_number_once" in str(error):
            raise Refusal("number_taken", number=invoice.number) from error
        raise
    InvoiceRate.objects.bulk_create(
        InvoiceRate(firm=firm, invoice=invoice, name=one.name, category=one.category, rate=one.rate, base=one.base,
                    tax=one.tax)
        for one in sums.rated
    )  # fmt: skip
    Deduction.objects.bulk_create(
        Deduction(firm=firm, invoice=invoice, deposit=one.invoice, net=one.sums.net, tax=one.sums.tax)
        for one in subject.taken
    )
    return invoice


def _fact(subject: Subject, invoice: Invoice, sums: Sums, at: datetime, by: Member) -> Fact:
    """What the journal is told: the document, its amounts, and its totals by rate when they are one tax's."""
    said: dict[str, Any] = {"number": invoice.number, "net": str(sums.net), "tax": str(sums.tax)}
    if by_rate := sums.gross_by_rate():
        said["rates"] = by_rate
    if subject.corrects is not None:
        said |= {"document": str(subject.corrects.id), "credit_note": str(invoice.id)}
        if subject.reissue:
            said["reissue"] = True
    else:
        said |= {"document": str(invoice.id), "kind": invoice.kind, "due_on": invoice.due_on.isoformat()}
        if subject.milestone is not None:
            said["milestone"] = str(subject.milestone.id)
    kind = "credited" if subject.corrects is not None else "invoiced"
    sealed = bytes(invoice.content_sha256 or b"")
    return Fact(kind, at, said, f"invoice:{invoice.number}:issued", by.id, document_sha256=sealed)


def _name_deal(firm: Firm, deal: Deal, number: str) -> None:
    """A deal made by a draft alone is named after its invoice, as those of imported invoices are."""
    if deal.ref.startswith(UNSOLD):
        deal.ref = f"invoice {number}"
        Deal.objects.filter(firm=firm, id=deal.id).update(ref=deal.ref)
