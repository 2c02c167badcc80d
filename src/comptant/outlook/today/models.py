"""Which acts of the day somebody put off, and until when."""

from __future__ import annotations

from django.db import models

from comptant.ground.database.rows import FirmForeignKey, LightFirmModel
from comptant.ground.firms.models import Member


class Postponement(LightFirmModel):
    """A member does not want to be told of an act before ``until``. Other members still are. ``key`` names the act."""

    member = FirmForeignKey(Member, related_name="+")
    key = models.CharField(max_length=80)
    until = models.DateField()

    class Meta(LightFirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "member", "key"], name="postponement_once")]
