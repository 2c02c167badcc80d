"""What can be imported: for each target its columns, its row and the check between columns.

Source: the public promise on files in, restated in ``docs/imports.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from comptant.doors.imports import checks, rows
from comptant.doors.imports.checks import Context
from comptant.doors.imports.converters import Column, Formats
from comptant.doors.imports.refusals import ImportRefused

NOTE = 10_000
"""Characters in a reason, a note or a label."""

Check = Callable[[Any, Context], Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of file: the order of ``columns`` is that of the row's fields between ``line`` and ``custom``."""

    name: str
    row: Any
    columns: tuple[Column, ...]
    checker: Callable[[Formats], Check]

    @property
    def names(self) -> tuple[str, ...]:
        """Our columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Those without which a row says nothing."""
        return tuple(column.name for column in self.columns if column.is_required)


def _ref(name: str, is_required: bool = False, limit: int = 200) -> Column:
    return Column(name, "identifier", is_required, limit=limit, is_memoised=False)


def _known_ref(name: str, is_required: bool = False, limit: int = 200) -> Column:
    """A reference to another record: many rows share it."""
    return Column(name, "identifier", is_required, limit=limit)


def _day(name: str, is_required: bool = False) -> Column:
    return Column(name, "day", is_required, blank=None)


def _amount(name: str, is_required: bool = False) -> Column:
    return Column(name, "amount", is_required, blank=None)


def _choice(name: str, choices: str, blank: str = "", is_required: bool = False) -> Column:
    return Column(name, "choice", is_required, blank=blank, choices=tuple(choices.split()))


def _always(check: Check) -> Callable[[Formats], Check]:
    return lambda formats: check


PARTIES = Target(
    "parties",
    rows.PartyRow,
    (
        _ref("ref", is_required=True),
        Column("name", limit=300, is_memoised=False),
        _choice("kind", "company person", blank="company"),
        Column("country", "country"),
        Column("siren", "siren"),
        Column("siret", "siret"),
        Column("vat_number", "vat_number", limit=40),
        Column("bn", "bn", limit=40),
        Column("email", "email", limit=254),
        Column("phone", limit=40),
        Column("street", limit=300, is_memoised=False),
        Column("postcode", limit=20),
        Column("city", limit=120),
        Column("iban", "iban", limit=60),
        _day("created_on"),
        _day("insolvent_on"),
        _amount("credit_limit"),
        Column("tags", "tags", blank=(), limit=2_000),
    ),
    _always(checks.check_party),
)
DEALS = Target(
    "deals",
    rows.DealRow,
    (
        _ref("ref", is_required=True),
        Column("title", limit=300, is_memoised=False),
        _known_ref("party_ref", is_required=True),
        Column("seller", limit=200),
        Column("source", limit=120),
        _amount("amount"),
        Column("currency", "currency"),
        _day("opened_on", is_required=True),
        Column("stage", "identifier", limit=40),
        _choice("status", "open waiting won lost vanished declined", blank="open"),
        _day("closed_on"),
        _day("wake_on"),
        _day("decision_on"),
        _choice("presented", "in_person video sent"),
        Column("competitor", limit=200),
        Column("reason", limit=NOTE),
    ),
    _always(checks.check_deal),
)
EVENTS = Target(
    "events",
    rows.EventRow,
    (
        _known_ref("deal_ref", is_required=True),
        Column("at", "instant", is_required=True),
        _choice("kind", " ".join(checks.EVENT_VALUES), is_required=True),
        Column("value", "raw"),
        Column("note", limit=NOTE, is_memoised=False),
    ),
    checks.event_checker,
)
INVOICES = Target(
    "invoices",
    rows.InvoiceRow,
    (
        _ref("number", is_required=True, limit=60),
        _choice("kind", "invoice deposit balance credit_note", blank="invoice"),
        _known_ref("party_ref"),
        _known_ref("deal_ref"),
        _day("issued_on", is_required=True),
        _day("due_on"),
        _amount("net"),
        _amount("tax"),
        _amount("total"),
        Column("currency", "currency"),
        _known_ref("corrects", limit=60),
        Column("disputed", "part", blank=None),
        _day("disputed_on"),
        _day("settled_on"),
    ),
    _always(checks.check_invoice),
)
PAYMENTS = Target(
    "payments",
    rows.PaymentRow,
    (
        _ref("ref", is_required=True),
        _day("received_on", is_required=True),
        _known_ref("party_ref"),
        _amount("amount", is_required=True),
        Column("currency", "currency"),
        Column("label", limit=NOTE, is_memoised=False),
        Column("iban", "iban", limit=60),
        _known_ref("invoice_number", limit=60),
    ),
    _always(checks.check_payment),
)
TARGETS: dict[str, Target] = {target.name: target for target in (PARTIES, DEALS, EVENTS, INVOICES, PAYMENTS)}
OTHER_NAMES = {"deal-events": "events"}


def target_named(name: str) -> Target:
    """The target of that name. Refuses another one, naming those there are."""
    target = TARGETS.get(OTHER_NAMES.get(name, name))
    if target is None:
        raise ImportRefused("target_unknown", name=name, known=", ".join(TARGETS))
    return target
