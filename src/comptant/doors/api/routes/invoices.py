"""Invoices: drafted, issued by the law, credited; their PDF."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query

from comptant.doors.api.asking import ApiRequest, as_id, find_deal, find_party, must_see_id
from comptant.doors.api.cursors import Place, page
from comptant.doors.api.door import Door
from comptant.doors.api.routes.offers import AskedOfDeal, as_file, find_agreement, find_milestone, of_deal
from comptant.doors.api.shapes import invoices as shapes
from comptant.doors.api.shapes.values import Pages, Paging
from comptant.ground.refusals import Refusal
from comptant.ground.web.roles import KEEPING_BOOKS
from comptant.journey.invoices import actions
from comptant.journey.invoices.models import Draft, Invoice
from comptant.journey.invoices.printing import pdf_of
from comptant.journey.invoices.rules.lines import Line

door = Door("invoices")


class ListOfInvoices(Paging):
    """Which invoices."""

    deal: str = ""
    party: str = ""
    state: Literal["", "open", "settled"] = ""


@door.reads("/invoices", Pages[shapes.Invoice])
def list_invoices(request: ApiRequest, asked: Annotated[ListOfInvoices, Query()]) -> Any:
    """Invoices and credit notes, the latest issued first; issued here or elsewhere alike."""
    rows = of_deal(request, _rows(request), asked.deal)
    if asked.party:
        rows = rows.filter(party=find_party(request, asked.party))
    if asked.state:
        rows = rows.exclude(open_net=0, open_tax=0) if asked.state == "open" else rows.filter(settled_on__isnull=False)
    place = Place(f"invoices:{asked.deal}:{asked.party}:{asked.state}", asked.limit, asked.cursor)
    return page(rows, place, "-issued_on", shown_invoice)


@door.reads("/invoices/{invoice}", shapes.Invoice)
def get_invoice(request: ApiRequest, invoice: str) -> Any:
    """An invoice, by number or id."""
    return shown_invoice(find_invoice(request, invoice))


@door.reads("/invoices/{invoice}/pdf", None, gives="application/pdf")
def get_invoice_pdf(request: ApiRequest, invoice: str) -> Any:
    """The PDF of an invoice issued here: always the same bytes."""
    return as_file(pdf_of(find_invoice(request, invoice), at=request.at))


@door.reads("/drafts", Pages[shapes.Draft])
def list_drafts(request: ApiRequest, asked: AskedOfDeal) -> Any:
    """Drafts, the newest first."""
    rows = of_deal(request, Draft.objects.filter(firm=request.firm).select_related("deal", "invoice"), asked.deal)
    return page(rows, Place(f"drafts:{asked.deal}", asked.limit, asked.cursor), "-id", shown_draft)


@door.does("/drafts", shapes.Draft, roles=KEEPING_BOOKS, scope="invoices")
def draft_an_invoice(request: ApiRequest, body: shapes.NewDraft) -> Any:
    """Draft an invoice or a deposit, on a deal or for a party without a sale before it."""
    lines = _lines(body)
    if body.party is not None and body.deal is None:
        party = find_party(request, body.party)
        draft = actions.draft_for(party, lines=lines, title=body.title, at=request.at, by=request.member)
    elif body.deal is not None and body.party is None:
        draft = actions.draft_invoice(
            find_deal(request, body.deal), lines=lines, kind=body.kind, due_on=body.due_on, note=body.note,
            supplied_from=body.supplied_from, supplied_on=body.supplied_on, purchase_order=body.purchase_order,
            at=request.at, by=request.member,
        )  # fmt: skip
    else:
        raise Refusal("deal_or_party_needed")
    return shown_draft(draft)


@door.reads("/drafts/{draft}", shapes.Draft)
def get_draft(request: ApiRequest, draft: UUID) -> Any:
    """A draft, by id."""
    return shown_draft(find_draft(request, draft))


@door.changes("/drafts/{draft}", shapes.Draft, roles=KEEPING_BOOKS, scope="invoices")
def redraft_an_invoice(request: ApiRequest, draft: UUID, body: shapes.DraftFields) -> Any:
    """Write a draft again."""
    found = find_draft(request, draft)
    return shown_draft(actions.redraft(found, lines=_lines(body), due_on=body.due_on, note=body.note))


@door.changes("/drafts/{draft}", None, roles=KEEPING_BOOKS, scope="invoices", method="DELETE", status=204)
def discard_a_draft(request: ApiRequest, draft: UUID) -> Any:
    """Throw a draft away; nothing issued ever goes."""
    actions.discard(find_draft(request, draft))


@door.does("/drafts/{draft}/issue", shapes.Invoice, roles=KEEPING_BOOKS, scope="invoices")
def issue_a_draft(request: ApiRequest, draft: UUID) -> Any:
    """Issue a draft: numbered without a gap, once."""
    return _issued(request, actions.issue(find_draft(request, draft), at=request.at, by=request.member))


@door.does("/agreements/{agreement}/deposits", shapes.Invoice, roles=KEEPING_BOOKS, scope="invoices")
def issue_a_deposit(request: ApiRequest, agreement: UUID, body: shapes.Deposit) -> Any:
    """Issue a deposit invoice, of a share or an amount."""
    found = find_agreement(request, agreement)
    return _issued(
        request,
        actions.issue_deposit(
            found, share=body.share, net=body.net, due_on=body.due_on, at=request.at, by=request.member
        ),
    )


@door.does("/agreements/{agreement}/balance", shapes.Invoice, roles=KEEPING_BOOKS, scope="invoices")
def issue_the_balance(request: ApiRequest, agreement: UUID, body: shapes.Issuing) -> Any:
    """Issue all that earlier documents of the agreement left."""
    found = find_agreement(request, agreement)
    return _issued(request, actions.issue_balance(found, due_on=body.due_on, at=request.at, by=request.member))


@door.does("/milestones/{milestone}/invoice", shapes.Invoice, roles=KEEPING_BOOKS, scope="invoices")
def issue_a_milestone(request: ApiRequest, milestone: UUID, body: shapes.Issuing) -> Any:
    """Issue what a milestone makes payable."""
    found = find_milestone(request, milestone)
    return _issued(request, actions.issue_milestone(found, due_on=body.due_on, at=request.at, by=request.member))


@door.does("/invoices/{invoice}/credit-notes", shapes.Invoice, roles=KEEPING_BOOKS, scope="invoices")
def credit_an_invoice(request: ApiRequest, invoice: str, body: shapes.Credit) -> Any:
    """Issue a credit note on an invoice, before or after it was paid."""
    note = actions.credit(
        find_invoice(request, invoice), net=body.net, tax=body.tax, reason=body.reason, reissue=body.reissue,
        at=request.at, by=request.member,
    )  # fmt: skip
    return _issued(request, note)


def _rows(request: ApiRequest) -> Any:
    return Invoice.objects.filter(firm=request.firm).select_related("deal__party", "party", "corrects").defer("content")


def find_invoice(request: ApiRequest, name: str) -> Invoice:
    """The invoice of that number or id, of a deal the member may see; otherwise 404."""
    found_id = as_id(name)
    invoice: Invoice | None = _rows(request).filter(**({"id": found_id} if found_id else {"number": name})).first()
    if invoice is None:
        raise Refusal("nothing_here")
    must_see_id(request, invoice.deal_id)
    invoice.firm = invoice.deal.firm = invoice.party.firm = invoice.deal.party.firm = request.firm
    return invoice


def find_draft(request: ApiRequest, draft_id: UUID) -> Draft:
    """The draft, of a deal the member may see; otherwise 404."""
    rows = Draft.objects.select_related("deal__party", "invoice")
    draft: Draft | None = rows.filter(firm=request.firm, id=draft_id).first()
    if draft is None:
        raise Refusal("nothing_here")
    must_see_id(request, draft.deal_id)
    draft.firm = draft.deal.firm = draft.deal.party.firm = request.firm
    return draft


def _issued(request: ApiRequest, invoice: Invoice) -> dict[str, Any]:
    return shown_invoice(_rows(request).get(id=invoice.id))


def _lines(body: shapes.DraftFields) -> list[Line]:
    return [Line(**line.model_dump()) for line in body.lines]


def shown_invoice(invoice: Invoice) -> dict[str, Any]:
    """An invoice in an answer."""
    names = set(shapes.Invoice.model_fields) - {"deal", "party", "corrects", "content_sha256"}
    sha256 = bytes(invoice.content_sha256).hex() if invoice.content_sha256 else None
    return {
        **{name: getattr(invoice, name) for name in names},
        "deal": invoice.deal.ref, "party": invoice.party.ref, "content_sha256": sha256,
        "corrects": invoice.corrects.number if invoice.corrects else None,
    }  # fmt: skip


def shown_draft(draft: Draft) -> dict[str, Any]:
    """A draft in an answer."""
    return {
        "id": draft.id, "deal": draft.deal.ref, "kind": draft.kind, "lines": draft.lines, "due_on": draft.due_on,
        "note": draft.note, "invoice": draft.invoice.number if draft.invoice else None,
    }  # fmt: skip
