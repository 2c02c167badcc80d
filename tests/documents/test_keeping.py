"""A file is kept to the byte, once, and never changed."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction
from django.http import Http404

from comptant.ground.documents import actions
from comptant.ground.documents.actions import keep
from comptant.ground.documents.models import Document
from comptant.ground.documents.queries import read
from comptant.ground.refusals import Refusal
from tests.world import atelier_lune, forge_nord

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALL_BYTES = bytes(range(256)) * 40


@pytest.fixture
def house(db):
    return atelier_lune()


def test_what_was_kept_is_read_back_to_the_byte(house):
    with house.open():
        kept = keep(house.firm, "scan.pdf", "application/pdf", ALL_BYTES, at=NOON)
        found = read(house.firm, kept.id)
        assert bytes(found.content) == ALL_BYTES
        assert bytes(found.sha256) == hashlib.sha256(ALL_BYTES).digest() and found.size == len(ALL_BYTES)


def test_the_same_bytes_and_name_are_one_document_whenever_they_come(house):
    with house.open():
        first = keep(house.firm, "a.pdf", "application/pdf", b"one", at=NOON)
        again = keep(house.firm, "a.pdf", "application/pdf", b"one", at=NOON + timedelta(days=3))
        assert again.id == first.id and again.made_at == NOON
        assert keep(house.firm, "b.pdf", "application/pdf", b"one", at=NOON).id != first.id
        assert keep(house.firm, "a.pdf", "application/pdf", b"two", at=NOON).id != first.id
        assert Document.objects.count() == 3


def test_two_firms_keep_the_same_file_each_for_itself(house):
    with house.open():
        ours = keep(house.firm, "a.pdf", "application/pdf", b"one", at=NOON)
    other = forge_nord()
    with other.open():
        assert keep(other.firm, "a.pdf", "application/pdf", b"one", at=NOON).id != ours.id
        with pytest.raises(Http404):
            read(other.firm, ours.id)


def test_what_is_too_large_is_refused_and_named(house, monkeypatch):
    monkeypatch.setattr(actions, "LARGEST", 2_000_000)
    with house.open(), pytest.raises(Refusal) as refused:
        keep(house.firm, "film.pdf", "application/pdf", b"x" * 2_000_001, at=NOON)
    assert (refused.value.code, refused.value.facts) == ("document_too_large", {"name": "film.pdf", "limit": 2})


def test_an_unknown_document_is_not_found(house):
    with house.open(), pytest.raises(Http404):
        read(house.firm, uuid4())


@pytest.mark.parametrize("change", [{"name": "other.pdf"}, {"content": b""}])
def test_the_application_changes_no_document(house, change):
    with house.open():
        kept = keep(house.firm, "a.pdf", "application/pdf", b"one", at=NOON)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Document.objects.filter(id=kept.id).update(**change)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Document.objects.filter(id=kept.id).delete()
