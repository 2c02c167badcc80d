"""How the bytes of a text file become characters, and what was assumed to do so."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from comptant.doors.imports.refusals import ImportRefused

CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """The codec of a file, the bytes of its mark, and whether nobody said so (cp1252)."""

    codec: str
    skip: int = 0
    is_assumed: bool = False


def detect(file: BinaryIO, asked: str = "") -> Encoding:
    """The encoding in which the whole file reads, found by reading it once; memory stays flat.

    A byte-order mark decides; else UTF-8; else Windows-1252, which is said. Refuses NUL bytes, a line of
    more than a million bytes, and a file half in UTF-8 and half not, with the line.
    """
    file.seek(0)
    head = file.read(4)
    if asked:
        return _asked(file, asked, head)
    for mark, codec in _BOMS:
        if head.startswith(mark):
            _read_through(file, codec, len(mark))
            return Encoding(codec, len(mark))
    try:
        _read_through(file, "utf-8", 0)
    except ImportRefused as refusal:
        if refusal.code != "encoding_broken":
            raise
        _check_cp1252(file, refusal.facts["line"])
        return Encoding("cp1252", is_assumed=True)
    return Encoding("utf-8")


def _asked(file: BinaryIO, asked: str, head: bytes) -> Encoding:
    try:
        codec = codecs.lookup(asked).name
        if not codecs.lookup(asked)._is_text_encoding:
            raise LookupError(asked)
    except (LookupError, ValueError) as error:
        raise ImportRefused("mapping_invalid", key="encoding", expected="encoding", value=asked) from error
    skip = 0
    for mark, of in _BOMS:
        if head.startswith(mark) and codec in (of, "utf-8-sig", "utf-16"):
            skip, codec = len(mark), of
    _read_through(file, codec, skip)
    return Encoding(codec, skip)


def _read_through(file: BinaryIO, codec: str, skip: int) -> None:
    file.seek(skip)
    decoder = codecs.getincrementaldecoder(codec)()
    line = 1
    while chunk := file.read(CHUNK):
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            bad = line + bytes(error.object[: error.start]).count(b"\n")
            raise ImportRefused("encoding_broken", line=bad, encoding=codec) from error
        if "\0" in text:
            raise ImportRefused("nul_bytes", line=line + text[: text.index("\0")].count("\n"))
        newlines = text.count("\n")
        if len(chunk) == CHUNK and not newlines and "\r" not in text:
            raise ImportRefused("line_too_long", line=line)
        line += newlines
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise ImportRefused("encoding_broken", line=line, encoding=codec) from error


def _check_cp1252(file: BinaryIO, bad_line: int) -> None:
    """Refuse what is mostly UTF-8 with broken bytes in it, and what Windows-1252 does not know."""
    file.seek(0)
    in_utf8 = others = 0
    while chunk := file.read(CHUNK):
        if _NOT_CP1252.search(chunk):
            raise ImportRefused("encoding_unknown", line=bad_line)
        if b"\0" in chunk:
            raise ImportRefused("nul_bytes", line=bad_line)
        in_utf8 += sum(map(len, _MULTIBYTE.findall(chunk)))
        others += len(_NOT_ASCII.findall(chunk))
    if in_utf8 * 2 > others:
        raise ImportRefused("encoding_broken", line=bad_line, encoding="utf-8")
