"""Drafts: free, without a number, thrown away at will. And the series that a firm names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.parties.actions import new_ref
from comptant.ground.parties.models import Party
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.models import Draft, InvoiceKind, Prefix
from comptant.journey.invoices.rules.lines import Line, check_lines
from comptant.journey.invoices.rules.numbering import is_prefix
from comptant.journey.offers.models import Agreement

UNSOLD = "draft "
"""How the ref of a deal begins that a draft made for itself; once issued it is named after the invoice."""


def draft_invoice(
    deal: Deal,
    *,
    lines: Sequence[Line],
    kind: str = InvoiceKind.INVOICE,
    due_on: date | None = None,
    supplied_from: date | None = None,
    supplied_on: date | None = None,
    purchase_order: str = "",
    note: str = "",
    agreement: Agreement | None = None,
    at: datetime,
    by: Member,
) -> Draft:
    """An invoice or a deposit to be, on a deal. Raises Refusal not_drafted_alone, and those of ``check_lines``."""
    check_lines(lines)
    if kind not in (InvoiceKind.INVOICE, InvoiceKind.DEPOSIT):
        raise Refusal("not_drafted_alone", kind=kind)
    draft: Draft = Draft.objects.create(
        firm=deal.firm, deal=deal, kind=kind, lines=[line.as_json() for line in lines], due_on=due_on,
        supplied_from=supplied_from, supplied_on=supplied_on, purchase_order=purchase_order, note=note,
        agreement=agreement, made_at=at, made_by=by,
    )  # fmt: skip
    return draft


@transaction.atomic
def draft_for(
    party: Party, *, lines: Sequence[Line], title: str = "", at: datetime, by: Member, currency: str = ""
) -> Draft:
    """A draft without a sale before it: it makes a deal of its own."""
    check_lines(lines)
    deal: Deal = Deal.objects.create(
        firm=party.firm, party=party, ref=UNSOLD + new_ref("F"), title=(title or lines[0].title)[:300],
        currency=currency or party.firm.currency,
    )  # fmt: skip
    return draft_invoice(deal, lines=lines, at=at, by=by)


@transaction.atomic
def redraft(draft: Draft, *, lines: Sequence[Line], due_on: date | None = None, note: str = "") -> Draft:
    """The draft, written again. Raises Refusal already_issued."""
    check_lines(lines)
    draft = _free(draft)
    draft.lines, draft.due_on, draft.note = [line.as_json() for line in lines], due_on, note
    draft.save(update_fields=["lines", "due_on", "note"])
    return draft


@transaction.atomic
def discard(draft: Draft) -> None:
    """The draft is thrown away. Raises Refusal already_issued."""
    _free(draft).delete()


def _free(draft: Draft) -> Draft:
    """The draft as it is now, held until the transaction ends."""
    held: Draft | None = Draft.objects.select_for_update(no_key=True).filter(firm=draft.firm_id, id=draft.id).first()
    if held is None:
        raise Refusal("no_such_draft")
    if held.invoice_id is not None:
        raise Refusal("already_issued", number=held.invoice.number)
    return held


def name_series(firm: Firm, kind: str, prefix: str) -> Prefix:
    """Documents of a kind are numbered in a series of their own from now on. Raises Refusal bad_prefix."""
    if not is_prefix(prefix) or kind not in InvoiceKind.values:
        raise Refusal("bad_prefix", prefix=prefix)
    named: Prefix = Prefix.objects.update_or_create(firm=firm, kind=kind, defaults={"prefix": prefix})[0]
    return named
