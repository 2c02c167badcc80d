"""Compiles the translations: each .po beside its .mo, without the gettext programs."""

from __future__ import annotations

import sys
from pathlib import Path

import polib

LOCALE = Path(__file__).parents[1] / "src" / "comptant" / "locale"


def main() -> int:
    """Compile every catalogue that is newer than what was made of it."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime <= source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
