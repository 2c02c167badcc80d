"""Work on a file that takes longer than a page may: done beside the server, its progress kept in the file's folder.

Everything is one transaction: a server that stops in the middle leaves nothing half done, and the work is
seen as interrupted once it has said nothing for a while.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from django.db import connections

from comptant.doors.web import uploads
from comptant.ground.refusals import Refusal

log = logging.getLogger("comptant.web")

SILENT_FOR = 120
"""Seconds without a word after which the work is taken for interrupted."""
SAID_EVERY = 1.0

Say = Callable[[str, float], None]
Work = Callable[[Say], Mapping[str, Any]]
"""What to do, saying how far it is; what comes back is kept as JSON."""


@dataclass(slots=True)
class Job:
    """``state`` is running, done, failed or interrupted; ``key`` tells what it was asked with."""

    kind: str
    key: str
    state: str = "running"
    step: str = ""
    part: float = 0.0
    said_at: float = 0.0
    result: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def _path(upload: uploads.Upload) -> Path:
    return Path(upload.folder) / "job.json"


def find(upload: uploads.Upload) -> Job | None:
    """The work last begun on the file."""
    try:
        job = Job(**json.loads(_path(upload).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if job.state == "running" and time.time() - job.said_at > SILENT_FOR:
        job.state = "interrupted"
    return job


def _write(upload: uploads.Upload, job: Job) -> None:
    """Whole or not at all: a page may be reading it."""
    job.said_at = time.time()
    beside = _path(upload).with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    try:
        beside.write_text(json.dumps(asdict(job), ensure_ascii=False, default=str), "utf-8")
        beside.replace(_path(upload))
    except FileNotFoundError:
        log.info("the import %s was forgotten while it was worked on", upload.id)


def begin(upload: uploads.Upload, kind: str, key: str, work: Work) -> Job:
    """Start the work, unless the same is under way."""
    under_way = find(upload)
    if under_way and under_way.state == "running":
        return under_way
    job = Job(kind, key)
    _write(upload, job)
    Thread(target=_run, args=(upload, job, work), name=f"import-{upload.id}", daemon=True).start()
    return job


def _run(upload: uploads.Upload, job: Job, work: Work) -> None:
    try:
        job.result = dict(work(_sayer(upload, job)))
        job.state = "done"
    except Refusal as refusal:
        job.state, job.code, job.facts = "failed", refusal.code, dict(refusal.facts)
    except Exception:
        reference = secrets.token_hex(3).upper()
        log.exception("import %s failed, reference %s", upload.id, reference)
        job.state, job.code, job.facts = "failed", "our_fault", {"reference": reference}
    finally:
        _write(upload, job)
        connections.close_all()


def _sayer(upload: uploads.Upload, job: Job) -> Say:
    def say(step: str, part: float) -> None:
        if time.time() - job.said_at >= SAID_EVERY:
            job.step, job.part = step, round(float(part), 3)
            _write(upload, job)

    return say
