"""The import pages in words: targets, columns, lines to look at, and where the amounts would go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comptant.doors.imports.mapping import shipped_mappings
from comptant.doors.imports.messages import notice_sentence, problem_sentence
from comptant.doors.imports.refusals import RowError
from comptant.doors.imports.targets import TARGETS
from comptant.doors.web import uploads
from comptant.doors.web.import_reading import SAMPLED, Column, Dry, becomes, day_forms, day_samples
from comptant.doors.web.screen import Screen
from comptant.ground.web import words
from comptant.ground.web.days import plain_day
from comptant.ground.web.flow import STOCKS

MAPPING_NAMES = {"maven": "Maven CRM", "ibm": "IBM receivables"}
TARGET_WORDS = {
    "deals": (gettext_lazy("Deals"), gettext_lazy("what you hope for, signed, lost")),
    "invoices": (gettext_lazy("Invoices"), gettext_lazy("what is owed to you")),
    "payments": (gettext_lazy("Payments"), gettext_lazy("what came in")),
    "events": (gettext_lazy("Events of deals"), gettext_lazy("answers, stages, dates")),
    "parties": (gettext_lazy("Clients and prospects"), gettext_lazy("names, numbers, addresses")),
}
STATEMENT_WORDS = {
    "statement": (gettext_lazy("Bank statement"), gettext_lazy("its lines find their invoices")),
}
SHOWN_PROBLEMS = 50
ZERO = Decimal(0)


def ask_context(screen: Screen, chosen: str, mapping: str, error: str, keeps_books: bool) -> dict[str, Any]:
    """Everything the upload page writes, but its shell. A bank statement is for ``keeps_books`` alone."""
    offered = TARGET_WORDS | (STATEMENT_WORDS if keeps_books else {})
    chosen = chosen if chosen in offered else "deals"
    limit = settings.MAX_IMPORT_BYTES // 1_000_000
    return {
        "action": reverse("imports", args=[screen.firm_ref]),
        "error": error,
        "targets": [
            {"key": key, "name": name, "note": note, "is_chosen": key == chosen}
            for key, (name, note) in offered.items()
        ],
        "mappings": [
            {"key": key, "name": MAPPING_NAMES.get(key, key), "is_chosen": key == mapping} for key in shipped_mappings()
        ],
        "limit_text": _("CSV or XLSX, camt for the bank, up to {limit} MB").format(limit=screen.number(limit)),
    }


def import_context(
    screen: Screen, upload: uploads.Upload, columns: Sequence[Column], dry: Dry | None, refusal: str
) -> dict[str, Any]:
    """Everything the page of one file writes, but its shell."""
    name = str(TARGET_WORDS[upload.target][0])
    chosen = becomes(upload, columns)
    context: dict[str, Any] = {
        "title": _("Import {what}").format(what=name.lower()),
        "file_name": upload.name,
        "imports_url": reverse("imports", args=[screen.firm_ref]),
        "columns_url": reverse("import", args=[screen.firm_ref, upload.id]),
        "refusal": refusal,
        "is_mapped": bool(upload.mapping),
        "fields": [{"key": "", "name": _("Keep beside, as it is")}]
        + [{"key": key, "name": field_name(key)} for key in TARGETS[upload.target].names],
        "columns": _columns(screen, upload, columns, chosen),
        "filled_title": _filled_title(screen, dry),
        "day_forms": _day_forms(screen, upload, columns),
        "where_title": _("Where the amounts would go"),
        "steps": _steps(screen, upload, columns, chosen, dry),
    }
    if dry is None:
        context["subtitle"] = _("The file could not be read this way. Nothing was saved.")
        context["problems_title"] = _("Nothing to look at")
        return context
    return context | _read_context(screen, upload, dry, len(columns))


def _read_context(screen: Screen, upload: uploads.Upload, dry: Dry, width: int) -> dict[str, Any]:
    lines = ngettext("{count} line", "{count} lines", dry.rows).format(count=screen.number(dry.rows))
    more = dry.error_count - SHOWN_PROBLEMS
    return {
        "subtitle": _("{lines}, {columns} columns. Nothing is saved before you agree.").format(
            lines=lines, columns=screen.number(width)
        ),
        "problems_title": _problems_title(screen, dry),
        "problems": [_problem(screen, error) for error in dry.errors[:SHOWN_PROBLEMS]],
        "more_problems": _("and {count} more").format(count=screen.number(more)) if more > 0 else "",
        "notes": [notice_sentence(notice) for notice in dry.notices],
        "destinations": _destinations(screen, dry),
        "counts": _counts(screen, dry),
        "save": _save(screen, upload, dry),
        "save_note": _save_note(dry),
    }


def _problems_title(screen: Screen, dry: Dry) -> str:
    if not dry.bad_rows:
        return _("No line to look at")
    return ngettext("{count} line to look at", "{count} lines to look at", dry.bad_rows).format(
        count=screen.number(dry.bad_rows)
    )


def _steps(
    screen: Screen, upload: uploads.Upload, columns: Sequence[Column], chosen: Mapping[str, str], dry: Dry | None
) -> list[dict[str, Any]]:
    """File, columns, lines, destinations: where one is depends on what is left to look at."""
    bad = dry.bad_rows if dry else 0
    here = (1 if columns else 0) if dry is None else 2 if bad else 3
    known = sum(1 for column in columns if column.header in chosen)
    notes = (
        upload.name,
        _("{known} of {all} recognised").format(known=known, all=len(columns)) if columns else "",
        ngettext("{count} line", "{count} lines", bad).format(count=screen.number(bad)) if dry else "",
        _("before saving"),
    )
    names = (_("File"), _("Columns"), _("To look at"), _("Where the amounts go"))
    return [
        {"name": name, "note": note, "is_past": number < here, "is_here": number == here}
        for number, (name, note) in enumerate(zip(names, notes, strict=True))
    ]


def _filled_title(screen: Screen, dry: Dry | None) -> str:
    """Values are counted in the rows looked at, which are all of them only in a short file."""
    if dry is None or dry.rows <= SAMPLED:
        return _("Lines read")
    return _("Filled, of the first {count}").format(count=screen.number(SAMPLED))


def _day_forms(screen: Screen, upload: uploads.Upload, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The ways the file's days may be read, when they do not say it themselves: 02/01 is in January or in February."""
    forms = day_forms(upload, columns)
    for text in day_samples(upload, columns):
        read = [(form, day) for form in forms if (day := _read_day(text, form))]
        if len({day for _form, day in read}) > 1:
            here = upload.dates or forms[0]
            return [
                {
                    "key": form,
                    "name": _("{written} is {day}").format(written=text, day=plain_day(day, screen.language)),
                    "is_here": form == here,
                }
                for form, day in read
            ]
    return []


def _read_day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def _columns(
    screen: Screen, upload: uploads.Upload, columns: Sequence[Column], chosen: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "name": column.header,
            "sample": column.sample or _("empty"),
            "becomes": _becomes(upload, chosen.get(column.header, "")),
            "is_fixed": bool(upload.mapping),
            "filled": screen.number(len(column.samples)) if column.samples else "—",
        }
        for column in columns
    ]


def _becomes(upload: uploads.Upload, ours: str) -> str:
    """The key for a choice to be made, the words for one that a mapping made."""
    if not upload.mapping:
        return ours
    return field_name(ours) if ours else _("Keep beside, as it is")


def _problem(screen: Screen, error: RowError) -> dict[str, str]:
    return {
        "line": screen.number(error.line),
        "text": problem_sentence(error),
        "column": error.column,
        "value": error.value,
    }


def _destinations(screen: Screen, dry: Dry) -> list[dict[str, Any]]:
    """The states that would gain or lose, with how much and how many deals."""
    keys = {*dry.nets, *dry.deals}
    order = {state: number for number, state in enumerate((*STOCKS, "cancelled", "held"))}
    rows = []
    for currency, state in sorted(keys, key=lambda pair: (pair[0], order.get(pair[1], 99))):
        count = dry.deals.get((currency, state), 0)
        rows.append(
            {
                "state": words.state_label(state),
                "net": screen.amount(dry.nets.get((currency, state), ZERO), currency),
                "deals": ngettext("{count} deal", "{count} deals", abs(count)).format(count=screen.number(count)),
            }
        )
    return rows


COUNTED = {
    "added": gettext_lazy("New"),
    "unchanged": gettext_lazy("Already in Comptant"),
    "changed": gettext_lazy("Corrected"),
    "parties_added": gettext_lazy("New clients and prospects"),
}


def _counts(screen: Screen, dry: Dry) -> list[tuple[str, str]]:
    """What is new, known, corrected."""
    return [(str(name), screen.number(dry.counts[key])) for key, name in COUNTED.items() if dry.counts.get(key)]


def _save(screen: Screen, upload: uploads.Upload, dry: Dry) -> dict[str, Any] | None:
    good = dry.rows - dry.bad_rows
    if good < 1 or dry.changes_nothing:
        return None
    verb = ngettext("Import {count} line", "Import {count} lines", good).format(count=screen.number(good))
    kept = [("skip_bad", "1")] if dry.bad_rows else []
    return {"url": reverse("import-loading", args=[screen.firm_ref, upload.id]), "verb": verb, "kept": kept}


def _save_note(dry: Dry) -> str:
    if dry.rows and dry.bad_rows == dry.rows:
        return _("No line can be read this way. Say what the columns are, or correct the file and import it again.")
    if dry.changes_nothing and dry.rows:
        return _("Everything in this file is already here: nothing would change.")
    parts = []
    if dry.bad_rows:
        parts.append(_("The lines to look at are left aside: correct them in the file and import it again."))
    if dry.counts.get("differences"):
        parts.append(_("What differs from before is recorded as a correction; nothing is erased."))
    return " ".join(parts)


def loaded_sentence(screen: Screen, count: int, changed_nothing: bool) -> str:
    """What to say once the file is saved."""
    if changed_nothing:
        return _("Everything in this file was already here. Nothing changed.")
    return ngettext("{count} line imported.", "{count} lines imported.", count).format(count=screen.number(count))


def field_name(key: str) -> str:
    """One of our columns, in words."""
    return str(FIELDS.get(key, key.replace("_", " ")))


FIELDS = {
    "ref": gettext_lazy("Reference"),
    "name": gettext_lazy("Name"),
    "title": gettext_lazy("Subject"),
    "party_ref": gettext_lazy("Client"),
    "deal_ref": gettext_lazy("Deal"),
    "seller": gettext_lazy("Seller"),
    "source": gettext_lazy("Source"),
    "amount": gettext_lazy("Amount ex VAT"),
    "currency": gettext_lazy("Currency"),
    "opened_on": gettext_lazy("Opened on"),
    "stage": gettext_lazy("Stage"),
    "status": gettext_lazy("State"),
    "closed_on": gettext_lazy("Closed on"),
    "wake_on": gettext_lazy("Wake-up date"),
    "decision_on": gettext_lazy("Decision date"),
    "presented": gettext_lazy("How it was presented"),
    "competitor": gettext_lazy("Competitor"),
    "reason": gettext_lazy("Reason"),
    "number": gettext_lazy("Invoice number"),
    "kind": gettext_lazy("Kind"),
    "issued_on": gettext_lazy("Issued on"),
    "due_on": gettext_lazy("Due on"),
    "net": gettext_lazy("Amount ex VAT"),
    "tax": gettext_lazy("Tax"),
    "total": gettext_lazy("Amount inc VAT"),
    "corrects": gettext_lazy("Invoice it corrects"),
    "disputed": gettext_lazy("Part disputed"),
    "disputed_on": gettext_lazy("Disputed on"),
    "settled_on": gettext_lazy("Paid on"),
    "at": gettext_lazy("Date"),
    "value": gettext_lazy("Value"),
    "note": gettext_lazy("Note"),
    "country": gettext_lazy("Country"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Telephone"),
    "street": gettext_lazy("Street"),
    "postcode": gettext_lazy("Postcode"),
    "city": gettext_lazy("City"),
    "created_on": gettext_lazy("Created on"),
    "insolvent_on": gettext_lazy("Insolvent on"),
    "credit_limit": gettext_lazy("Credit limit"),
    "tags": gettext_lazy("Tags"),
}
