"""Statements come in: the file is kept, its new lines are added, those that are known are left alone."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from stdnum import iban as iban_numbers

from comptant.ground.database.bulk import collecting_rarely, insert_rows
from comptant.ground.documents.actions import keep
from comptant.ground.documents.models import Document
from comptant.ground.firms.models import Firm, Member
from comptant.ground.refusals import Refusal
from comptant.journey.payments.formats import Layout, layout_of, read_statements
from comptant.journey.payments.match import choice_of, confirm, confirm_many, match, match_in_steps, propose
from comptant.journey.payments.models import BankAccount, BankLine, LineState, Statement
from comptant.journey.payments.rules.statements import Movement, StatementRefused, Told, identities
from comptant.journey.payments.writing import look_again

__all__ = [
    "SAID_ACCOUNT", "Imported", "choice_of", "confirm", "confirm_many", "import_statement", "match",
    "match_in_steps", "propose", "said_account",
]  # fmt: skip

LINE = """
firm_id account_id statement_id identity entry_ref booked_on value_on amount currency label payer iban reference
end_to_end said_number fee is_reversal return_reason raw state
"""
LINE_COLUMNS = tuple(LINE.split())
FIRST_ACCOUNT = "bank"
"""The ref of the account of a file that names none, while the firm has none."""
TYPES = {"camt": "application/xml", "csv": "text/csv"}


@dataclass(slots=True)
class Taken:
    """What became of one statement of a file: lines that are new, lines that were known, in which period."""

    statement: Statement
    added: int = 0
    known: int = 0
    follows: bool = True
    """False where its opening balance is not the closing one of the statement before: one is missing between."""


@dataclass(slots=True)
class Imported:
    """What a file brought. ``is_known``: the very same file was here already, and nothing changed."""

    statements: list[Taken] = field(default_factory=list)
    is_known: bool = False

    @property
    def added(self) -> int:
        """Lines that are new."""
        return sum(one.added for one in self.statements)

    @property
    def known(self) -> int:
        """Lines that were here."""
        return sum(one.known for one in self.statements)


@transaction.atomic
@collecting_rarely()
def import_statement(
    firm: Firm,
    content: bytes,
    filename: str,
    *,
    account: str | None = None,
    mapping: Mapping[str, Any] | None = None,
    at: datetime,
    by: Member | None,
) -> Imported:
    """The file's new lines are kept, whole or not at all; the same file, or a period that overlaps, adds nothing twice.

    ``account`` names an account by its IBAN, ref or name; needed for a CSV file when the firm has several.
    ``mapping`` says how a CSV is written, and is remembered with its account. Raises StatementRefused with the line
    and what was expected, or Refusal account_needed.
    """
    sha = hashlib.sha256(content).digest()
    if known := _known(firm, sha):
        return known
    named = _named(firm, account) if account else None
    told, layout = read_statements(content, _layout(firm, named, mapping))
    accounts = [_account(firm, one, named, account) for one in told]
    if known := _known(firm, sha):  # someone else imported it while this one waited for the account
        return known
    document = keep(firm, filename[-200:], TYPES[told[0].format], content, at=at)
    imported = Imported()
    for place, (one, its_account) in enumerate(zip(told, accounts, strict=True), start=1):
        imported.statements.append(_take(firm, one, its_account, document, sha, place, at))
        if one.format == "csv" and its_account.layout != layout.kept():
            its_account.layout = layout.kept()
            its_account.save(update_fields=["layout"])
    return imported


def _known(firm: Firm, sha: bytes) -> Imported | None:
    """What the very same file brought before; None when it is new."""
    held = list(Statement.objects.filter(firm=firm, sha256=sha).select_related("account").order_by("place"))
    return Imported([Taken(one, known=one.lines.count()) for one in held], is_known=True) if held else None


def _named(firm: Firm, account: str) -> BankAccount | None:
    """The account that someone names, if it is known."""
    said = account.replace(" ", "").upper()
    found = BankAccount.objects.filter(firm=firm).filter(
        Q(ref=account) | Q(name=account) | Q(iban=said) | Q(ref=said)
    )  # fmt: skip
    account_of: BankAccount | None = found.order_by("id").first()
    return account_of


def _layout(firm: Firm, account: BankAccount | None, mapping: Mapping[str, Any] | None) -> Layout:
    """That of the mapping, else that remembered with the account (the only one, when none is named)."""
    if mapping:
        return layout_of(mapping)
    known = account or _only(firm)
    return layout_of(known.layout) if known and known.layout else Layout()


def _only(firm: Firm) -> BankAccount | None:
    accounts = list(BankAccount.objects.filter(firm=firm).exclude(ref=SAID_ACCOUNT).order_by("id")[:2])
    return accounts[0] if len(accounts) == 1 else None


def _account(firm: Firm, told: Told, named: BankAccount | None, asked: str | None) -> BankAccount:
    """The account of a statement, made when it is new, and held while its lines are added."""
    account = named
    if told.account:
        of_file = _named(firm, told.account)
        if (named and of_file and named.id != of_file.id) or (named and not of_file and named.iban):
            raise StatementRefused("statement_of_other_account", account=told.account, expected=named.iban or named.ref)
        account = of_file or named
    elif account is None and not asked:
        account = _only(firm)
    if account is None:
        account = _new_account(firm, told, asked)
    account = _held(firm, account)
    if told.currency and told.currency != account.currency:
        raise StatementRefused(
            "statement_currency", account=account.ref, expected=account.currency, found=told.currency
        )
    if told.iban and not account.iban:
        account.iban = told.iban
        account.save(update_fields=["iban"])
    return account


def _held(firm: Firm, account: BankAccount) -> BankAccount:
    """The account, until the transaction ends: another import into it waits."""
    held: BankAccount = BankAccount.objects.select_for_update().get(firm=firm, id=account.id)
    return held


def _new_account(firm: Firm, told: Told, asked: str | None) -> BankAccount:
    if not told.account and not asked and BankAccount.objects.filter(firm=firm).exclude(ref=SAID_ACCOUNT).exists():
        names = BankAccount.objects.filter(firm=firm).exclude(ref=SAID_ACCOUNT).order_by("ref")
        raise Refusal("account_needed", known=", ".join(names.values_list("ref", flat=True)))
    ref = (told.account or asked or FIRST_ACCOUNT)[:60]
    plain = ref.replace(" ", "").upper()
    iban = told.iban or (plain if iban_numbers.is_valid(plain) else "")
    account, _ = BankAccount.objects.get_or_create(
        firm=firm, ref=iban or ref, defaults={"iban": iban, "currency": told.currency or firm.currency}
    )
    return account  # type: ignore[no-any-return]


def _take(
    firm: Firm, told: Told, account: BankAccount, document: Document, sha: bytes, place: int, at: datetime
) -> Taken:
    """The statement and those of its lines that are new."""
    statement = Statement(
        firm=firm, account=account, document=document, sha256=sha, place=place, format=told.format,
        bank_ref=told.bank_ref, first_on=told.first_on, last_on=told.last_on, opening=told.opening,
        closing=told.closing, imported_at=at,
    )  # fmt: skip
    taken = Taken(statement, follows=_follows(statement))
    statement.save(force_insert=True)
    if account.opening is None and told.opening is not None:
        account.opening = told.opening
        account.save(update_fields=["opening"])
    known = dict(zip(identities(told.movements), told.movements, strict=True))
    fresh = _fresh(account, told.format, known)
    rows = (_row(firm, account, statement, identity, movement) for identity, movement in fresh.items())
    taken.added = insert_rows("payments_bankline", LINE_COLUMNS, rows)
    look_again("payments_bankline", taken.added)
    taken.known = len(known) - taken.added
    return taken


def _follows(statement: Statement) -> bool:
    if statement.opening is None or statement.first_on is None:
        return True
    before = (
        Statement.objects.filter(account_id=statement.account_id, last_on__lte=statement.first_on)
        .exclude(closing=None)
        .order_by("-last_on", "-place")
        .first()
    )
    return before is None or before.closing == statement.opening or before.first_on == statement.first_on


def _fresh(account: BankAccount, written: str, known: dict[str, Movement]) -> dict[str, Movement]:
    """The lines the account does not have: not met before, no details of what it has, not told by another format."""
    if not known:
        return {}
    days = [movement.booked_on for movement in known.values()]
    held = list(
        BankLine.objects.filter(account=account, booked_on__range=(min(days), max(days))).values_list(
            "id", "identity", "entry_ref", "booked_on", "amount", "state", "statement__format"
        )
    )
    ours = {row[1] for row in held}
    entries = _Entries.of(held)
    fresh = {identity: one for identity, one in known.items() if identity not in ours}
    fresh = entries.without_known(fresh)
    # The same account told by another format: what it has on a day is there, whatever it is called here.
    others = Counter((row[3], row[4]) for row in held if row[6] not in (None, written))
    kept = {}
    for identity, one in fresh.items():
        if others[one.booked_on, one.amount] > 0:
            others[one.booked_on, one.amount] -= 1
        else:
            kept[identity] = one
    return kept


@dataclass(frozen=True, slots=True)
class _Entries:
    """The lines an account has of each of the bank's entries: a notification and a statement tell the same ones."""

    lines: Mapping[tuple[str, date], Sequence[tuple[Any, ...]]]

    @classmethod
    def of(cls, held: Sequence[tuple[Any, ...]]) -> _Entries:
        lines: dict[tuple[str, date], list[tuple[Any, ...]]] = {}
        for row in held:
            if row[2]:
                lines.setdefault((row[2], row[3]), []).append(row)
        return cls(lines)

    def without_known(self, fresh: Mapping[str, Movement]) -> dict[str, Movement]:
        """What is not of an entry already here for the same amount; its details take the place of an open whole."""
        groups: dict[tuple[str, date], list[tuple[str, Movement]]] = {}
        for identity, one in fresh.items():
            groups.setdefault((one.entry_ref, one.booked_on), []).append((identity, one))
        kept: dict[str, Movement] = {}
        for key, group in groups.items():
            held = self.lines.get(key, ()) if key[0] else ()
            is_same = held and sum(row[4] for row in held) == sum(one.amount for _, one in group)
            if is_same and len(group) > len(held) == 1 and held[0][5] == LineState.OPEN:
                BankLine.objects.filter(id=held[0][0]).delete()
            elif is_same:
                continue
            kept.update(group)
        return kept


def _row(firm: Firm, account: BankAccount, statement: Statement, identity: str, one: Movement) -> tuple[Any, ...]:
    return (
        firm.id, account.id, statement.id, identity, one.entry_ref, one.booked_on, one.value_on, one.amount,
        one.currency or account.currency, one.label.replace("\x00", ""), one.payer, one.iban, one.reference,
        one.end_to_end, "", one.fee, one.is_reversal, one.return_reason, one.raw, str(LineState.OPEN),
    )  # fmt: skip


SAID_ACCOUNT = "payments"
"""The account under which lines wait that a file of payments told, whose payer and invoice nobody knows yet."""


def said_account(firm: Firm) -> BankAccount:
    """That account, made when the first such line comes."""
    account, _ = BankAccount.objects.get_or_create(
        firm=firm, ref=SAID_ACCOUNT, defaults={"currency": firm.currency}
    )  # fmt: skip
    return account  # type: ignore[no-any-return]
