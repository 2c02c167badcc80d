"""Acts on the reminders of the day: prepared, approved one by one or all at once, dropped."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from comptant.doors.web.invoicing.asking import Asked, Field, Typed, ask
from comptant.doors.web.invoicing.finding import find_reminder, own_deals
from comptant.doors.web.reach import moment
from comptant.doors.web.screen import Screen
from comptant.ground.web.gestures import Done
from comptant.ground.web.request import MemberRequest
from comptant.journey.pipeline.models import Standing
from comptant.journey.recovery.dunning import prepare_reminders
from comptant.journey.recovery.models import Reminder, ReminderState
from comptant.journey.recovery.queries import prepared_reminders
from comptant.journey.recovery.sending import Sent, approve_reminders, drop_reminder

AT_ONCE = 500
TOLD = 8
"""Reminders named one by one in the dialog; the others are counted."""


@require_http_methods(["GET", "POST"])
def preparation(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET asks; POST prepares the reminders that are due today. Nothing leaves yet."""

    def asked() -> Asked:
        return Asked(
            _("Prepare the reminders of the day"), _("Prepare them"),
            text=_("They wait for your word: nothing leaves before you approve it."),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        count = prepare_reminders(request.firm, request.today)
        said = ngettext("{count} reminder prepared.", "{count} reminders prepared.", count)
        return Done(said.format(count=Screen.of(request).number(count)))

    return ask(request, asked, act, to=_here(request))


@require_http_methods(["GET", "POST"])
def approval(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET names what would leave, ``?reminder=`` one alone; POST lets it go."""
    screen, rows = Screen.of(request), _asked_for(request)

    def asked() -> Asked:
        if not rows:
            return Asked(_("No reminder waits"), _("Back"), text=_("All that was due has left, or was dropped."))
        title, verb = _in_words(screen, rows)
        return Asked(
            title, verb,
            rows=[
                (f"{row.party.name}, {row.invoice.number}", screen.amount(row.open_amount, row.invoice.currency))
                for row in rows[:TOLD]
            ],
            text=_("Amounts are brought up to today. What was paid, contested or promised meanwhile stays here."),
            note=_more(screen, len(rows) - TOLD),
            hidden=[("reminders", ",".join(str(row.id) for row in rows))],
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        wanted = typed.said.get("reminders", "").split(",")
        ids = [row.id for row in rows if str(row.id) in wanted]
        return Done(_told(screen, approve_reminders(request.firm, ids, at=moment(request), by=request.member)))

    return ask(request, asked, act, to=_here(request))


def _in_words(screen: Screen, rows: list[Reminder]) -> tuple[str, str]:
    """Title and verb, with the count and the sum of the firm's currency."""
    total = sum((row.open_amount for row in rows if row.invoice.currency == screen.home), Decimal(0))
    said = screen.amount(total)
    if len(rows) == 1 and rows[0].channel == "call":
        return _("You called {party}").format(party=rows[0].party.name), _("Record the call, {amount}").format(
            amount=screen.amount(rows[0].open_amount, rows[0].invoice.currency)
        )
    if len(rows) == 1:
        said = screen.amount(rows[0].open_amount, rows[0].invoice.currency)
    count = len(rows)
    title = ngettext("Send {count} reminder, {amount} inc VAT", "Send {count} reminders, {amount} inc VAT", count)
    verb = ngettext("Send {count}, {amount}", "Send {count}, {amount}", count)
    return (words.format(count=screen.number(count), amount=said) for words in (title, verb))  # type: ignore[return-value]


def _more(screen: Screen, left: int) -> str:
    if left <= 0:
        return ""
    return ngettext("And {count} other.", "And {count} others.", left).format(count=screen.number(left))


def _told(screen: Screen, sent: Sent) -> str:
    count = len(sent.letters)
    parts = [ngettext("{count} letter sent.", "{count} letters sent.", count).format(count=screen.number(count))]
    if sent.without_address:
        parts.append(_("No e-mail address: {names}.").format(names=", ".join(sorted(set(sent.without_address))[:TOLD])))
    if sent.held_back:
        held = ngettext("{count} held back meanwhile.", "{count} held back meanwhile.", sent.held_back)
        parts.append(held.format(count=screen.number(sent.held_back)))
    return " ".join(parts)


def _asked_for(request: MemberRequest) -> list[Reminder]:
    """The reminders that wait, of the member's own deals if they sell; the one that the address names, else all."""
    named = request.GET.get("reminder", "")
    if named:
        return [_prepared(request, named)]
    rows = prepared_reminders(request.firm)
    if (seller := own_deals(request)) is not None:
        rows = rows.filter(invoice__deal__in=Standing.objects.filter(firm=request.firm, seller=seller).values("deal"))
    return list(rows[:AT_ONCE])


def _prepared(request: MemberRequest, named: str) -> Reminder:
    try:
        return find_reminder(request, UUID(named))
    except ValueError:
        raise Http404 from None


@require_http_methods(["GET", "POST"])
def dropping(request: MemberRequest, firm_ref: str, reminder_id: UUID) -> HttpResponse:
    """GET asks why; POST drops the reminder: it does not go and is not prepared again."""
    found, screen = find_reminder(request, reminder_id), Screen.of(request)
    said = screen.amount(found.open_amount, found.invoice.currency)

    def asked() -> Asked:
        return Asked(
            _("Do not remind {party} of {number}").format(party=found.party.name, number=found.invoice.number),
            _("Drop this reminder"), [Field("reason", _("Why"), is_needed=True)],
            _("{amount} stays due. The next step comes at its time; this one is not prepared again.").format(
                amount=said),
        )  # fmt: skip

    def act(typed: Typed) -> Done:
        why = typed.text("reason", needed=_("Say why it does not go."), longest=150)
        typed.check()
        drop_reminder(found, why=why, at=moment(request), by=request.member)
        return Done(_("The reminder of {number} does not go.").format(number=found.invoice.number))

    if found.state != ReminderState.PREPARED and request.method == "GET":
        raise Http404
    return ask(request, asked, act, to=_here(request))


def _here(request: MemberRequest) -> str:
    return reverse("invoices", args=[request.firm.ref])
