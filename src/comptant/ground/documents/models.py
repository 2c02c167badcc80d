"""Documents: files kept to the byte, named by their SHA-256."""

from __future__ import annotations

from django.db import models

from comptant.ground.database.rows import FirmModel
from comptant.ground.database.tables import AppendOnly


class Document(AppendOnly, FirmModel):
    """A file as it was sent, received or made. Never changed: another version is another document."""

    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    sha256 = models.BinaryField(max_length=32)
    size = models.IntegerField()
    """In bytes."""
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "sha256", "name"], name="document_once"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="document_size"),
        ]

    def __str__(self) -> str:
        return self.name
