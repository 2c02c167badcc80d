"""What someone proves themselves with, besides a password. Global, as a login is: none of it belongs to a firm."""

from __future__ import annotations

from django.db import models

from comptant.ground.database.ids import uuid7
from comptant.ground.firms.models import User


class SecondStep(models.Model):
    """The codes of someone's authenticator (RFC 6238). Asked for after the password, once ``confirmed_at`` is set."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="second_step")
    secret = models.BinaryField(max_length=500)
    """Sealed with the installation's secret key (``sealing``)."""
    begun_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_counter = models.BigIntegerField(default=0)
    """The period of the last code that was taken: no code is taken twice."""


class RecoveryCode(models.Model):
    """A code on paper, for who has lost the authenticator. Known by its hash alone, good once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True)


class Passkey(models.Model):
    """A key that a device or a password manager keeps (WebAuthn). Only its public half is here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=80)
    credential_id = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField(max_length=2000)
    sign_count = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
