"""What a file may be: encodings, delimiters, headers, workbooks; and what is refused, with its word."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from comptant.doors.imports import workbook
from comptant.doors.imports.tables import open_table
from comptant.ground.refusals import Refusal

TEXT = "ref;nom;montant\nA1;Café Élan;1 234,50\nA2;Noël;12,00\n"


def table(content: bytes, **more: Any) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    opened = open_table(content, **more)
    return opened.headers, list(opened.rows())


def refusal(content: bytes, **more: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refusal) as caught:
        table(content, **more)
    return caught.value.code, caught.value.facts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_and_line_end_reads_the_same(encoding: str, newline: str) -> None:
    headers, rows = table(TEXT.replace("\n", newline).encode(encoding))
    assert headers == ("ref", "nom", "montant")
    assert rows == [(2, ["A1", "Café Élan", "1 234,50"]), (3, ["A2", "Noël", "12,00"])]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_both_orders_of_utf_16_are_read_by_their_mark(codec: str) -> None:
    assert table("\ufeffa,b\n1,é\n".encode(codec)) == (("a", "b"), [(2, ["1", "é"])])


def test_an_encoding_that_was_assumed_is_said() -> None:
    notices = [notice.code for notice in open_table("a,b\n1,caf\xe9\n".encode("latin-1")).notices]
    assert notices == ["encoding_assumed"]
    assert not list(open_table(b"a,b\n1,cafe\n").notices)


def test_a_file_half_in_utf_8_is_refused_with_its_line() -> None:
    content = "a,b\n1,éléphant\n2,".encode() + "é\n".encode("cp1252") + "3,Noël\n".encode()
    assert refusal(content) == ("encoding_broken", {"line": 3, "encoding": "utf-8"})


def test_bytes_of_no_encoding_are_refused() -> None:
    assert refusal(b"a,b\n1,\x81\x8d\n")[0] == "encoding_unknown"


def test_an_encoding_may_be_asked_for() -> None:
    assert table("a,b\n1,é\n".encode("cp850"), encoding="cp850")[1] == [(2, ["1", "é"])]
    assert refusal(b"a,b\n", encoding="klingon")[0] == "mapping_invalid"
    assert refusal(b"a,b\n", encoding="hex")[0] == "mapping_invalid"


@pytest.mark.parametrize(
    ("text", "width"),
    [("a;b\n1,5;2\n", 2), ("a\tb\tc\n1\t2\t3\n", 3), ("a,b\n", 2), ("a|b\n1|2\n", 2), ("alone\n1\n", 1),
     ("Montant, HT;Date\n1,5;2026-01-01\n", 2), ('"a;x","b"\n"1;2","3"\n', 2)],
)  # fmt: skip
def test_the_delimiter_is_found(text: str, width: int) -> None:
    assert len(table(text.encode())[0]) == width


def test_excel_s_own_first_line_says_the_delimiter_and_counts_as_a_line() -> None:
    assert table(b"sep=;\na;b\n1;2,5\n") == (("a", "b"), [(3, ["1", "2,5"])])


def test_quotes_hold_delimiters_quotes_and_lines() -> None:
    _, rows = table(b'a,b\n"x, ""y""\nz",1\n2,3\n')
    assert rows == [(2, ['x, "y"\nz', "1"]), (4, ["2", "3"])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n  \n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"a,b\n1,\x002\n", "nul_bytes"),
        (b'a,b\n"1,2\n3,4\n', "quote_open"),
        (b'a,b\n"1"x,2\n', "quote_broken"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "field_too_long"),
        (b"a,b\n" + b"x" * 3_000_000, "line_too_long"),
        (b"ref,Ref\n1,2\n", "header_twice"),
        (b"1,2026-01-01,a\n", "header_missing"),
        (b",".join(b"c%d" % n for n in range(600)), "header_too_wide"),
        (b"<!DOCTYPE html><html><table>", "not_a_table"),
        (b"%PDF-1.7", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_a_table"),
        (b'<?xml version="1.0"?><Workbook/>', "not_a_table"),
        (b'[{"a": 1}]', "not_a_table"),
        (b"PK\x05\x06" + b"\0" * 18, "not_a_table"),
        (b"PK\x03\x04 and nothing more", "xlsx_unreadable"),
    ],
)
def test_what_is_no_table_is_refused_with_its_word(content: bytes, code: str) -> None:
    assert refusal(content)[0] == code


def test_a_refused_line_is_named() -> None:
    assert refusal(b'a,b\n1,2\n"3,4\n5,6\n')[1] == {"line": 3}
    assert refusal(b"a,b\n1,2\n3,\0\n")[1] == {"line": 3}
    assert refusal(b"a,A,b\n")[1] == {"name": "A", "first": 1, "second": 2}


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        open_table("/no/such/file.csv")
    assert caught.value.code == "file_unreadable"


def test_blank_headers_at_the_end_are_no_columns_and_others_are_numbered() -> None:
    assert table(b"a,,c,,\n1,2,3,,\n")[0] == ("a", "column 2", "c")


def test_a_table_may_be_read_again_and_as_records() -> None:
    opened = open_table(b"a,b\n1,2\n3\n")
    assert list(opened.rows()) == list(opened.rows())
    assert list(opened.records()) == [(2, {"a": "1", "b": "2"}), (3, {"a": "3", "b": ""})]
    assert opened.progress() == 1.0


def book(*rows: tuple[Any, ...]) -> bytes:
    made = Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def test_a_workbook_s_dates_and_numbers_are_written_our_way() -> None:
    content = book(
        ("ref", "day", "at", "amount", "yes"),
        ("A", date(2026, 1, 31), datetime(2026, 1, 31, 14, 5), 0.1 + 0.2, True),
        ("é", None, None, 12, None),
        (None, None, None, 1e15, None),
    )
    _, rows = table(content)
    assert rows == [
        (2, ["A", "2026-01-31", "2026-01-31 14:05:00", "0.3", "true"]),
        (3, ["é", "", "", "12"]),
        (4, ["", "", "", "1000000000000000"]),
    ]


def test_a_workbook_is_known_by_its_content_and_its_first_filled_sheet_is_read() -> None:
    made = Workbook()
    made.create_sheet("Second").append(["a", "b"])
    kept = io.BytesIO()
    made.save(kept)
    opened = open_table(kept.getvalue(), name="really.csv")
    assert opened.headers == ("a", "b")
    assert refusal(kept.getvalue(), sheet="Third")[0] == "sheet_absent"


def packed(parts: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return kept.getvalue()


def repacked(content: bytes, **changed: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    return packed(parts | {name.replace("__", "/") + ".xml": part for name, part in changed.items()})


def test_a_bomb_an_entity_and_another_archive_are_refused() -> None:
    sound = book(("a", "b"), (1, 2))
    bomb = repacked(sound, xl__sharedStrings=b" " * (64 << 20))
    assert refusal(bomb)[0] == "xlsx_too_large"
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    assert refusal(repacked(sound, xl__workbook=laughs))[0] == "xlsx_entities"
    assert refusal(packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}))[1] == {"kind": "ods"}
    assert refusal(packed({"word/document.xml": b"<x/>"}))[1] == {"kind": "docx"}
    assert refusal(packed({"a.txt": b"hello"}))[1] == {"kind": "zip"}


def test_a_broken_workbook_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = book(("a", "b"), (1, 2))
    assert refusal(repacked(sound, xl__workbook=b"<nothing/>"))[0] in ("xlsx_unreadable", "empty_file")
    assert refusal(sound[: len(sound) // 2])[0] == "xlsx_unreadable"
    cell = b'<row r="%d"><c r="A%d"><v>1</v></c></row>'
    schema = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = cell % (1, 1) + cell % (999_999_999, 999_999_999)
    far = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (schema, rows)
    monkeypatch.setattr(workbook, "MOST_ROWS", 1000)
    assert refusal(repacked(sound, xl__worksheets__sheet1=far))[0] == "too_many_rows"


def test_half_a_surrogate_in_a_workbook_is_refused() -> None:
    content = book(("a", "b"), ("x", "_xD800_"))
    try:
        rows = table(content)[1]
    except Refusal as refused:
        assert refused.code == "encoding_broken"
    else:
        "".join(rows[0][1]).encode()
