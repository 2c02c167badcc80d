"""What was asked wrongly: told on standard error, and by ``main`` as a document when --json was asked."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

MISUSE = 2


class Misused(SystemExit):
    """Ends the command with exit code 2; ``sentence`` was told already."""

    def __init__(self, sentence: str) -> None:
        super().__init__(MISUSE)
        self.sentence = sentence


class Parser(argparse.ArgumentParser):
    """As argparse's, whose mistakes end as any other misuse."""

    def error(self, message: str) -> NoReturn:
        """Tell how the command is used and what was wrong."""
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise Misused(message)


def misuse(sentence: str) -> NoReturn:
    """Say on standard error what was asked wrongly, and end the command."""
    print(f"comptant: {sentence}", file=sys.stderr)
    raise Misused(sentence)
