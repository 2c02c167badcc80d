"""Credit notes: the only way to correct what was issued. They cite its number and day (CGI 289 I-5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import lock_deals
from comptant.ground.refusals import Refusal
from comptant.journey.invoices.actions.issuing import issued
from comptant.journey.invoices.composing import Subject, net_by_rate, sums_of_document
from comptant.journey.invoices.models import Invoice, InvoiceKind
from comptant.journey.invoices.paying import payers
from comptant.journey.invoices.rules.lines import Line, read_line
from comptant.journey.invoices.rules.taxes import Rated, Sums, credited_part, from_rated, guessed_rate, less, with_tax
from comptant.journey.offers.queries import language_for


@transaction.atomic
def credit(
    invoice: Invoice,
    *,
    net: Decimal | None = None,
    tax: Decimal | None = None,
    reason: str,
    reissue: bool = False,
    at: datetime,
    by: Member,
) -> Invoice:
    """A credit note of ``net`` on an invoice; all that earlier ones left when no amount is named.

    Its tax is in proportion, rate by rate, unless stated (zero: "net de taxe", the VAT stays as it was). What was open
    is cancelled, what was paid is the client's, held. So is what a payment dated after it can no longer pay.
    With ``reissue`` what was open may be invoiced again.
    Raises Refusal reason_needed, credited_more_than_invoiced, not_credited, and those of ``issue``.
    """
    if not reason.strip():
        raise Refusal("reason_needed")
    firm = invoice.firm
    lock_deals(firm, list({invoice.deal_id, *payers().deals(firm, invoice.id)}))
    held: Invoice = Invoice.objects.select_related("deal__party", "agreement__offer").get(firm=firm, id=invoice.id)
    if held.kind == InvoiceKind.CREDIT_NOTE:
        raise Refusal("not_credited", number=held.number)
    left = _left(firm, held)
    sums = _part(left, left.net if net is None else net, tax, held.currency)
    with translation.override(language_for(held.deal.party, firm)):
        title = _("Credit on invoice {number}").format(number=held.number)
    lines = [_line(held, title, base, rate, reason.strip()) for base, rate in net_by_rate(sums)]
    subject = Subject(
        held.deal, InvoiceKind.CREDIT_NOTE, lines, agreement=held.agreement, corrects=held, reissue=reissue, sums=sums
    )
    return issued(firm, subject, at=at, by=by)


def _part(left: Sums, net: Decimal, tax: Decimal | None, currency: str) -> Sums:
    if not 0 < net <= left.net or (tax is not None and not 0 <= tax <= left.tax):
        raise Refusal("credited_more_than_invoiced", left=str(max(net - left.net, (tax or Decimal(0)) - left.tax)))
    part = credited_part(left, net, currency)
    return part if tax is None else with_tax(part, tax, currency)


def _left(firm: Firm, invoice: Invoice) -> Sums:
    """What earlier credit notes left of a document, rate by rate."""
    notes = Invoice.objects.filter(firm=firm, corrects=invoice)
    taken = [_sums(firm, note) for note in notes]
    return less(_sums(firm, invoice), _alike(_sums(firm, invoice), taken))


def _alike(document: Sums, notes: Sequence[Sums]) -> list[Sums]:
    """The credit notes told in the document's own rates: one issued elsewhere, of one rate, may be of several."""
    known = {one.key for one in document.rated}
    return [
        note if {one.key for one in note.rated} <= known or len(document.rated) != 1
        else from_rated(note.net, [Rated(*document.rated[0].key, note.net, note.tax)])
        for note in notes
    ]  # fmt: skip


def _sums(firm: Firm, invoice: Invoice) -> Sums:
    """By rate; of a document issued elsewhere, the one rate that its amounts tell."""
    kept = sums_of_document(invoice)
    if kept is not None:
        return kept
    rate = guessed_rate(invoice.net, invoice.tax, invoice.currency, firm.country, invoice.issued_on)
    if rate is None:
        rate = (invoice.tax * 100 / invoice.net).quantize(Decimal("0.001")) if invoice.net else Decimal(0)
    name = "vat" if firm.country != "CA" else "gst"
    return from_rated(invoice.net, [Rated(name, "S" if rate else "E", rate, invoice.net, invoice.tax)])


def _line(invoice: Invoice, title: str, net: Decimal, rate: Decimal, reason: str) -> Line:
    """A line of the credit note; at a rate of zero, for the reason the original gave."""
    lines = map(read_line, (invoice.content or {"lines": []})["lines"])
    like = next((line for line in lines if line.rate == rate), Line("", net, rate))
    return Line(title, net, rate, text=reason, regime=like.regime, reason=like.reason)
