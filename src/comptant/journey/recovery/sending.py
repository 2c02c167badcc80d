"""Reminders go: one letter for each party and channel, evidence on every deal, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction

from comptant.ground.database.ids import uuid7
from comptant.ground.documents.actions import keep
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Firm, Member
from comptant.ground.journal.actions import record
from comptant.ground.journal.acts import Fact
from comptant.ground.mail.actions import put
from comptant.ground.mail.links import address_of, make_link
from comptant.ground.mail.models import Message
from comptant.ground.parties.models import Contact, Party
from comptant.journey.recovery import letters
from comptant.journey.recovery.dunning import Item, planned
from comptant.journey.recovery.letters import Reminding, asked
from comptant.journey.recovery.models import Channel, Letter, Reminder, ReminderState
from comptant.journey.recovery.queries import Terms, terms_of
from comptant.journey.recovery.rules.dunning import held_back

LINK_LASTS = timedelta(days=90)
"""How long the page of a reminder opens."""
AT_ONCE = 200
"""Reminders sent by one transaction when nobody waits for the answer."""


@dataclass(slots=True)
class Sent:
    """What came of an approval: the letters made, the parties without an address, how many were held back meanwhile."""

    letters: list[Letter] = field(default_factory=list)
    without_address: list[str] = field(default_factory=list)
    held_back: int = 0


@transaction.atomic
def approve_reminders(firm: Firm, reminder_ids: Sequence[UUID], *, at: datetime, by: Member | None) -> Sent:
    """The reminders named go, with the amounts of today: an e-mail each party, a printed letter for a formal notice.

    Those already sent are left alone, so that two approvals at once send once. What was contested, promised, paid or
    insolvent meanwhile waits on. ``by`` None: the policy sends by itself.
    """
    rows = Reminder.objects.select_for_update().filter(
        firm=firm, id__in=list(reminder_ids), state=ReminderState.PREPARED
    )  # fmt: skip
    waiting = {row.invoice_id: row for row in rows.order_by("id").select_related("party")}
    sent, day = Sent(), firm.day(at)
    items = {item.invoice_id: item for item in planned(firm, day, list(waiting)) if held_back(item.facts) is None}
    sent.held_back = len(waiting) - len(items)
    going = sorted(
        (row for row in waiting.values() if row.invoice_id in items),
        key=lambda row: (row.party_id, row.channel, items[row.invoice_id].currency, items[row.invoice_id].due_on),
    )
    addresses, terms, facts = _addresses(firm, going), terms_of(firm), dict[UUID, list[Fact]]()
    for key, group in groupby(going, lambda row: (row.party_id, row.channel, items[row.invoice_id].currency)):
        reminders = list(group)
        to = addresses.get(key[0], "")
        if key[1] == Channel.EMAIL and not to:
            sent.without_address.append(reminders[0].party.name)
            continue
        said = _reminding(firm, reminders, [items[row.invoice_id] for row in reminders], terms, day, by)
        letter = _letter(said, key[1], to, at=at, by=by)
        _mark(reminders, said, letter)
        _evidence(facts, said, letter, at)
        sent.letters.append(letter)
    if facts:
        record(firm, facts)
    return sent


def send_automatic(firm: Firm, *, at: datetime) -> int:
    """Send what a policy sends by itself, some hundreds a transaction; how many letters. Not within a firm's scope."""
    from comptant.ground.database.scope import firm_scope

    count = 0
    with firm_scope(firm.id):
        automatic = Reminder.objects.filter(firm=firm, state=ReminderState.PREPARED, is_automatic=True)
        ids = list(automatic.order_by("party_id", "id").values_list("id", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        with firm_scope(firm.id):
            count += len(approve_reminders(firm, ids[start : start + AT_ONCE], at=at, by=None).letters)
    return count


@transaction.atomic
def drop_reminder(reminder: Reminder, *, why: str, at: datetime, by: Member) -> None:
    """Somebody decides that this one does not go; it is not prepared again."""
    Reminder.objects.filter(firm=reminder.firm, id=reminder.id, state=ReminderState.PREPARED).update(
        state=ReminderState.DROPPED, why_dropped=f"{by.name}: {why}"[:200]
    )


def _addresses(firm: Firm, rows: Sequence[Reminder]) -> dict[UUID, str]:
    """Where each party reads mail: its own address, else that of its first contact who has one."""
    found = {row.party_id: row.party.email for row in rows if row.party.email}
    missing = {row.party_id for row in rows} - set(found)
    contacts = Contact.objects.filter(firm=firm, party_id__in=missing).exclude(email="").order_by("-id")
    return found | {contact.party_id: contact.email for contact in contacts}


def _reminding(
    firm: Firm, rows: Sequence[Reminder], items: Sequence[Item], terms: Sequence[Terms], day: Any, by: Member | None
) -> Reminding:
    party: Party = rows[0].party
    level = max(row.level for row in rows)
    return Reminding(firm, party, items, level, rows[0].channel == Channel.LETTER, day, terms, by)


def _letter(said: Reminding, channel: str, to: str, *, at: datetime, by: Member | None) -> Letter:
    """The e-mail in the outbox, with its link; on paper when it is a formal notice; a call leaves neither."""
    firm, letter_id = said.firm, uuid7()
    document: Document | None = None
    message: Message | None = None
    if said.is_notice:
        content = letters.notice_pdf(said, at=at)
        document = keep(firm, f"notice-{said.party.ref}-{said.day}.pdf"[:200], "application/pdf", content, at=at)
    if to and channel != Channel.CALL:
        secret = make_link(firm, "reminder", letter_id, expires_at=at + LINK_LASTS)
        words = letters.email(said, address_of("reminder", secret))
        message = put(
            firm, to=to, to_name=said.party.name, subject=words.subject, text=words.text, html=words.html,
            attachments=[document] if document else [], kind="reminder", key=f"reminder:{letter_id}", at=at,
            party=said.party, by=by,
        )  # fmt: skip
    letter: Letter = Letter.objects.create(
        id=letter_id, firm=firm, party=said.party, level=said.level, channel=channel, sent_at=at, by=by,
        message=message, document=document,
    )  # fmt: skip
    return letter


def _mark(rows: Sequence[Reminder], said: Reminding, letter: Letter) -> None:
    for row, item in zip(rows, said.items, strict=True):
        row.state, row.sent_on, row.letter = ReminderState.SENT, said.day, letter
        row.open_amount, row.days_late = asked(item), item.plan.days_late
        row.interest, row.indemnity = item.interest, item.indemnity
    Reminder.objects.bulk_update(
        rows, ["state", "sent_on", "letter", "open_amount", "days_late", "interest", "indemnity"]
    )


def _evidence(facts: dict[UUID, list[Fact]], said: Reminding, letter: Letter, at: datetime) -> None:
    """On each invoice's deal: reminded, and what penalties were claimed. Nothing moves."""
    sha256 = bytes(letter.document.sha256) if letter.document else None
    by = said.by.id if said.by else None
    for item in said.items:
        named: Mapping[str, Any] = {"document": str(item.invoice_id), "number": item.number, "letter": str(letter.id)}
        told = facts.setdefault(item.deal_id, [])
        reminded = {**named, "level": said.level, "channel": letter.channel, "amount": str(asked(item))}
        told.append(
            Fact("reminded", at, reminded, f"reminded:{letter.id}:{item.number}"[:80], by, document_sha256=sha256)
        )
        if said.claims_penalties and (item.interest or item.indemnity):
            claimed = {
                **named, "interest": None if item.interest is None else str(item.interest),
                "indemnity": str(item.indemnity),
            }  # fmt: skip
            told.append(Fact("penalty_claimed", at, claimed, f"claimed:{letter.id}:{item.number}"[:80], by))
