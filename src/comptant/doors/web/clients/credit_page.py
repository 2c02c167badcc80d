"""Money held for a party: it pays an invoice, or is given back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web.clients.dialogs import Dialog, answered, page_of_party
from comptant.doors.web.clients.forms import CreditUseForm, RefundForm
from comptant.doors.web.reach import find_party, moment
from comptant.doors.web.screen import Screen
from comptant.ground.parties.models import Party
from comptant.ground.web.request import MemberRequest
from comptant.journey.invoices.models import Invoice
from comptant.journey.payments.actions import refund, use_held
from comptant.journey.payments.queries import held_with, with_something_held

ACCOUNT = "account"
MOST_INVOICES = 100


@require_http_methods(["GET", "POST"])
def credit_uses(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET asks which invoice; POST pays it with what is held for the party."""
    party, screen = find_party(request, party_ref), Screen.of(request)
    to, owed = page_of_party(request, party), _owed(request, party)

    def use(said: dict[str, Any]) -> tuple[str, str]:
        invoice = owed[UUID(said["invoice"])]
        used = use_held(party, invoice, said["amount"], at=moment(request), by=request.member)
        text = _("{amount} of the client’s credit pays {number}.")
        return text.format(amount=screen.amount(used, invoice.currency), number=invoice.number), to

    form = CreditUseForm(request.POST or None)
    form.fields["invoice"].choices = [  # type: ignore[attr-defined]
        (str(one.id), f"{one.number}, {screen.amount(one.open_net + one.open_tax, one.currency)}")
        for one in owed.values()
    ]
    dialog = Dialog(
        _("Pay an invoice with the credit"),
        _("Use the credit"),
        to,
        text=_held_words(screen, request, party),
        about={"held_less": "amount", "paid_more_than_open": "amount"},
    )
    return answered(request, form, dialog, use)


def _owed(request: MemberRequest, party: Party) -> dict[UUID, Invoice]:
    rows = Invoice.objects.filter(firm=request.firm, deal__party=party).exclude(open_net=0, open_tax=0)
    found = {}
    for invoice in rows.select_related("deal").order_by("due_on", "number")[:MOST_INVOICES]:
        invoice.firm = request.firm
        found[invoice.id] = invoice
    return found


@require_http_methods(["GET", "POST"])
def refunds(request: MemberRequest, firm_ref: str, party_ref: str) -> HttpResponse:
    """GET asks how much; POST gives back what is held for the party."""
    party, screen = find_party(request, party_ref), Screen.of(request)
    to, sources = page_of_party(request, party), _sources(request, party)

    def give_back(said: dict[str, Any]) -> tuple[str, str]:
        invoice = sources[said["source"]][0]
        refund(
            party, said["amount"], invoice=invoice, label=said["label"], at=moment(request), by=request.member
        )  # fmt: skip
        currency = invoice.currency if invoice else request.firm.currency
        text = _("{amount} is given back to {name}.")
        return text.format(amount=screen.amount(said["amount"], currency), name=party.name), to

    form = RefundForm(request.POST or None)
    form.fields["source"].choices = [  # type: ignore[attr-defined]
        (key, _source_words(screen, invoice, amount)) for key, (invoice, amount) in sources.items()
    ]
    dialog = Dialog(
        _("Give money back"),
        _("Record the refund"),
        to,
        text=_("It says that the money has left the bank; the transfer itself is yours to make."),
        about={"held_less": "amount"},
        is_risk=True,
    )
    return answered(request, form, dialog, give_back)


def _sources(request: MemberRequest, party: Party) -> dict[str, tuple[Invoice | None, Decimal]]:
    """What may be given back: the party's account, and what each credit note left."""
    on_account = _on_account(request, party)
    found: dict[str, tuple[Invoice | None, Decimal]] = {ACCOUNT: (None, on_account)} if on_account else {}
    for invoice, amount in held_with(request.firm, party):
        invoice.firm = request.firm
        found[str(invoice.id)] = (invoice, amount)
    return found


def _on_account(request: MemberRequest, party: Party) -> Decimal:
    held = with_something_held(request.firm, party, request.firm.currency)
    return sum((one.held_now for one in held), Decimal(0))


def _source_words(screen: Screen, invoice: Invoice | None, amount: Decimal) -> str:
    if invoice is None:
        return _("Paid too much: {amount}").format(amount=screen.amount(amount))
    return _("Credit note on {number}: {amount}").format(
        number=invoice.number, amount=screen.amount(amount, invoice.currency)
    )


def _held_words(screen: Screen, request: MemberRequest, party: Party) -> str:
    held = sum((amount for _invoice, amount in _sources(request, party).values()), Decimal(0))
    return _("{amount} is held for {name}.").format(amount=screen.amount(held), name=party.name)
