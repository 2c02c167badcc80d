"""Do the nightly work again and again: what time does, and the sums the reports start from. Send what waits."""

from __future__ import annotations

import argparse
import logging
import os
import time

from django.db import close_old_connections

from comptant.doors import nightly
from comptant.ground.database.failures import Unable

log = logging.getLogger("comptant.work")

SOON, LATER = 3.0, 60.0
"""Seconds between two looks into the outbox: while letters can leave, and after the mail server took none."""
REST = 20
"""A look rests this many times as long as it took: where there are many firms, looking is not all we do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How often, and whom to follow."""
    parser.add_argument("--every", type=int, default=300, metavar="SECONDS", help="time between two runs (%(default)s)")
    parser.add_argument("--follow", type=int, metavar="PID", help="stop when this process is gone")


def run(options: argparse.Namespace) -> int:
    """Work until told to stop, or until the process we follow is gone."""
    due = mail_due = time.monotonic()
    while options.follow is None or os.getppid() == options.follow:
        if time.monotonic() >= due:
            work_once()
            due = time.monotonic() + options.every
        if time.monotonic() >= mail_due:
            mail_due = time.monotonic() + send_once()
        time.sleep(0.5)
    return 0


def work_once() -> None:
    """One run. What fails is logged whole and tried again at the next run: each stretch is a transaction of its own."""
    try:
        nightly.run_all()
    except Exception:
        log.exception("the nightly work failed and will be tried again")
    finally:
        close_old_connections()


def send_once() -> float:
    """One look into every outbox; the seconds until the next."""
    started = time.monotonic()
    try:
        nightly.send_all()
    except Unable as away:
        log.warning("letters wait: %s %s", away.code, away.facts)
        return LATER
    except Exception:
        log.exception("sending failed and will be tried again")
        return LATER
    finally:
        close_old_connections()
    return min(LATER, max(SOON, REST * (time.monotonic() - started)))
