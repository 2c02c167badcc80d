"""The bank: lines that wait for their invoice, what each may pay, and what a person says of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from comptant.doors.web import figures_of, reach
from comptant.doors.web.bank.bank_view import BankView, bank_context
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import line_again, shell
from comptant.ground.journal.acts import ZERO
from comptant.ground.web.answer import answer
from comptant.ground.web.gestures import Done, OutOfDate, acted
from comptant.ground.web.request import MemberRequest
from comptant.journey.payments import aside, lines, match, queries
from comptant.journey.payments.match import Choice
from comptant.journey.payments.models import Allocation, BankLine, LineState
from comptant.journey.payments.near import propose_near
from comptant.journey.payments.rules.matching import Proposal

ABOUT = ("invoiced", "overdue", "cashed")
MOST_UNDONE = 30
"""Lines that one toast can put back: their addresses must fit."""


@require_safe
def bank(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET shows the lines; ``?line=`` one of them, ``?choice=`` one of its proposals, ``?before=`` older lines."""
    context = bank_context(Screen.of(request), request.firm, _asked(request))
    stocks = figures_of.today(request.firm, request.today, request.firm.currency)
    context["shell"] = shell(request, "bank", stocks, ABOUT)
    return answer(request, "bank/_bank.html", context)


def _asked(request: MemberRequest) -> BankView:
    """What the address asks for; what makes no sense is as if it was not there."""
    choice = request.GET.get("choice", "")
    return BankView(
        line=uuid_of(request.GET.get("line", "")),
        choice=int(choice) if choice in ("1", "2", "3", "4", "5") else 1,
        before=place_of(request.GET.get("before", "")),
    )


def uuid_of(text: str) -> UUID | None:
    """The id that a text names; None when it names none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def place_of(text: str) -> lines.Place | None:
    """The (day, id) that an address names; None when it names none."""
    day, _sign, known = text.partition("_")
    try:
        return date.fromisoformat(day), UUID(known)
    except ValueError:
        return None


@require_POST
def confirmation(request: MemberRequest, firm_ref: str, line_id: UUID) -> HttpResponse:
    """POST accepts the proposal that was seen: its invoices, amounts and fee. If it holds no more, nothing is done."""
    line = find_line(request, line_id)
    must_wait(request, line)
    said = _said(request)
    [found] = propose_near(request.firm, [line])
    proposal = next((one for one in found.proposals if _is_that(one, said)), None)
    if proposal is None:
        raise OutOfDate(
            _("What these invoices owe has changed since this page was made. Nothing was recorded: look again.")
        )
    return confirmed(request, line, Choice.of(proposal), proposal.numbers)


def _said(request: MemberRequest) -> list[tuple[UUID | None, Decimal]]:
    try:
        amounts = [Decimal(text) for text in request.POST.getlist("amount")]
    except InvalidOperation:
        amounts = []
    return list(zip(map(uuid_of, request.POST.getlist("invoice")), amounts, strict=False))


def _is_that(proposal: Proposal, said: list[tuple[UUID | None, Decimal]]) -> bool:
    return bool(said) and list(proposal.invoices) == said


def confirmed(request: MemberRequest, line: BankLine, choice: Choice, numbers: tuple[str, ...]) -> HttpResponse:
    """The answer once a line is confirmed. Raises OutOfDate when an invoice took less: someone paid it meanwhile."""
    payments = match.confirm(line, choice, at=reach.moment(request), by=request.member)
    rows = Allocation.objects.filter(firm=request.firm, payment__in=payments)
    taken = rows.aggregate(all=Sum("amount"))["all"] or ZERO
    if taken != sum((amount for _document, amount in choice.given), ZERO):
        raise OutOfDate(
            _("Someone matched one of these invoices meanwhile. Nothing of yours was recorded: look again.")
        )
    screen = Screen.of(request)
    amount = screen.amount(line.amount, line.currency)
    text = ngettext("{numbers} matched, {amount}", "{numbers} matched, {amount}", len(numbers) or 1).format(
        numbers=", ".join(numbers) or payments[0].party.name, amount=amount
    )
    return said_of(request, line, text)


def said_of(request: MemberRequest, line: BankLine, text: str) -> HttpResponse:
    """The next line, the sentence and its undo."""
    undo = reverse("bank-release", args=[request.firm.ref, line.id])
    after = _next(request, line)
    where = reverse("bank", args=[request.firm.ref]) + (f"?{urlencode({'line': str(after)})}" if after else "")
    if request.htmx and request.htmx.target == "bank-page":
        view = BankView(line=after, undo=undo, undo_text=text)
        response = acted(
            request, Done(text, undo), to=where, fragments=[_fragment(request, view), line_again(request, ABOUT)]
        )
        response["HX-Replace-Url"] = where
        return response
    return acted(request, Done(text, undo), to=where)


def _fragment(request: MemberRequest, view: BankView) -> str:
    return render_to_string("bank/_bank.html", bank_context(Screen.of(request), request.firm, view), request)


def _next(request: MemberRequest, line: BankLine) -> UUID | None:
    """The line below; else the first of those that wait."""
    found = lines.waiting_lines(request.firm, 1, (line.booked_on, line.id)) or lines.waiting_lines(request.firm, 1)
    return found[0].id if found else None


@require_POST
def setting_aside(request: MemberRequest, firm_ref: str, line_id: UUID) -> HttpResponse:
    """POST says that the line is no client's."""
    line = find_line(request, line_id)
    must_wait(request, line)
    aside.set_aside(line, at=reach.moment(request), by=request.member)
    amount = Screen.of(request).amount(line.amount, line.currency)
    return said_of(request, line, _("{amount} set aside: not a client").format(amount=amount))


@require_POST
def release(request: MemberRequest, firm_ref: str, line_id: UUID) -> HttpResponse:
    """POST takes back what was said of the line: it waits again."""
    line = find_line(request, line_id)
    aside.release(line, at=reach.moment(request), by=request.member)
    amount = Screen.of(request).amount(line.amount, line.currency)
    done = Done(_("{amount} waits for its invoice again").format(amount=amount))
    where = f"{reverse('bank', args=[request.firm.ref])}?{urlencode({'line': str(line.id)})}"
    if request.htmx and request.htmx.target == "bank-page":
        fragments = [_fragment(request, BankView(line=line.id)), line_again(request, ABOUT)]
        response = acted(request, done, to=where, fragments=fragments)
        response["HX-Replace-Url"] = where
        return response
    return acted(request, done, to=where)


@require_POST
def matching(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """POST accepts everything that is sure; the rest waits for someone to look at it."""
    found = match.match(request.firm, now=reach.moment(request))
    posted = [one.line for one in found if one.is_posted]
    where = reverse("bank", args=[request.firm.ref])
    if not posted:
        return acted(request, Done(_("No line is sure enough to be accepted by itself.")), to=where)
    total = sum((line.amount for line in posted), ZERO)
    text = ngettext("{count} sure line accepted, {amount}", "{count} sure lines accepted, {amount}", len(posted))
    screen = Screen.of(request)
    said = text.format(count=screen.number(len(posted)), amount=screen.amount(total, posted[0].currency))
    query = urlencode({"line": [str(line.id) for line in posted]}, doseq=True)
    undo = f"{reverse('bank-releases', args=[request.firm.ref])}?{query}" if len(posted) <= MOST_UNDONE else ""
    return acted(request, Done(said, undo), to=where)


@require_POST
def releases(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """POST takes back what was said of several lines, all or none; ``?line=`` names each."""
    known = [found for text in request.GET.getlist("line")[:MOST_UNDONE] if (found := uuid_of(text))]
    held = list(BankLine.objects.filter(firm=request.firm, id__in=known).order_by("id"))
    if not held:
        raise Http404
    for line in held:
        line.firm = request.firm
        aside.release(line, at=reach.moment(request), by=request.member)
    text = ngettext("{count} line waits again", "{count} lines wait again", len(held))
    done = Done(text.format(count=Screen.of(request).number(len(held))))
    return acted(request, done, to=reverse("bank", args=[request.firm.ref]))


def find_line(request: MemberRequest, line_id: UUID) -> BankLine:
    """The line if it is the firm's."""
    line = queries.get_line(request.firm, line_id)
    line.firm = request.firm
    return line


def must_wait(request: MemberRequest, line: BankLine) -> None:
    """Raises OutOfDate when someone said what the line is meanwhile, naming them and what they said."""
    if line.state == LineState.OPEN:
        return
    done = lines.done_line(request.firm, line.id)
    who = (done.by if done else "") or _("Comptant, by itself,")
    amount = Screen.of(request).amount(line.amount, line.currency)
    if line.state == LineState.SET_ASIDE:
        text = _("{who} set the line of {amount} aside meanwhile. Nothing of yours was recorded.")
    else:
        text = _("{who} matched the line of {amount} meanwhile with {numbers}. Nothing of yours was recorded.")
    numbers = ", ".join(done.numbers) if done and done.numbers else (done.party if done else "")
    raise OutOfDate(text.format(who=who, amount=amount, numbers=numbers))
