"""The page of a reminder from the outside: from the secret of a link to one of the three answers.

Each answer is one transaction in the firm's own scope. Nothing here may run inside one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.http import Http404
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.scope import firm_scope
from comptant.ground.firms.models import Firm, Member, Role, User
from comptant.ground.mail.actions import put
from comptant.ground.mail.letters import render_letter
from comptant.ground.mail.links import find_link
from comptant.ground.refusals import Refusal
from comptant.ground.web.typography import typo
from comptant.journey.invoices.models import Invoice
from comptant.journey.offers.shown import Sayer, identity
from comptant.journey.recovery.actions import open_dispute, promise
from comptant.journey.recovery.models import Cause, Dispute, Letter

FARTHEST_HERE = 60
"""Calendar days: a client alone promises no later day."""
TYPED_AT_MOST = 2000

PAID, PROMISES = _("says it was paid on {day}"), _("promises to pay on {day}")
CONTESTS = _("contests {amount}")
"""What the client did, after their name."""


@contextmanager
def open_letter(secret: str, *, now: datetime) -> Iterator[Letter]:
    """The letter that the link opens, within its firm's scope; 404 when it opens nothing (any more)."""
    found = find_link("reminder", secret, now=now)
    if found is None:
        raise Http404
    with firm_scope(found.firm_id):
        letter: Letter | None = Letter.objects.select_related("party", "firm", "by").filter(id=found.subject_id).first()
        if letter is None:
            raise Http404
        yield letter


def invoices_of(letter: Letter) -> list[Invoice]:
    """The invoices the letter was about, by due date."""
    numbered = Invoice.objects.filter(firm=letter.firm, reminders__letter=letter).select_related("party", "deal")
    return list(numbered.order_by("due_on", "number").distinct())


def promise_by_link(
    secret: str, *, numbers: Sequence[str], pay_on: date, has_paid: bool, name: str, now: datetime
) -> None:
    """The client says when they pay the invoices named, or that they have; kept as their acknowledgement.

    Raises Refusal name_needed, invoice_needed, promise_too_far, and those of ``promise``.
    """
    with open_letter(secret, now=now) as letter:
        who, chosen = _who(name), _chosen(letter, numbers)
        if not has_paid and pay_on > letter.firm.day(now) + timedelta(days=FARTHEST_HERE):
            raise Refusal("promise_too_far", days=FARTHEST_HERE)
        for invoice in chosen:
            promise(invoice, pay_on=pay_on, has_paid=has_paid, said_by=who, at=now, by=None)
        _tell_us(letter, chosen, PAID if has_paid else PROMISES, pay_on, who, now)


def contest_by_link(
    secret: str, *, numbers: Sequence[str], amount: Decimal, category: str, reason: str, name: str, now: datetime
) -> Dispute:
    """The client contests a part of one invoice: reminders on it stop at once, the rest stays due.

    Raises Refusal name_needed, invoice_needed, unknown_cause, and those of ``open_dispute``.
    """
    with open_letter(secret, now=now) as letter:
        who, chosen = _who(name), _chosen(letter, numbers)[:1]
        if category not in Cause.values:
            raise Refusal("unknown_cause", cause=category)
        dispute = open_dispute(
            chosen[0], amount=amount, category=category, reason=reason[:TYPED_AT_MOST], said_by=who,
            owner=_owner(letter), at=now, by=None,
        )  # fmt: skip
        _tell_us(letter, chosen, CONTESTS, None, who, now, amount=amount, reason=reason[:TYPED_AT_MOST])
        return dispute


def _who(name: str) -> str:
    if not name.strip():
        raise Refusal("name_needed")
    return name.strip()[:200]


def _chosen(letter: Letter, numbers: Sequence[str]) -> list[Invoice]:
    chosen = [invoice for invoice in invoices_of(letter) if invoice.number in numbers]
    if not chosen:
        raise Refusal("invoice_needed")
    return chosen


def _owner(letter: Letter) -> Member:
    """Who answers a dispute raised on the page: whoever sent the reminder, else an owner of the firm."""
    active = Member.objects.filter(firm=letter.firm, is_active=True)
    owner: Member = letter.by or active.filter(role=Role.OWNER).order_by("id").first() or active.earliest("id")
    return owner


def _tell_us(
    letter: Letter,
    invoices: Sequence[Invoice],
    words: str | Promise,
    day: date | None,
    who: str,
    now: datetime,
    *,
    amount: Decimal | None = None,
    reason: str = "",
) -> None:
    """A letter to whoever looks after it, when we know where they read mail."""
    firm, owner = letter.firm, _owner(letter)
    user = User.objects.filter(pk=owner.user_id).first() if owner.user_id else None
    to = user.email if user else identity(firm).email
    if not to:
        return
    with translation.override(firm.language):
        sayer = Sayer(firm.language, invoices[0].currency, firm.currency)
        said = str(words).format(day=sayer.day(day) if day else "", amount=sayer.amount(amount) if amount else "")
        numbers = ", ".join(invoice.number for invoice in invoices)
        subject = typo(f"{letter.party.name} {said} ({numbers})", firm.language)
        told = _now("{name}, of {party}, {said}: {numbers}.").format(
            name=who, party=letter.party.name, said=said, numbers=numbers
        )
        paragraphs = [typo(told, firm.language), *([reason] if reason else [])]
        text, html = render_letter(
            subject=subject, language=firm.language, paragraphs=paragraphs, signature=["Comptant"]
        )
    put(
        firm, to=to, subject=subject, text=text, html=html, kind="reminder_answer", party=letter.party, at=now,
        key=f"answer:{letter.id}:{now.timestamp()}", deal=invoices[0].deal,
    )  # fmt: skip


def owners(firm: Firm) -> list[Member]:
    """Who may be given a dispute: the active people of the firm."""
    return list(Member.objects.filter(firm=firm, is_active=True).order_by("name"))
