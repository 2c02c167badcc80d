"""Firms, their members, the people who sign in, and the global look-up from one to the other."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel


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
    keys_off = models.BooleanField(default=False, db_default=False)
    """Single-letter keys do nothing on their screens (WCAG 2.1.4)."""
    wants_monday = models.BooleanField(default=True, db_default=True)
    """Who serves several firms is written one letter on Mondays, for all of them."""

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
    wants_digest = models.BooleanField(default=False, db_default=False)
    """They are written their actions of the day each working morning, if there are any."""

    class Meta(FirmModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "name"], name="member_name_once"),
            models.UniqueConstraint(
                fields=["firm", "user_id"], condition=models.Q(user_id__isnull=False), name="member_user_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Identity(FirmModel):
    """Who the firm is on its documents: what the law wants printed. One row a firm.

    Source: C. com. R123-237, R123-238; CGI ann. II 242 nonies A; Revenu Québec for the last four.
    """

    legal_name = models.CharField(max_length=200, blank=True)
    legal_form = models.CharField(max_length=80, blank=True)
    capital = models.CharField(max_length=60, blank=True)
    street = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=120, blank=True)
    siren = models.CharField(max_length=9, blank=True)
    siret = models.CharField(max_length=14, blank=True)
    register = models.CharField(max_length=120, blank=True)
    """Such as "RCS Lyon"."""
    vat_number = models.CharField(max_length=20, blank=True)
    is_vat_exempt = models.BooleanField(default=False)
    """The small-business franchise of CGI 293 B."""
    vat_on_debits_from = models.DateField(null=True, blank=True)
    """The day from which VAT is due when invoiced; null: when paid, as for services by default (CGI 269-2-c)."""
    neq = models.CharField(max_length=10, blank=True)
    gst_number = models.CharField(max_length=20, blank=True)
    qst_number = models.CharField(max_length=20, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    bic = models.CharField(max_length=11, blank=True)
    terms_days = models.SmallIntegerField(default=30)
    terms_end_of_month = models.BooleanField(default=False)
    penalty_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    """Percent a year agreed for late payment; null: the legal default of the firm's country."""
    early_discount = models.CharField(max_length=200, blank=True)
    """The discount for early payment, in words; blank: none."""

    class Meta(FirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm"], name="identity_once")]


class Invitation(FirmModel):
    """Someone asked to join the firm, by a link that expires. The link itself is known by its hash alone."""

    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=12, choices=Role.choices)
    invited_by = FirmForeignKey(Member, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class ApiToken(FirmModel):
    """A key to the API: a member's, for what its scopes name. The secret itself is shown once and never kept."""

    member = FirmForeignKey(Member, related_name="tokens")
    name = models.CharField(max_length=120)
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


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


class TokenKey(models.Model):
    """Global look-up: which firm an API token opens, found before the firm is known. Holds hashes only."""

    key_hash = models.BinaryField(max_length=32, unique=True)
    firm_id = models.BigIntegerField()
    token_id = models.UUIDField()


class LinkKey(models.Model):
    """Global look-up: what a link sent to someone opens, found before the firm is known. Holds hashes only.

    ``purpose`` keeps the kinds apart (offer, reminder, invitation); ``subject_id`` is what it opens.
    """

    key_hash = models.BinaryField(max_length=32, unique=True)
    purpose = models.CharField(max_length=20)
    firm_id = models.BigIntegerField()
    subject_id = models.UUIDField()
    expires_at = models.DateTimeField()


def look_up_hash(kind: str, value: str) -> bytes:
    """SHA-256 under which a look-up table knows a value; ``kind`` keeps the tables apart."""
    return hashlib.sha256(f"comptant:{kind}:{value}".encode()).digest()
