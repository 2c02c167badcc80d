"""Files on their way in: kept in the data folder until they are saved or forgotten, one folder each."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from comptant.ground.database.ids import uuid7
from comptant.ground.refusals import Refusal

KEPT_FOR = timedelta(days=7)
LONGEST_NAME = 120
_PLAN = "plan.json"
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,59}")


@dataclass(slots=True)
class Upload:
    """One file: what it holds, how it is read, and the files beside it."""

    id: str
    target: str
    name: str
    mapping: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column by the header chosen for it; empty: recognised."""
    uploaded_at: str = ""
    folder: str = ""
    dates: str = ""
    """How its days are written, once someone said it."""

    @property
    def path(self) -> Path:
        """The file itself."""
        return Path(self.folder) / "source" / self.name

    @property
    def companions(self) -> Path:
        """The folder of the files beside it; the file is among them."""
        return Path(self.folder) / "source"


def root_of(firm_id: int) -> Path:
    """Where a firm's uploads are."""
    return Path(settings.MEDIA_ROOT) / "imports" / str(firm_id)


def safe_name(name: str) -> str:
    """A file name that is only a name.

    >>> safe_name("../../etc/Ventes été.csv"), safe_name("...")
    ('Ventes été.csv', 'file')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(". ")
    return clean[-LONGEST_NAME:] or "file"


def media_type_of(file: UploadedFile[Any]) -> str:
    """What the browser says the file is, when that is a media type; else only that it is bytes."""
    said = file.content_type or ""
    return said if _MEDIA_TYPE.fullmatch(said) else "application/octet-stream"


def keep(
    firm_id: int,
    target: str,
    file: UploadedFile[Any],
    companions: Iterable[UploadedFile[Any]],
    mapping: str,
    at: datetime,
) -> Upload:
    """The file, written to the data folder. Raises Refusal too_large."""
    limit = settings.MAX_IMPORT_BYTES
    beside = list(companions)
    if sum(part.size or 0 for part in (file, *beside)) > limit:
        raise Refusal("too_large", size=(file.size or 0) // 1_000_000, limit=limit // 1_000_000)
    forget_old(firm_id, at)
    number = uuid7()
    folder = root_of(firm_id) / str(number)
    upload = Upload(str(number), target, safe_name(file.name or ""), mapping, {}, at.isoformat(), str(folder))
    upload.companions.mkdir(parents=True, mode=0o700)
    for part in (*beside, file):
        with (upload.companions / safe_name(part.name or "")).open("wb") as out:
            for chunk in part.chunks():
                out.write(chunk)
    remember(upload)
    return upload


def remember(upload: Upload) -> None:
    """Write what was chosen for the file."""
    said = {name: value for name, value in asdict(upload).items() if name != "folder"}
    (Path(upload.folder) / _PLAN).write_text(json.dumps(said, ensure_ascii=False), "utf-8")


def choices_of(upload: Upload) -> str:
    """A short key of what was chosen, that changes with it."""
    said = json.dumps([upload.mapping, sorted(upload.columns.items()), upload.dates])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def find(firm_id: int, number: UUID) -> Upload | None:
    """The upload of that id if it is the firm's."""
    folder = root_of(firm_id) / str(number)
    try:
        said = json.loads((folder / _PLAN).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return Upload(**said, folder=str(folder))


def waiting(firm_id: int) -> list[Upload]:
    """The firm's files not saved yet, newest first."""
    root = root_of(firm_id)
    names = sorted((entry.name for entry in root.iterdir() if entry.is_dir()), reverse=True) if root.is_dir() else []
    found = (find(firm_id, UUID(name)) for name in names if re.fullmatch(r"[0-9a-f-]{36}", name))
    return [upload for upload in found if upload]


def forget(upload: Upload) -> None:
    """Remove the file and all that was chosen for it."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def forget_old(firm_id: int, now: datetime) -> None:
    """Remove what nobody came back to."""
    for upload in waiting(firm_id):
        if now - datetime.fromisoformat(upload.uploaded_at) > KEPT_FOR:
            forget(upload)
