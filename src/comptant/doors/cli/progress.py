"""How far long work is, on standard error: a bar in a terminal, else a line now and then."""

from __future__ import annotations

import time
from typing import Self, TextIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STEPS: dict[str, str | Promise] = {"reading": _("Reading"), "writing": _("Writing")}
WIDTH = 30
BAR_EVERY, LINE_EVERY = 0.1, 5.0
"""Seconds between two looks at a bar, and between two lines."""


class Progress:
    """Called with a step and how far it is, from 0 to 1. Says nothing of work that ends before it would be told."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.is_bar = out, out.isatty()
        self.told_at, self.is_drawn = time.monotonic(), False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_drawn:
            self.out.write("\r\x1b[K")
            self.out.flush()

    def __call__(self, step: str, part: float) -> None:
        """Tell it, when there is something to tell."""
        now = time.monotonic()
        if now - self.told_at < (BAR_EVERY if self.is_bar else LINE_EVERY):
            return
        self.told_at = now
        name, percent = STEPS.get(step, step), int(100 * part)
        if self.is_bar:
            full = int(WIDTH * part)
            self.out.write(f"\r\x1b[K{name} [{'#' * full}{' ' * (WIDTH - full)}] {percent} %")
            self.is_drawn = True
        else:
            self.out.write(f"{name} {percent} %\n")
        self.out.flush()
