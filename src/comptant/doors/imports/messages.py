"""What an import says, in the member's language: a sentence per code, with named fields.

Refusals of the whole file, errors of a row ("expected ..."), and notices of what was assumed. A row that is well
formed and cannot be, because the journey's rules say no, speaks the sentence of that refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from comptant.doors.imports.refusals import Notice, RowError
from comptant.ground.web.sentences import Sentences, fill, know, sentence

REFUSALS: Sentences = {
    "file_unreadable": _("The file “{name}” cannot be opened: {reason}."),
    "empty_file": _("The file is empty: a header line and rows were expected."),
    "not_a_table": _("This is not a table but {kind}. Save it as CSV (UTF-8) or XLSX."),
    "nul_bytes": _("Line {line} holds NUL bytes: this is no text, or UTF-16 without its mark. Save it as CSV (UTF-8)."),
    "line_too_long": _("Line {line} is longer than a million bytes: this is no table."),
    "encoding_broken": _("Line {line} cannot be read as {encoding}: the file mixes encodings or is damaged."),
    "encoding_unknown": _("Line {line} is in no encoding known here. Save the file as CSV (UTF-8)."),
    "quote_open": _("A quote opened on line {line} is never closed."),
    "quote_broken": _("On line {line} something follows a closing quote. Inside quotes, a quote is written twice."),
    "field_too_long": _("A value that begins on line {line} never ends: a quote is probably missing there."),
    "header_missing": _("The first line should name the columns; it reads “{first}”."),
    "header_twice": _("Two columns are called “{name}”: number {first} and number {second}."),
    "header_twice_ours": _("Two columns stand for {name}: “{first}” and “{second}”. Keep one, or use a mapping."),
    "header_too_wide": _("The header has {count} columns; {most} at most can be read."),
    "header_too_long": _("The name of column {number} is longer than {most} characters."),
    "header_unknown": _("No column is known here. The file has: {found}. Expected: {known}. A mapping can rename."),
    "columns_missing": _("For {target}, columns are missing: {missing}. The file has: {found}."),
    "xlsx_unreadable": _("The workbook is damaged or protected ({reason}). Open it and save it again as XLSX."),
    "xlsx_too_large": _("The workbook unpacks to {megabytes} MB, too much to be read. Save it as CSV."),
    "xlsx_entities": _("The workbook declares XML entities and is refused. Save it again as XLSX or CSV."),
    "sheet_absent": _("The workbook has no sheet “{sheet}”. It has: {found}."),
    "too_many_rows": _("The file has more than {most} rows; split it, or save it as CSV."),
    "target_unknown": _("“{name}” cannot be imported. Known: {known}."),
    "mapping_unreadable": _("There is no mapping “{name}”: neither a file nor one of those shipped ({shipped})."),
    "mapping_not_toml": _("The mapping “{name}” is not valid TOML: {reason}"),
    "mapping_target": _("The mapping “{mapping}” is for {says}, not for {asked}."),
    "mapping_column_absent": _("The mapping ({key}) names a column “{column}” that the file does not have: {found}."),
    "mapping_invalid": _("In the mapping, {key} = “{value}” is not valid: {expected}."),
    "lookup_absent": _("The look-up “{lookup}” needs the file {file}; it was looked for in {where}."),
    "lookup_not_given": _("The look-up “{lookup}” needs the file {file}: upload it with this one."),
    "lookup_column_absent": _("The look-up file {file} has no column “{column}”. It has: {found}."),
    "lookup_twice": _("The look-up file {file} has “{value}” twice with different values, the second on line {line}."),
}

EXPECTED: Sentences = {
    "known_key": _("unknown key; expected one of {known}"),
    "short_file": _("a mapping of less than a megabyte was expected"),
    "encoding": _("the name of a text encoding was expected, such as utf-8 or cp1252"),
    "delimiter": _("one character was expected, such as ; or ,"),
    "source": _('a column name was expected, or {{ first = ["…"] }}'),
    "texts": _("a list of texts was expected"),
    "text": _("a text was expected"),
    "table": _("a table of keys was expected"),
    "other_column": _("another column than itself was expected"),
    "lookup": _("file and key were expected, perhaps on and normalise"),
    "file_name": _("the name of a file in the same folder was expected, without a path"),
    "normalise": _("“no-spaces”, “no-case” or “exact” was expected"),
    "date_format": _("date codes were expected, such as %d/%m/%Y"),
    "decimal": _("“.” or “,” was expected"),
    "thousands": _("a point, a comma, a space or an apostrophe was expected"),
    "other_than_decimal": _("a sign other than the decimal one was expected"),
    "template": _("plain text was expected, with our columns in braces, such as “Unknown {{ref}}”"),
    "our_column": _("one of our columns was expected: {known}"),
    "no_circle": _("defaults that name each other in a circle"),
}
"""What a key of a mapping should have been."""

ROWS: Sentences = {
    "required": _("a value is required"),
    "too_long": _("at most {limit} characters"),
    "control_character": _("no invisible control characters"),
    "too_many_cells": _("{expected} values, as the header says; this line has {count}"),
    "date": _("a day such as 2026-01-31"),
    "date_absent": _("a day that exists in the calendar, written such as 2026-01-31"),
    "date_format": _("a day written as {formats}"),
    "date_range": _("a year from {first} to {last}"),
    "amount": _("an amount such as 1234.50"),
    "amount_thousands": _("an amount without thousands separators, or a mapping that names them"),
    "amount_format": _("an amount with “{decimal}” before the cents"),
    "amount_decimals": _("at most two decimals"),
    "amount_negative": _("an amount that is not negative (a credit note is one by its kind)"),
    "amount_too_large": _("an amount below {limit}"),
    "amount_zero": _("an amount above zero"),
    "no_cents": _("no cents: {currency} has none"),
    "one_of": _("one of: {choices}"),
    "currency": _("a currency such as EUR or CAD"),
    "country": _("a country in two letters, such as FR or CA"),
    "siren": _("a SIREN: nine digits, the last one checking the others"),
    "siret": _("a SIRET: fourteen digits, the last one checking the others"),
    "siret_of_other_siren": _("a SIRET that begins with the SIREN {siren}"),
    "vat_number": _("a VAT number with its country letters and right key"),
    "bn": _("a Canadian business number: nine digits that check, perhaps RT0001"),
    "iban": _("an IBAN whose check digits are right"),
    "email": _("an e-mail address"),
    "needed_when_closed": _("the day it was closed: the deal is {status}"),
    "only_when_closed": _("nothing: the deal is {status}, it was not closed"),
    "needed_when_waiting": _("the day it wakes: the deal is waiting"),
    "only_when_waiting": _("nothing: the deal is {status}, not waiting"),
    "not_before": _("a day not before {other} ({day})"),
    "only_after": _("a day after {other} ({day})"),
    "in_future": _("a day not after today ({today})"),
    "value_not_expected": _("nothing: “{kind}” takes no value"),
    "two_of_three": _("two at least of net, tax and total"),
    "total_differs": _("net {net} + tax {tax} = {sum}"),
    "total_below": _("a total of at least {part}"),
    "needed_for_credit_note": _("the number of the invoice this credit note corrects"),
    "only_for_credit_note": _("nothing: only a credit note corrects, this is “{kind}”"),
    "party_or_deal": _("a party or a deal"),
    "needed_with_disputed_on": _("the amount in dispute, since its day is given"),
    "more_than_total": _("at most the total, {total}"),
}
"""What a value should have been."""

NOTICES: Sentences = {
    "encoding_assumed": _("The file is not UTF-8; it was read as Windows-1252. Look at its accents."),
    "sheet_chosen": _("Only the sheet “{sheet}” was read; the workbook has {others} more."),
    "column_custom": _("The column “{column}” is not one of ours: kept as a custom field."),
    "default_used": _("“{source}” was blank on {count} lines: {column} took the mapping's default."),
    "zero_passed_over": _("“{source}” was zero on {count} lines: {column} was taken from the next source, if any."),
    "deal_not_known_yet": _("No file has said the deal “{ref}” yet: what is said of it here is kept ({count} lines)."),
    "lookup_missed": _("“{value}” is not in the look-up “{lookup}” ({count} lines)."),
    "lookup_normalised": _("“{value}” was read as “{known}” in the look-up “{lookup}” ({count} lines)."),
    "disputed_without_day": _("{count} disputes have no day: kept as a custom field, no euro was moved."),
    "payer_not_known": _("{count} payments name no payer we know: they wait among the lines of the bank."),
    "more_notices": _("{count} more remarks."),
}

KINDS: Sentences = {
    "xls": _("an old Excel file (XLS)"),
    "ods": _("an OpenDocument spreadsheet"),
    "docx": _("a text document"),
    "html": _("a web page"),
    "xml": _("an XML document"),
    "json": _("a JSON document"),
    "pdf": _("a PDF"),
    "rtf": _("a text document"),
    "zip": _("a ZIP archive"),
    "gzip": _("a compressed archive"),
    "sqlite": _("a database"),
    "image": _("an image"),
}


CANNOT_BE: Sentences = {
    "said_twice": _("It was already said on line {first} of this file."),
    "deal_has_currency": _("This deal is in {currency}, and a deal keeps its currency."),
    "no_such_invoice": _("The invoice it corrects is neither in this file nor in Comptant: import the invoice first."),
    "issued_here": _("It was issued here, and what was issued never changes: correct it by a credit note."),
    "invoice_keeps_deal": _("This invoice belongs to the deal “{held}”, and an invoice keeps its deal."),
    "invoice_keeps_kind": _("It is here as {held}: an invoice never becomes a credit note, nor the other way round."),
    "credit_note_keeps_invoice": _("This credit note corrects {held}, and a credit note keeps its invoice."),
    "credit_note_of_other_deal": _("The invoice it corrects belongs to the deal “{held}”: it goes with its invoice."),
}
"""Why a well-formed row was refused, where no room of the journey says it."""


def _in_words(code: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts of a refused file, those that are codes themselves being told."""
    said = dict(facts)
    if "kind" in said:
        said["kind"] = _said(KINDS, said["kind"], {})
    if code == "mapping_invalid":
        said["expected"] = _said(EXPECTED if said["expected"] in EXPECTED else ROWS, said["expected"], facts)
    return said


know(REFUSALS, _in_words)
know(CANNOT_BE)


def expected_sentence(error: RowError) -> str:
    """What was expected in place of a refused value, or why the row cannot be."""
    return fill(ROWS[error.code], error.facts) if error.code in ROWS else sentence(error.code, error.facts)


def problem_sentence(error: RowError) -> str:
    """What is wrong with a row, where its place and value are shown beside."""
    if error.code not in ROWS:
        return expected_sentence(error)
    return _now("Expected: {expected}").format(expected=expected_sentence(error))


def row_sentence(error: RowError) -> str:
    """A refused value in one line: where, what it is, what was expected or why it cannot be."""
    where = {"line": error.line, "column": error.column, "value": error.value, "expected": expected_sentence(error)}
    if error.code not in ROWS:
        return _now("Line {line}, {column}: “{value}”. {expected}").format_map(where)
    if not error.column:
        return _now("Line {line}: expected {expected}.").format_map(where)
    if not error.value:
        return _now("Line {line}, {column}: blank; expected {expected}.").format_map(where)
    return _now("Line {line}, {column}: “{value}”; expected {expected}.").format_map(where)


def notice_sentence(notice: Notice) -> str:
    """What was assumed while reading."""
    return _said(NOTICES, notice.code, {**notice.facts, "count": notice.count})


def _said(sentences: Sentences, code: str, facts: Mapping[str, Any]) -> str:
    return fill(sentences[code], facts) if code in sentences else code
