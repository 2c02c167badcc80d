"""An act of the day in words: what to do, why, what it is worth, where it goes, where it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from comptant.doors.web.screen import Screen
from comptant.ground.web.typography import one_stop, typo
from comptant.outlook.today.rules import Act


@dataclass(frozen=True, slots=True)
class ActLine:
    """A row of the list: strings only."""

    key: str
    phrase: str
    reason: str
    amount: str
    unit: str
    source: str
    target: str
    """A state, or empty: the client says yes or no."""
    about_url: str
    about: str
    url: str
    is_dialog: bool
    label: str
    icon: str
    postpone_url: str
    return_url: str
    returns: str = ""


MOVES = {
    "decide": ("hoped", ""), "unstall": ("stalled", ""), "woken": ("hoped", ""), "present": ("hoped", ""),
    "send": ("hoped", ""), "match": ("invoiced", "cashed"), "bill": ("billable", "invoiced"),
    "issue": ("billable", "invoiced"), "remind": ("overdue", "cashed"), "promise": ("overdue", "cashed"),
    "late": ("overdue", "cashed"), "dispute": ("disputed", "cashed"), "claim": ("doubtful", "cashed"),
}  # fmt: skip
ICONS = {
    "decide": "phone", "unstall": "phone", "woken": "answered", "present": "present", "send": "mail", "match": "check",
    "bill": "invoice", "issue": "invoice", "remind": "mail", "promise": "phone", "late": "phone", "dispute": "note",
    "claim": "scales",
}  # fmt: skip


def lines_of(acts: Sequence[Act], screen: Screen) -> list[ActLine]:
    """The rows, in the order of the acts."""
    return [line_of(act, screen) for act in acts]


def line_of(act: Act, screen: Screen, returns: date | None = None) -> ActLine:
    """One row; ``returns`` when it was put off."""
    source, target = MOVES[act.kind]
    if act.kind == "remind" and not is_late(act, screen.today):
        source = "invoiced"
    here = [screen.firm_ref, act.key]
    return ActLine(
        act.key,
        typo(phrase(act, screen), screen.language),
        typo(one_stop(reason(act, screen)), screen.language),
        screen.amount(act.stake, act.currency) if act.stake else _("no amount"),
        (_("ex VAT") if act.is_net else _("inc VAT")) if act.stake else "",
        source, target, about(act, screen), _about(act), *where(act, screen), _label(act), ICONS[act.kind],
        reverse("act-postponement", args=here), reverse("act-return", args=here),
        screen.short(returns),
    )  # fmt: skip


def is_late(act: Act, today: date) -> bool:
    """Whether its oldest invoice is past due."""
    return act.since_on is not None and act.since_on < today


def phrase(act: Act, screen: Screen) -> str:
    """What to do, beginning with a verb."""
    if act.kind == "match":
        return ngettext("Match {count} receipt", "Match {count} receipts", act.count).format(
            count=screen.number(act.count)
        )
    if act.kind == "remind":
        return ngettext(
            "Approve the reminder to {party}", "Approve the reminder of {count} invoices to {party}", act.count
        ).format(party=act.party, count=screen.number(act.count))
    said = {
        "decide": _("Ask {party} for a yes or a no"),
        "unstall": _("Revive or close {party}"),
        "woken": _("Take up {party} again"),
        "present": _("Present offer {document} to {party}"),
        "send": _("Seal and send offer {document} to {party}"),
        "bill": _("Invoice {party}"),
        "issue": _("Issue the draft invoice for {party}"),
        "promise": _("Call {party}"),
        "late": _("Call {party}"),
        "dispute": _("Answer {party}’s dispute"),
        "claim": _("File the claim against {party}"),
    }[act.kind]
    return said.format(party=act.party, document=act.document)


def reason(act: Act, screen: Screen) -> str:
    """A fact with its date, and what follows from it."""
    return _REASONS[act.kind](act, screen)


def _decide(act: Act, screen: Screen) -> str:
    if act.ends_on == screen.today:
        return _("The decision date is today. Without an answer tonight, the deal leaves the total.")
    return _("The answer was expected on {day}. Without one, the deal leaves the total.").format(
        day=screen.plain(act.ends_on or screen.today)
    )


def _unstall(act: Act, screen: Screen) -> str:
    day = screen.plain(act.since_on or screen.today)
    if act.note == "decision_date":
        return _("The answer was expected on {day}; neither yes nor no came. Out of the total.").format(day=day)
    return _("No sign from the client since {day}. Out of the total.").format(day=day)


def _woken(act: Act, screen: Screen) -> str:
    day = screen.plain(act.since_on or screen.today)
    return " ".join([_("In hand again since {day}, without a sign from the client.").format(day=day), act.note]).strip()


def _present(act: Act, screen: Screen) -> str:
    return _("“{title}”. An offer is presented, then sent.").format(title=act.title)


def _send(act: Act, screen: Screen) -> str:
    return _("Presented on {day}, not sent yet.").format(day=screen.long(act.since_on or screen.today))


def _match(act: Act, screen: Screen) -> str:
    return _("The money has been in the bank since {day}, but on no invoice yet.").format(
        day=screen.plain(act.since_on or screen.today)
    )


def _bill(act: Act, screen: Screen) -> str:
    delivered = _("{title}: delivered and accepted on {day}.").format(
        title=act.title, day=screen.long(act.since_on or screen.today)
    )
    return f"{delivered} {_('Each day of waiting puts the due date off by as much.')}"


def _issue(act: Act, screen: Screen) -> str:
    return _("Drafted on {day}, not issued: the client owes nothing yet.").format(
        day=screen.plain(act.since_on or screen.today)
    )


def _remind(act: Act, screen: Screen) -> str:
    due = act.since_on or screen.today
    if not is_late(act, screen.today):
        return _("{number} is due on {day}. A word before the day, prepared for you.").format(
            number=act.document, day=screen.plain(due)
        )
    return f"{_days_late(act, screen)} {_('The letter is ready, and leaves with your approval.')}"


def _promise(act: Act, screen: Screen) -> str:
    kept = _("The promise to pay on {day} was not kept.").format(day=screen.plain(act.ends_on or screen.today))
    return f"{_days_late(act, screen)} {kept}" if is_late(act, screen.today) else kept


def _late(act: Act, screen: Screen) -> str:
    return f"{_days_late(act, screen)} {_('No dispute, no promise to pay.')}"


def _days_late(act: Act, screen: Screen) -> str:
    days = (screen.today - (act.since_on or screen.today)).days
    return ngettext("{days} day late.", "{days} days late.", days).format(days=screen.number(days))


def _dispute(act: Act, screen: Screen) -> str:
    day = act.ends_on or screen.today
    said = _("Your answer is due on {day}.") if day >= screen.today else _("Your answer was due on {day}.")
    held = _("Until then {number} is not reminded on that sum.").format(number=act.document)
    return f"{said.format(day=screen.long(day))} {held}"


def _claim(act: Act, screen: Screen) -> str:
    since = _("Insolvent since {day}.").format(day=screen.plain(act.since_on or screen.today))
    if act.ends_on is None:
        return f"{since} {_('The trustee’s notice says until when a proof of claim is taken.')}"
    if act.ends_on < screen.today:
        late = _("The claim was to be filed by {day}: ask to be heard late.").format(day=screen.plain(act.ends_on))
        return f"{since} {late}"
    after = _("After {day}, the claim can no longer be filed.").format(day=screen.plain(act.ends_on))
    return f"{since} {after}"


_REASONS: dict[str, Callable[[Act, Screen], str]] = {
    "decide": _decide, "unstall": _unstall, "woken": _woken, "present": _present, "send": _send, "match": _match,
    "bill": _bill, "issue": _issue, "remind": _remind, "promise": _promise, "late": _late, "dispute": _dispute,
    "claim": _claim,
}  # fmt: skip


def _label(act: Act) -> str:
    return {
        "decide": _("Note the answer"), "unstall": _("Revive or close"), "woken": pgettext("verb", "Take up again"),
        "present": pgettext("verb", "Present"), "send": pgettext("verb", "Send"), "match": pgettext("verb", "Match"),
        "bill": _("Create the invoice"), "issue": pgettext("verb", "Issue"), "remind": _("Read and send"),
        "promise": pgettext("verb", "Call"), "late": pgettext("verb", "Call"), "dispute": pgettext("verb", "Answer"),
        "claim": pgettext("verb", "Prepare"),
    }[act.kind]  # fmt: skip


def _about(act: Act) -> str:
    if act.kind in ("dispute", "promise"):
        return _("See the invoice")
    if act.kind in ("present", "send"):
        return _("See the offer")
    if act.kind == "issue":
        return _("See the draft")
    return _("See the deal") if act.deal else _("See the client")


DIALOGS = {
    "decide": "deal-closing", "present": "offer-presentations", "send": "offer-sending", "claim": "insolvency-claim",
    "issue": "draft-issuing",
}  # fmt: skip


def where(act: Act, screen: Screen) -> tuple[str, bool]:
    """The address where it is done, and whether it opens as a dialog."""
    firm = screen.firm_ref
    if act.kind in DIALOGS:
        return reverse(DIALOGS[act.kind], args=[firm, act.deal if act.kind == "decide" else act.subject]), True
    if act.kind == "match":
        return reverse("bank", args=[firm]), False
    if act.kind == "remind":
        return f"{reverse('invoices', args=[firm])}#reminders", False
    if act.kind == "bill" and act.place:
        return reverse("agreement-invoicing", args=[firm, act.place]), False
    if act.kind == "bill":
        return f"{reverse('new-invoice', args=[firm])}?{urlencode({'party': act.party_ref})}", False
    return about(act, screen), False


def about(act: Act, screen: Screen) -> str:
    """The page of what the act is about."""
    firm = screen.firm_ref
    if act.kind in ("dispute", "promise"):
        return reverse("invoice", args=[firm, act.place or act.subject])
    if act.kind in ("present", "send"):
        return reverse("offer", args=[firm, act.subject])
    if act.kind == "issue":
        return reverse("draft", args=[firm, act.subject])
    if act.deal:
        return reverse("deal", args=[firm, act.deal])
    return reverse("client", args=[firm, act.party_ref]) if act.party_ref else reverse("bank", args=[firm])
