"""Whatever the bytes, the mapping or the cells: rows, errors or a refusal, and nothing else."""

from __future__ import annotations

import io
import zipfile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from comptant.doors.imports.mapping import parse_mapping
from comptant.doors.imports.messages import notice_sentence, row_sentence
from comptant.doors.imports.reading import open_reading
from comptant.doors.imports.targets import TARGETS
from comptant.ground.refusals import Refusal
from comptant.ground.web.sentences import known_codes
from tests.imports.reading import FIRM
from tests.imports.test_tables import book

HEADS = {name: ",".join(target.names).encode() + b"\n" for name, target in TARGETS.items()}
WORDS = st.sampled_from(
    ["", "D1", "2026-01-05", "2026-13-45", "9999-12-31T23:59:59+00:00", "won", "waiting", "credit_note", "stage",
     "hold", "estimate", "1.234,5", "1e400", "-1", "EUR", "XOF", "100", "120", "FR", "all", "\u202e", "\x1b", "é", '"',
     "\n", "=1"]
)  # fmt: skip


def answered(content: bytes, target: str, **more: object) -> None:
    """Read it all, and say all that there is to say of it."""
    try:
        read = open_reading(content, target, FIRM, where={}, **more)  # type: ignore[arg-type]
        good = sum(1 for _ in read)
    except Refusal as refused:
        assert refused.code in known_codes()
        return
    assert good + read.errors.rows == read.row_count
    for error in read.errors:
        assert row_sentence(error)
    for notice in read.notices:
        assert notice_sentence(notice) != notice.code


@given(st.binary(max_size=400), st.sampled_from(sorted(TARGETS)))
@example(b"\xff\xfe\x00\xd8", "deals")
@example(b"\xff\xfe\x00\x00", "deals")
@example(b"sep=\xff\n", "deals")
@example(b'sep="\na\n', "deals")
def test_any_bytes(content: bytes, target: str) -> None:
    answered(content, target)


@given(st.binary(max_size=200), st.sampled_from(sorted(TARGETS)))
def test_any_bytes_under_our_header(content: bytes, target: str) -> None:
    answered(HEADS[target] + content, target)


@given(
    st.text(max_size=200),
    st.sampled_from(["utf-16", "utf-8-sig", "utf-32", "cp1252"]),
    st.sampled_from(sorted(TARGETS)),
)
def test_any_text_in_any_encoding(text: str, encoding: str, target: str) -> None:
    answered((HEADS[target].decode() + text).encode(encoding, "replace"), target)


@settings(max_examples=200)
@given(st.data(), st.sampled_from(sorted(TARGETS)))
def test_any_cells_in_our_columns(data: st.DataObject, target: str) -> None:
    width = len(TARGETS[target].names)
    cells = data.draw(st.lists(st.lists(WORDS | st.text(max_size=8), min_size=width, max_size=width), max_size=4))
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    answered(HEADS[target] + "\n".join(lines).encode("utf-8", "replace"), target)


WORKBOOK = book(("ref", "party_ref", "opened_on"), ("D1", "P1", "2026-01-05"))


@settings(max_examples=60)
@given(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255))
def test_a_workbook_with_a_byte_changed(place: int, byte: int) -> None:
    answered(WORKBOOK[:place] + bytes([byte]) + WORKBOOK[place + 1 :], "deals")


@settings(max_examples=60)
@given(st.sampled_from(zipfile.ZipFile(io.BytesIO(WORKBOOK)).namelist()), st.data())
def test_a_workbook_with_a_part_damaged(name: str, data: st.DataObject) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as sound, zipfile.ZipFile(kept, "w") as package:
        for part in sound.namelist():
            content = sound.read(part)
            if part == name:
                cut, byte = data.draw(st.integers(0, len(content))), data.draw(st.binary(max_size=3))
                content = content[:cut] + byte + content[cut + data.draw(st.integers(0, 30)) :]
            package.writestr(part, content)
    answered(kept.getvalue(), "deals")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_mapping(content: bytes) -> None:
    try:
        parse_mapping(content)
    except Refusal as refused:
        assert refused.code in known_codes()


LEAVES = WORDS | st.sampled_from(["ref", "{ref}", "{", "%d", "a.b", ":nonzero", ".", ","])
KEYS = ["date_format", "decimal", "thousands", "currency_symbols", "delimiter", "encoding", "sheet", "ignore", "keep"]


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(KEYS), LEAVES | st.lists(LEAVES, max_size=2), max_size=4), LEAVES, LEAVES)
def test_any_values_in_a_mapping(keys: dict[str, str | list[str]], source: str, default: str) -> None:
    def quoted(said: str | list[str]) -> str:
        if isinstance(said, list):
            return "[" + ", ".join(map(quoted, said)) + "]"
        return '"' + "".join(c if c.isalnum() or c in " .,:{}%=-+" else f"\\u{ord(c):04x}" for c in said) + '"'

    lines = ['target = "deals"', *(f"{key} = {quoted(said)}" for key, said in keys.items())]
    lines += ["[columns]", 'ref = "ref"', 'party_ref = "ref"', f"title = {quoted(source)}", "[defaults]"]
    lines += ['opened_on = "2026-01-05"', f"reason = {quoted(default)}"]
    try:
        mapping = parse_mapping("\n".join(lines).encode())
    except Refusal as refused:
        assert refused.code in known_codes()
        return
    answered(b"ref,a.b\nD1,x\nD2,\n", "deals", mapping=mapping)
