"""Parties: the companies and persons a firm deals with, whatever they are to it today; and their contacts."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from comptant.ground.database.rows import FirmForeignKey, FirmModel


class PartyKind(models.TextChoices):
    """A company or a person."""

    COMPANY = "company", _("company")
    PERSON = "person", _("person")


class Party(FirmModel):
    """A company or a person. A client only once they have paid: before, a prospect or a debtor."""

    ref = models.CharField(max_length=200)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=7, choices=PartyKind.choices, default=PartyKind.COMPANY)
    country = models.CharField(max_length=2, blank=True)
    siren = models.CharField(max_length=9, blank=True)
    siret = models.CharField(max_length=14, blank=True)
    vat_number = models.CharField(max_length=20, blank=True)
    bn = models.CharField(max_length=15, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=300, blank=True)
    """Lines of the address above the postcode, separated by line ends."""
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, blank=True)
    """The language of what we send them; blank: the firm's."""
    terms_days = models.SmallIntegerField(null=True, blank=True)
    """Calendar days they have to pay; null: the firm's terms."""
    iban = models.CharField(max_length=34, blank=True)
    created_on = models.DateField(null=True, blank=True)
    insolvent_on = models.DateField(null=True, blank=True)
    credit_limit = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    is_mentioned = models.BooleanField(default=False)
    """Known only because a file of something else named it: the first file of parties says the rest."""

    class Meta(FirmModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "ref"], name="party_ref_once")]
        indexes = [GinIndex(OpClass(Lower("name"), name="gin_trgm_ops"), name="party_name_search")]

    def __str__(self) -> str:
        return self.name


class Contact(FirmModel):
    """A person at a party."""

    party = FirmForeignKey(Party, related_name="contacts")
    name = models.CharField(max_length=200)
    function = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)

    class Meta(FirmModel.Meta):
        indexes = [models.Index(fields=["firm", "party"], name="contact_by_party")]

    def __str__(self) -> str:
        return self.name
