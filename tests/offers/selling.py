"""An offer on its way: what the tests of this room share."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Identity
from comptant.ground.journal.models import Balance
from comptant.ground.mail.models import Message
from comptant.journey.offers.actions import accept_offer, ask_code, draft_offer, present_offer, send_offer
from comptant.journey.offers.models import Agreement, Offer
from comptant.journey.offers.rules.drafts import LineDraft, PartDraft
from tests.world import MONDAY, House

TUESDAY = MONDAY + timedelta(days=1)
DECISION = date(2026, 3, 20)

DAF = [
    LineDraft(
        "Diagnostic de trésorerie", Decimal("4800"), Decimal(20), text="Note de 6 pages", direct_cost=Decimal(2480)
    ),
    LineDraft("DAF à temps partagé", Decimal("2150"), Decimal(20), quantity=Decimal(6), unit="mois"),
    LineDraft("Formation", Decimal("900"), Decimal(20), is_optional=True),
]
"""17 700.00 net, 3 540.00 of tax, and an option of 900.00."""
SCHEDULE = [
    PartDraft("Acompte", Decimal(30), "signature"),
    PartDraft("Tableau de bord", Decimal(40), "acceptance", date(2026, 5, 29)),
    PartDraft("Solde", Decimal(30), "date", date(2026, 6, 30)),
]
BENEFITS = ["Trésorerie libérée, une fois | 118 000 €", "Pièces remises à leur prix, par an | 61 000 €"]


def identified(house: House) -> House:
    """The firm says who it is, and its client where they read mail."""
    Identity.objects.create(
        firm=house.firm, legal_name="Atelier Lune SARL", street="12 rue des Capucins", postcode="69001", city="Lyon",
        siren="732829320", email="bonjour@lune.example", phone="04 00 00 00 00",
    )  # fmt: skip
    party = house.clients["mercure"]
    party.email, party.street, party.postcode, party.city = "paul@mercure.example", "3 quai Rambaud", "69002", "Lyon"
    party.save()
    return house


def drafted(house: House, deal: Deal, day: date = MONDAY, **changes: Any) -> Offer:
    """An offer of two lines and an option, payable in three parts."""
    said: dict[str, Any] = {
        "lines": DAF, "benefits": BENEFITS, "decision_on": DECISION, "schedule": SCHEDULE,
        "title": "DAF à temps partagé", "problem": "« Nos clients paient à 78 jours. »",
        "give_to_get": "Le prix et le démarrage du 6 avril.", "conditions": "Paiement à 30 jours.",
    }  # fmt: skip
    return draft_offer(deal, **(said | changes), at=house.at(day), by=house.people["Bilal"])


def sent(house: House, deal: Deal, day: date = TUESDAY, **changes: Any) -> Offer:
    """Presented in a meeting, then sent."""
    bilal, offer = house.people["Bilal"], drafted(house, deal, **changes)
    present_offer(offer, how="in_person", on=day, at=house.at(day), by=bilal)
    return send_offer(offer, at=house.at(day, 16), by=bilal)


def secret_of(offer: Offer) -> str:
    """What the link in the letter holds."""
    return offer.link.rstrip("/").rpartition("/")[2]


def code_of(offer: Offer) -> str:
    """The six digits of the last letter with a code."""
    letter = Message.objects.filter(firm_id=offer.firm_id, kind="offer_code").order_by("-put_at").first()
    found = re.search(r"^(\d{3}) (\d{3})$", letter.text, re.MULTILINE)
    assert found, letter.text
    return found[1] + found[2]


def accepted(house: House, offer: Offer, at: datetime, **changes: Any) -> Agreement:
    """The client asks for a code, and signs with it."""
    ask_code(offer, at=at)
    said = {
        "name": "Paul Marchetti", "function": "Président", "code": code_of(offer), "consent": "J’accepte.",
        "ip": "192.0.2.7", "user_agent": "A browser",
    }  # fmt: skip
    return accept_offer(offer, **(said | changes), at=at + timedelta(minutes=2))


def standing(deal: Deal) -> dict[str, Decimal]:
    """What stands in the deal's accounts, tax included, but for origin and what is empty."""
    rows = Balance.objects.filter(deal=deal).exclude(account="origin")
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.net or row.tax:
            sums[row.account] = sums.get(row.account, Decimal(0)) + row.net + row.tax
    return sums
