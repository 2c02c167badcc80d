"""Calls of the API that carried a key: the same key gets the first answer again."""

from __future__ import annotations

from django.db import models

from comptant.ground.database.rows import FirmForeignKey, LightFirmModel
from comptant.ground.firms.models import ApiToken


class ApiCall(LightFirmModel):
    """A POST and its answer, written in the transaction of what it did: both are there, or neither.

    ``status`` is null while the call is under way: no other transaction ever sees it so.
    """

    token = FirmForeignKey(ApiToken, related_name="+")
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=2000)
    """Method and address."""
    body_sha256 = models.BinaryField(max_length=32)
    status = models.SmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta(LightFirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "token", "key"], name="api_call_once")]
        indexes = [models.Index(fields=["firm", "at"], name="api_call_by_age")]
