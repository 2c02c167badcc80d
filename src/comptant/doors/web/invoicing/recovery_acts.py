"""Acts of recovery: contesting, settling, promising, holding reminders, the claim in proceedings."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptant.doors.web.invoicing.asking import Asked, Field, Typed, ask, written
from comptant.doors.web.invoicing.finding import find_dispute, find_insolvency, find_invoice, last_act
from comptant.doors.web.invoicing.invoice_acts import invoice_url, open_of
from comptant.doors.web.reach import moment, must_be_fresh
from comptant.doors.web.screen import Screen
from comptant.ground.firms.models import Member
from comptant.ground.web.gestures import Done
from comptant.ground.web.request import MemberRequest
from comptant.journey.invoices.models import Invoice
from comptant.journey.recovery import actions
from comptant.journey.recovery.models import Cause, Hold


@require_http_methods(["GET", "POST"])
def dispute(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET asks which part, why, and who answers; POST contests it: no longer reminded, while the rest stays due."""
    invoice, screen = find_invoice(request, invoice_id), Screen.of(request)
    people = {
        str(key): name
        for key, name in Member.objects.filter(firm=request.firm, is_active=True).order_by("name").values_list(
            "id", "name")
    }  # fmt: skip

    def asked() -> Asked:
        return _contested(request, invoice, people)

    def act(typed: Typed) -> Done:
        must_be_fresh(request, invoice.deal)
        amount, answer_by = typed.amount("amount", needed=True), typed.day("answer_by")
        reason = typed.text("reason", needed=_("Write what the client says."))
        category = typed.text("category", needed=_("Choose what it is about."))
        chosen = typed.text("owner")
        typed.check()
        if amount is None:
            raise AssertionError("it was needed")
        owner = Member.objects.get(firm=request.firm, id=chosen) if chosen in people else request.member
        opened = actions.open_dispute(
            invoice, amount=amount, category=category, reason=reason, owner=owner, answer_by=answer_by,
            at=moment(request), by=request.member,
        )  # fmt: skip
        return Done(
            _("{amount} of {number} is disputed. An answer is due on {day}.").format(
                amount=screen.amount(opened.amount, invoice.currency), number=invoice.number,
                day=screen.short(opened.answer_by))
        )  # fmt: skip

    return ask(request, asked, act, to=invoice_url(request, invoice))


def _contested(request: MemberRequest, invoice: Invoice, people: Mapping[str, str]) -> Asked:
    """Which part, why, and who answers until when."""
    still = Screen.of(request).amount(open_of(invoice), invoice.currency)
    causes = [("", ""), *((value, str(words)) for value, words in Cause.choices)]
    return Asked(
        _("The client contests a part of {number}").format(number=invoice.number), _("Open the dispute"),
        [
            Field("amount", _("Part contested, inc VAT"), "amount", written(open_of(invoice)), is_needed=True,
                  hint=_("Of {open} still open.").format(open=still)),
            Field("category", _("What it is about"), "select", options=causes, is_needed=True),
            Field("reason", _("What the client says"), "area", is_needed=True),
            Field("owner", _("Who answers"), "select", str(request.member.id), options=list(people.items())),
            Field("answer_by", _("Answer promised by"), "day", hint=_("Left blank: in two weeks.")),
        ],
        _("Reminders stop on that sum, and on it alone. The rest stays due."),
        seen=last_act(invoice.deal),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def settlement(request: MemberRequest, firm_ref: str, dispute_id: UUID) -> HttpResponse:
    """GET asks how it ends; POST settles: unfounded, due again; founded, a credit note answers it."""
    found, screen = find_dispute(request, dispute_id), Screen.of(request)
    invoice = found.invoice
    part = screen.amount(found.open_amount or found.amount, invoice.currency)

    def asked() -> Asked:
        return Asked(
            _("Settle the dispute on {number}").format(number=invoice.number), _("Settle"),
            [
                Field("outcome", _("Is the client right?"), "choices", is_needed=True, options=[
                    ("founded", _("Yes: a credit note of {amount} inc VAT is issued").format(amount=part)),
                    ("upheld", _("No, or the work was done again: {amount} is due again").format(amount=part)),
                ]),
                Field("answer", _("What you answer the client"), "area", is_needed=True),
            ],
            found.reason, note=_("A credit note bears a number of its own and cannot be undone."),
            seen=last_act(invoice.deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, invoice.deal)
        outcome = typed.text("outcome", needed=_("Choose yes or no."))
        answer = typed.text("answer", needed=_("Write what you answer."))
        typed.check()
        settled = actions.settle_dispute(found, outcome=outcome, answer=answer, at=moment(request), by=request.member)
        if settled.credit_note is not None:
            return Done(
                _("Dispute settled: credit note {number} of {amount} inc VAT.").format(
                    number=settled.credit_note.number, amount=part)
            )  # fmt: skip
        return Done(_("Dispute settled: {amount} of {number} is due again.").format(amount=part, number=invoice.number))

    return ask(request, asked, act, to=invoice_url(request, invoice))


@require_http_methods(["GET", "POST"])
def promise(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET asks which day; POST keeps what the client said: reminders wait until then."""
    invoice, screen = find_invoice(request, invoice_id), Screen.of(request)
    still = screen.amount(open_of(invoice), invoice.currency)
    whole = _("Left blank: all that is open, {open}.").format(open=still)

    def asked() -> Asked:
        return Asked(
            _("The client says when they pay {number}").format(number=invoice.number), _("Keep the promise"),
            [
                Field("day", _("They pay on"), "day", is_needed=True),
                Field("amount", _("How much, inc VAT"), "amount", hint=whole),
                Field("said_by", _("Who said it")),
                Field("has_paid", _("They say it is already paid, on that day"), "check"),
            ],
            _("Reminders wait until that day. The promise is kept as an acknowledgement of the debt."),
            seen=last_act(invoice.deal),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        must_be_fresh(request, invoice.deal)
        day, amount = typed.day("day", needed=True), typed.amount("amount")
        typed.check()
        if day is None:
            raise AssertionError("it was needed")
        kept = actions.promise(
            invoice, pay_on=day, amount=amount, has_paid=bool(typed.text("has_paid")),
            said_by=typed.text("said_by", longest=200), at=moment(request), by=request.member,
        )  # fmt: skip
        return Done(_("Kept: reminders of {number} wait until {day}.").format(
            number=invoice.number, day=screen.short(kept.until)))  # fmt: skip

    return ask(request, asked, act, to=invoice_url(request, invoice))


@require_http_methods(["GET", "POST"])
def holding(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET asks why and until when; POST holds the reminders of the invoice back."""
    invoice = find_invoice(request, invoice_id)

    def asked() -> Asked:
        return Asked(
            _("Hold the reminders of {number}").format(number=invoice.number), _("Hold them"),
            [
                Field("reason", _("Why"), is_needed=True),
                Field("day", _("Until"), "day", hint=_("Left blank: until somebody lifts it.")),
            ],
            _("The invoice stays due; nobody is reminded of it meanwhile."),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        reason, day = typed.text("reason", needed=_("Say why reminders wait."), longest=300), typed.day("day")
        if day is not None and day < request.today:
            typed.errors["day"] = _("Choose today or a later day.")
        typed.check()
        actions.hold(invoice.party, invoice=invoice, reason=reason, until=day, at=moment(request), by=request.member)
        return Done(
            _("Reminders of {number} are held.").format(number=invoice.number),
            reverse("invoice-hold-lifting", args=[request.firm.ref, invoice.id]),
        )

    return ask(request, asked, act, to=invoice_url(request, invoice))


@require_http_methods(["GET", "POST"])
def lifting(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET asks; POST lifts what holds the reminders of the invoice."""
    invoice = find_invoice(request, invoice_id)

    def asked() -> Asked:
        return Asked(
            _("Remind {number} again").format(number=invoice.number), _("Lift the hold"),
            text=_("Reminders go again, from today on."),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        for held in Hold.objects.filter(firm=request.firm, invoice=invoice, lifted_on=None):
            held.firm = request.firm
            actions.lift(held, at=moment(request))
        return Done(_("Reminders of {number} go again.").format(number=invoice.number))

    return ask(request, asked, act, to=invoice_url(request, invoice))


@require_http_methods(["GET", "POST"])
def claim(request: MemberRequest, firm_ref: str, insolvency_id: UUID) -> HttpResponse:
    """GET asks which day; POST records that the claim was sent to the trustee."""
    found, screen = find_insolvency(request, insolvency_id), Screen.of(request)
    last = _("To be filed by {day}.").format(day=screen.plain(found.deadline_on)) if found.deadline_on else ""

    def asked() -> Asked:
        return Asked(
            _("Claim against {party}").format(party=found.party.name), _("Record the claim"),
            [Field("day", _("Sent to the trustee on"), "day", request.today.isoformat(), is_needed=True)],
            " ".join(part for part in (found.trustee and f"{found.trustee}.", last) if part),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        day = typed.day("day", needed=True)
        typed.check()
        if day is None:
            raise AssertionError("it was needed")
        actions.claim_filed(found, on=day, at=moment(request), by=request.member)
        return Done(_("Claim against {party} filed.").format(party=found.party.name))

    return ask(request, asked, act, to=reverse("invoices", args=[request.firm.ref]))
