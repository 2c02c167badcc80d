"""The content of an issued document as bytes, so that its fingerprint can be taken again anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(content: Mapping[str, Any]) -> bytes:
    r"""The same bytes for the same content, whatever the order of its keys: sorted, no spaces, UTF-8.

    >>> canonical({"b": "é", "a": 1})
    b'{"a":1,"b":"\xc3\xa9"}'
    """
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(content: Mapping[str, Any]) -> bytes:
    """SHA-256 of the canonical bytes."""
    return hashlib.sha256(canonical(content)).digest()
