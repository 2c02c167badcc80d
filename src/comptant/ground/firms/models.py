"""Firms, their members, the people who sign in, and the global look-up from one to the other."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmModel


class Firm(models.Model):
    """A tenant. ``id`` is a plain bigint without IDENTITY, drawn by the application (R5)."""

    id = models.BigIntegerField(primary_key=True)
    ref = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, default="FR")
    currency = models.CharField(max_length=3, default="EUR")
    zone = models.CharField(max_length=64, default="Europe/Paris")
    language = models.CharField(max_length=10, default="fr")
    is_demo = models.BooleanField(default=False)
    fixed_today = models.DateField(null=True, blank=True)
    """The demonstration's today, which its clock never passes."""
    live_on = models.DateField(null=True, blank=True)
    """The day of the first act that did not come from an import; thresholds before it may be recomputed."""
    clock_on = models.DateField(null=True, blank=True)
    """The last day whose crossings the clock has posted."""
    thresholds_on = models.DateField(null=True, blank=True)
    """The first of the month up to which stall thresholds are recorded."""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        """The firm's time zone: an instant becomes a day in it."""
        return ZoneInfo(self.zone)

    def day(self, at: datetime) -> date:
        """The day of an instant, in the firm's zone."""
        return at.astimezone(self.tz).date()

    def midnight(self, day: date) -> datetime:
        """00:00 of a day in the firm's zone: what a bare date means (product.md section 2)."""
        return datetime(day.year, day.month, day.day, tzinfo=self.tz)

    def today(self, now: datetime) -> date:
        """The firm's day at ``now``; a demonstration's never passes its fixed today."""
        return self.fixed_today or self.day(now)


class UserManager(BaseUserManager["User"]):
    """People are found by their e-mail, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who may sign in; without a password, not until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with that e-mail."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Someone who signs in; one login may serve many firms. Global: belongs to no firm."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    """What a member may do (product.md section 3)."""

    OWNER = "owner", _("owner")
    MANAGER = "manager", _("manager")
    SELLER = "seller", _("seller")
    STAFF = "staff", _("staff")
    ACCOUNTANT = "accountant", _("accountant")
    MENTOR = "mentor", _("mentor")


class Member(FirmModel):
    """A person within a firm. Sellers met in an import are members who cannot sign in.

    ``user_id`` names a global row without a foreign key (R8).
    """

    user_id = models.BigIntegerField(null=True, blank=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=Role.choices)
    is_active = models.BooleanField(default=True)

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "name"], name="member_name_once"),
            models.UniqueConstraint(
                fields=["firm", "user_id"], condition=models.Q(user_id__isnull=False), name="member_user_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipKey(models.Model):
    """Global look-up: which firms a login serves, found before the firm is known. Holds hashes only."""

    user_hash = models.BinaryField(max_length=32)
    ref_hash = models.BinaryField(max_length=32)
    firm_id = models.BigIntegerField()
    member_id = models.UUIDField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_hash", "ref_hash"], name="membership_key_once"),
        ]


def look_up_hash(kind: str, value: str) -> bytes:
    """SHA-256 under which a look-up table knows a value; ``kind`` keeps the tables apart."""
    return hashlib.sha256(f"comptant:{kind}:{value}".encode()).digest()
