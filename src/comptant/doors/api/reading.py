"""How a body is read: JSON whose numbers keep every digit, and text that a database can hold."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

MOST_JSON = 2_500_000
"""Bytes of a JSON body; an import of thousands of lines weighs less."""

MOST_FILE = 20_000_000
"""Bytes of a file sent as it is, such as a bank statement."""


class ExactParser(Parser):
    """Numbers come as Decimal, never as float; NUL and halves of signs are refused, since no table could hold them."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body, or ValueError."""
        text = request.body.decode("utf-8")
        read = json.loads(text, parse_float=Decimal, parse_constant=_no_such_number)
        if "\\u" in text or "\x00" in text:
            _must_be_text(read)
        return read


def _no_such_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _must_be_text(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("NUL")
        value.encode("utf-8")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _must_be_text(name)
            _must_be_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _must_be_text(inner)
