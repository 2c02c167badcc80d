"""What an import did, for a person and for a program."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from comptant.doors.cli.tables import plain, print_table
from comptant.doors.imports.loading import Outcome
from comptant.doors.imports.messages import notice_sentence, problem_sentence, row_sentence
from comptant.ground.firms.models import Firm
from comptant.ground.journal.acts import ACCOUNTS, ZERO
from comptant.ground.web.figures import amount
from comptant.ground.web.words import state_name

SHOWN = 20
"""Refused values and differences that a person is shown; --json lists the first thousand."""

COUNTED: dict[str, str | Promise] = {
    "added": _later("New"),
    "unchanged": _later("Already in Comptant"),
    "changed": _later("Corrected"),
    "left": _later("Different, left as they are"),
    "parties_added": _later("New clients and prospects"),
    "members_added": _later("New sellers"),
}


def document(outcome: Outcome, firm: Firm, file: str, *, is_new_firm: bool) -> dict[str, Any]:
    """The JSON of an import. ``loaded`` is false after a dry run and when rows were refused."""
    return {
        "ok": not outcome.is_refused,
        "firm": firm.ref,
        "firm_created": is_new_firm and _is_loaded(outcome),
        "target": outcome.target,
        "file": file,
        "dry_run": outcome.is_dry_run,
        "loaded": _is_loaded(outcome),
        "nothing_new": not outcome.is_refused and outcome.changed_nothing,
        "rows": outcome.counts["rows"],
        "rows_refused": outcome.errors.rows,
        **{name: outcome.counts[name] for name in COUNTED},
        "acts": outcome.counts["acts_written"],
        "moved": [
            {"currency": currency, "account": account, "net": str(net.quantize(Decimal("0.01"))), "deals": deals}
            for currency, account, net, deals in moved(outcome)
        ],
        "error_count": outcome.errors.count,
        "errors": [
            {
                "line": error.line,
                "column": error.column,
                "value": error.value,
                "code": error.code,
                "message": problem_sentence(error),
            }
            for error in outcome.errors
        ],
        "notices": [
            {"code": notice.code, "count": notice.count, "line": notice.first_line, "message": notice_sentence(notice)}
            for notice in outcome.notices
        ],
        "difference_count": outcome.counts["differences"],
        "differences": [
            {"line": row.line, "ref": row.ref, "column": row.column, "held": row.held, "said": row.said}
            for row in outcome.differences
        ],
    }


def _is_loaded(outcome: Outcome) -> bool:
    return not (outcome.is_dry_run or outcome.is_refused)


def moved(outcome: Outcome) -> list[tuple[str, str, Decimal, int]]:
    """(currency, account, net, deals) that the import adds, in the order of the journey; nothing when refused."""
    if outcome.is_refused:
        return []
    nets, deals = outcome.moved(), outcome.deals()
    keys = sorted(set(nets) | set(deals), key=lambda key: (key[0], ACCOUNTS.index(key[1])))
    return [(*key, nets.get(key, ZERO), deals.get(key, 0)) for key in keys]


def tell(outcome: Outcome, firm: Firm, file: str, *, is_new_firm: bool, as_json: bool) -> None:
    """The same in words: what was refused and what was assumed on standard error, the rest on standard output."""
    _tell_errors(outcome)
    for notice in outcome.notices:
        _aside(notice_sentence(notice))
    if as_json:
        return
    print(_headline(outcome, firm, file))
    if is_new_firm and _is_loaded(outcome):
        print(_("The firm “{firm}” was created for it ({ref}).").format(firm=plain(firm.name), ref=firm.ref))
    if firm.is_demo:
        _aside(_("This is the demonstration. For your own figures: --new-firm NAME."))
    if outcome.is_refused:
        print(_("Nothing was loaded. Correct the file, or load the other rows with --skip-bad."))
        return
    _tell_counts(outcome)
    _tell_moves(outcome, firm)
    _tell_differences(outcome)


def _aside(text: str) -> None:
    print(plain(text), file=sys.stderr)


def _headline(outcome: Outcome, firm: Firm, file: str) -> str:
    rows = outcome.counts["rows"]
    said = ngettext("{firm}: {rows} row read in {file}", "{firm}: {rows} rows read in {file}", rows)
    line = said.format(firm=plain(firm.name), rows=rows, file=plain(file))
    return _("{line} (dry run: nothing is changed)").format(line=line) if outcome.is_dry_run else line


def _tell_errors(outcome: Outcome) -> None:
    errors = outcome.errors
    for error in list(errors)[:SHOWN]:
        _aside(row_sentence(error))
    if errors.count > SHOWN:
        _aside(_("and {count} more; --json lists the first thousand").format(count=errors.count - SHOWN))
    if errors.rows:
        _aside(ngettext("{count} row refused.", "{count} rows refused.", errors.rows).format(count=errors.rows))


def _tell_counts(outcome: Outcome) -> None:
    if outcome.changed_nothing:
        print(_("Nothing new: nothing was changed."))
    for name, words in COUNTED.items():
        if outcome.counts[name]:
            print(f"  {words}: {outcome.counts[name]}")


def _tell_moves(outcome: Outcome, firm: Firm) -> None:
    language = get_language() or "en"
    rows = [
        (state_name(account), amount(net, currency, language, firm.currency, cents=True), str(deals or ""))
        for currency, account, net, deals in moved(outcome)
    ]
    if rows:
        print_table([_("Where it goes"), _("Net"), _("Deals")], rows, frozenset({1, 2}))


def _tell_differences(outcome: Outcome) -> None:
    for row in outcome.differences[:SHOWN]:
        words = {"line": row.line, "ref": row.ref, "column": row.column, "held": row.held, "said": row.said}
        print(plain(_("Line {line}, {ref}: {column} is “{held}” here, “{said}” in the file.").format_map(words)))
    more = outcome.counts["differences"] - SHOWN
    if more > 0:
        print(_("and {count} more; --json lists the first thousand").format(count=more))
    if outcome.counts["left"]:
        print(_("What differs was left as it is. --update loads it, as corrections."))
