"""What is wrong with a field, in words: pydantic finds it, this page says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptant.doors.api.problems import FieldError, plain
from comptant.ground.web.sentences import fill

WORDS: Mapping[str, str | Promise] = {
    "missing": _("This field is missing."),
    "unknown": _("There is no such field here."),
    "not_text": _("This must be text."),
    "too_short": _("This is too short: at least {least} characters or entries."),
    "too_long": _("This is too long: at most {most} characters or entries."),
    "not_an_amount": _('This is no amount: write it with two decimals at most, such as "1234.50".'),
    "out_of_range": _("This is out of the range allowed."),
    "not_a_day": _("This is no day: write it as 2026-01-31."),
    "not_an_instant": _("This is no instant: write it as 2026-01-31T09:30:00+01:00, or as a day."),
    "not_a_number": _("This is no whole number."),
    "not_a_flag": _("This must be true or false."),
    "not_one_of": _("This must be one of {known}."),
    "not_an_id": _("This is no id."),
    "not_a_list": _("This must be a list."),
    "not_an_object": _("This must be an object with named fields."),
    "not_so": _("This is not as it should be."),
}
"""By our code; the codes are stable and listed in docs/api.md."""

CODES: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_type": "not_text",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "decimal_type": "not_an_amount",
    "decimal_parsing": "not_an_amount",
    "decimal_max_places": "not_an_amount",
    "decimal_max_digits": "out_of_range",
    "decimal_whole_digits": "out_of_range",
    "finite_number": "not_an_amount",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "not_a_day": "not_a_day",
    "not_an_instant": "not_an_instant",
    "not_an_amount": "not_an_amount",
    "int_type": "not_a_number",
    "int_parsing": "not_a_number",
    "int_from_float": "not_a_number",
    "int_parsing_size": "out_of_range",
    "bool_type": "not_a_flag",
    "bool_parsing": "not_a_flag",
    "literal_error": "not_one_of",
    "enum": "not_one_of",
    "uuid_type": "not_an_id",
    "uuid_parsing": "not_an_id",
    "list_type": "not_a_list",
    "dict_type": "not_an_object",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
}
"""From pydantic's name of a mistake to ours."""

LONGEST_FOUND = 200


def field_errors(errors: Iterable[Mapping[str, Any]], found: Any = None) -> list[FieldError]:
    """Pydantic's mistakes as ours. ``found`` is the body or the query, from which what was sent is told again."""
    return [field_error(error, found) for error in errors]


def field_error(error: Mapping[str, Any], found: Any) -> FieldError:
    """One mistake: which field, which code, in words."""
    code = CODES.get(error["type"], "not_so")
    context = error.get("ctx") or {}
    facts = {
        "least": context.get("min_length", ""),
        "most": context.get("max_length", ""),
        "known": context.get("expected", ""),
    }
    path = [str(part) for part in error["loc"][1:]]
    if path and path[0] in ("body", "query", "filters"):
        path = path[1:]
    return FieldError(field=".".join(path), code=code, message=fill(WORDS[code], facts), found=_found(found, path))


def _found(sent: Any, path: list[str]) -> Any:
    for part in path:
        if isinstance(sent, Mapping):
            sent = sent.get(part)
        elif isinstance(sent, list) and part.isdecimal() and int(part) < len(sent):
            sent = sent[int(part)]
        else:
            return None
    told = plain(sent)
    return told if isinstance(told, str | int | float | bool | None) and len(str(told)) <= LONGEST_FOUND else None
