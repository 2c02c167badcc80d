"""Values become pages: the same ones each time, archivable, readable by machines, in the design's faces."""

import copy
import io
from datetime import UTC, datetime

import pytest
import typst
from pypdf import PdfReader

from comptant.ground.documents import typesetting
from comptant.ground.documents.typesetting import ROOT, TYPEFACES, picture, typeset

AT = datetime(2026, 10, 31, 10, tzinfo=UTC)
EXAMPLE = ROOT / "ground" / "documents" / "templates" / "example.typ"
VALUES = {
    "paper": "a4",
    "firm": {"name": "Atelier Lune", "lines": ["12 rue des Capucins, 69001 Lyon", {"text": "SAS", "as": "soft"}]},
    "heading": "Facture",
    "number": "F-2026-061",
    "facts": [{"title": "Client", "lines": [{"text": "Fromagerie Œuf & Łódź", "as": "strong"}, "Lyon"]}],
    "table": {
        "head": ["Désignation", "Total HT"],
        "rows": [{"title": "Prévisionnel", "note": "Livré le 28", "cells": ["4 800,00"]}],
    },
    "sums": [["Total HT", "4 800,00 €"]],
    "total": ["À payer", "5 760,00 €"],
    "paying": {"title": "Régler par virement", "lines": ["FR76 3000 6000"]},
    "mentions": ["Pas d’escompte pour paiement anticipé."],
}


def made(values=VALUES, **more):
    return typeset(EXAMPLE, values, **{"at": AT, "title": "Facture F-2026-061", "language": "fr", **more})


def read(pdf):
    return PdfReader(io.BytesIO(pdf))


def words(pdf):
    return "\n".join(page.extract_text() for page in read(pdf).pages)


def test_the_same_values_make_the_same_bytes():
    first = made()
    made({**VALUES, "number": "F-2"})
    assert made() == first


def test_every_value_is_on_the_page():
    text = words(made())
    for said in ("Atelier Lune", "F-2026-061", "Fromagerie Œuf & Łódź", "4 800,00", "5 760,00 €", "escompte", "1/1"):
        assert said in text, said


@pytest.mark.parametrize("said", ["#panic(1)", "$x$", "*bold* _it_ = head", "\\", '"', "<label> @ref", "// gone"])
def test_what_a_value_says_is_printed_and_never_run(said):
    values = copy.deepcopy(VALUES)
    values["facts"][0]["lines"][1] = said
    assert said in words(made(values))


def test_it_says_that_it_can_be_archived_and_read_aloud():
    page = read(made(language="fr-ca"))
    said = page.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in said and "<pdfaid:conformance>A</pdfaid:conformance>" in said
    assert "<pdfuaid:part>1</pdfuaid:part>" in said
    assert page.trailer["/Root"]["/Lang"] == "fr-CA" and page.metadata.title == "Facture F-2026-061"
    assert "/OutputIntents" in page.trailer["/Root"] and "/StructTreeRoot" in page.trailer["/Root"]


def test_the_faces_are_the_designs_and_lie_in_the_file():
    fonts = [font.get_object() for font in read(made()).pages[0]["/Resources"]["/Font"].values()]
    names = {font["/BaseFont"].split("+")[-1].split("-")[0] for font in fonts}
    assert names == {"HankenGrotesk", "HankenGroteskExt", "BricolageGrotesque"}
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described)
    assert (TYPEFACES / "OFL-hanken-grotesk.txt").is_file()


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("us-letter", (612, 792))])
def test_the_paper_is_the_countrys(paper, size):
    box = read(made({**VALUES, "paper": paper})).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


def test_a_long_table_repeats_its_head_and_every_page_is_numbered():
    values = copy.deepcopy(VALUES)
    values["table"]["rows"] *= 60
    pages = [page.extract_text() for page in read(made(values)).pages]
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"{number}/{len(pages)}" in page
        assert ("Désignation" in page) == ("Livré" in page)


def test_nothing_outside_the_package_can_be_read(tmp_path, monkeypatch):
    (tmp_path / "secret.txt").write_text("s")
    package = tmp_path / "package"
    package.mkdir()
    (package / "escape.typ").write_text('#read("../secret.txt")')
    monkeypatch.setattr(typesetting, "ROOT", package)
    with pytest.raises(typst.TypstError):
        typeset(package / "escape.typ", {}, at=AT, title="x", language="en")


def test_a_page_can_be_looked_at():
    [page] = picture(EXAMPLE, VALUES, at=AT, title="Facture", language="fr")
    assert page.startswith(b"\x89PNG")
