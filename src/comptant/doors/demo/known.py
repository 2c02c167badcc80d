"""What the demonstration knows of its clients: who they are, who is there, whether they can pay, what they cost.

Costs and assessments move no euro.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from comptant.doors.demo.cast import OWNER
from comptant.doors.demo.story import PARIS
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Member
from comptant.ground.parties.models import Contact, Party
from comptant.journey.pipeline.actions import add_cost
from comptant.journey.prospects.actions import assess

CHECKED = datetime(2026, 11, 23, 9, 30, tzinfo=PARIS)

WHO = {
    "Groupe Castelain": ("512447903", "14 rue Léon Blum", "69100", "Villeurbanne", 30),
    "Fonderie Marchetti": ("443061841", "3 chemin des Forges", "69007", "Lyon", 45),
    "Fromagerie Valmont": ("552100554", "La Combe", "74000", "Annecy", 30),
}
"""SIREN, street, postcode, city, days to pay."""
PEOPLE = (
    (
        "Groupe Castelain",
        "Hélène Castelain",
        "directrice générale",
        "helene@castelain.example",
        "04 72 11 22 33",
    ),
    ("Groupe Castelain", "Marc Vasseur", "comptabilité fournisseurs", "compta@castelain.example", ""),
    ("Fonderie Marchetti", "Paolo Marchetti", "président", "paolo@fonderie-marchetti.example", "04 78 44 55 66"),
    ("Fromagerie Valmont", "Anne Valmont", "gérante", "anne@fromagerie-valmont.example", "04 50 77 88 99"),
)
THOUGHT = (
    ("Groupe Castelain", "amber", "Privilège URSSAF du 2 octobre, 14 200 €. Aucune procédure, comptes 2025 déposés.",
     "32000.00", "acompte de 40 % à la signature"),
    ("Fromagerie Valmont", "green", "Comptes 2025 déposés le 12 juin, capitaux propres de 610 000 €.", "25000.00", ""),
    ("Imprimerie Lagarde", "red", "Redressement judiciaire.", None, "rien sans acompte"),
)  # fmt: skip
SPENT = (
    ("Groupe Castelain", date(2026, 1, 30), "4900.00", "sous-traitance, restitution de janvier"),
    ("Groupe Castelain", date(2026, 4, 17), "5100.00", "sous-traitance, restitution d’avril"),
    ("Groupe Castelain", date(2026, 7, 17), "4380.00", "sous-traitance, restitution de juillet"),
    ("Groupe Castelain", date(2026, 9, 30), "1480.00", "déplacements"),
)


def know_clients(firm: Firm) -> None:
    """Identities, contacts, assessments and costs are there."""
    owner = Member.objects.get(firm=firm, name=OWNER)
    parties = {party.name: party for party in Party.objects.filter(firm=firm, name__in=_named())}
    for name, (siren, street, postcode, city, days) in WHO.items():
        Party.objects.filter(firm=firm, name=name).update(
            siren=siren, street=street, postcode=postcode, city=city, terms_days=days
        )
    Contact.objects.bulk_create(
        Contact(firm=firm, party=parties[party], name=name, function=function, email=email, phone=phone)
        for party, name, function, email, phone in PEOPLE
    )
    for party, light, reason, limit, terms in THOUGHT:
        amount = Decimal(limit) if limit else None
        assess(parties[party], light=light, reason=reason, credit_limit=amount, terms=terms, at=CHECKED, by=owner)
    for party, day, cost, label in SPENT:
        deal = Deal.objects.select_related("firm").get(firm=firm, party=parties[party])
        at = datetime.combine(day, time(18), PARIS)
        add_cost(deal, amount=Decimal(cost), on=day, label=label, at=at, by=owner)


def _named() -> set[str]:
    return {*WHO, *(row[0] for row in (*PEOPLE, *THOUGHT, *SPENT))}
