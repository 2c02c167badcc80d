"""Atelier Mercure Conseil, Lyon: its people, its calendar, its clients."""

from __future__ import annotations

from datetime import date

NAME = "Atelier Mercure Conseil"
REF = "atelier-mercure-conseil"
FIRST_DAY = date(2024, 11, 25)
NEW_YEAR = date(2026, 1, 1)
TODAY = date(2026, 11, 24)
"""A Tuesday. The demonstration's clock never passes it."""

CLOSURES = ((date(2025, 8, 3), date(2025, 8, 21)), (date(2026, 8, 3), date(2026, 8, 21)))

OWNER, INES, YANN = "Camille Roussel", "Inès Belkacem", "Yann Le Goff"
EMAIL = "camille@mercure-conseil.example"
SELLERS = (OWNER, INES, YANN)

SOURCES = ("Recommandation", "Réseau", "Site", "Ancien client", "Salon")
COMPETITORS = ("Cabinet Duret", "", "Fiducial Rhône", "Altéa Finance", "", "DAF Partners")
"""Whom deals were lost to; blank where nobody ever knew."""

SUBJECTS = (
    "Prévisions de trésorerie",
    "DAF à temps partagé",
    "Tableau de bord mensuel",
    "Suivi des encaissements",
    "Contrôle de gestion",
    "Budget et reporting",
    "BFR et saisonnalité",
    "Dossier de financement",
    "Recouvrement et crédit clients",
)

_TRADES = (
    "Menuiserie", "Imprimerie", "Cabinet", "Garage", "Boulangerie", "Transports", "Pharmacie", "Ateliers", "Domaine",
    "Scierie", "Clinique", "Traiteur", "Négoce",
)  # fmt: skip
_PEOPLE = (
    "Aubert", "Blanchard", "Charvet", "Delorme", "Estienne", "Faure", "Giraud", "Hébert", "Imbert", "Jacquet",
    "Kerviel", "Lacombe", "Morel", "Nallet", "Ollier", "Perrin", "Quentin", "Rivoire", "Servant", "Tissier",
    "Ulmann", "Vernay", "Wagner",
)  # fmt: skip


def passer_by(number: int) -> str:
    """The name of the n-th prospect who came and went: 299 different ones.

    >>> passer_by(0), passer_by(1)
    ('Menuiserie Aubert', 'Imprimerie Blanchard')
    """
    return f"{_TRADES[number % len(_TRADES)]} {_PEOPLE[number % len(_PEOPLE)]}"
