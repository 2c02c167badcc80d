"""Cuts the faces of printed documents out of the design's variable fonts: typst takes static ones, one file a weight.

A font comes in two files, Latin and extended Latin. They stay apart, as a family and its "Ext", which a template
names after it: the second serves only what the first lacks.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).parents[1]
FONTS = ROOT / "assets" / "node_modules" / "@fontsource-variable"
OUT = ROOT / "src" / "comptant" / "ground" / "documents" / "typefaces"
WEIGHTS = {"hanken-grotesk": (400, 600, 700), "bricolage-grotesque": (650,)}
NAMES = {"hanken-grotesk": "Hanken Grotesk", "bricolage-grotesque": "Bricolage Grotesque"}


def build_typefaces() -> None:
    """Afterwards the folder holds each weight of each font, and their licences."""
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*"):
        if not old.name.startswith("."):
            old.unlink()
    for font, weights in WEIGHTS.items():
        for part, ending in (("latin", ""), ("latin-ext", " Ext")):
            for weight in weights:
                _cut(FONTS / font / "files" / f"{font}-{part}-wght-normal.woff2", NAMES[font] + ending, weight)
        (OUT / f"OFL-{font}.txt").write_bytes((FONTS / font / "LICENSE").read_bytes())


def _cut(source: Path, family: str, weight: int) -> None:
    font = instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": weight}, inplace=True)
    font.flavor = None
    font["OS/2"].usWeightClass = weight
    named = f"{family.replace(' ', '')}-{weight}"
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in (0, 13, 14)]
    for number, text in ((1, family), (2, "Regular"), (3, named), (4, f"{family} {weight}"), (6, named)):
        table.setName(text, number, 3, 1, 0x409)
    if "STAT" in font:
        del font["STAT"]
    font.save(OUT / f"{named}.ttf")
