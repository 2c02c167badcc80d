"""An offer that waits for its client's answer, where the product is loaded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit


def offered() -> str:
    """The path of its client's page. The firm and its client are made now."""
    from comptant.ground.database.scope import firm_scope
    from comptant.ground.firms.actions import add_member, found_firm
    from comptant.ground.firms.models import Identity, Role, User
    from comptant.ground.parties.models import Party
    from comptant.journey.offers.actions import draft_offer, present_offer, send_offer
    from comptant.journey.offers.rules.drafts import LineDraft
    from comptant.journey.pipeline.actions import lay_stages, open_deal

    now = datetime.now(UTC)
    firm = found_firm(f"Offers {now:%H%M%S}", today=now.date())
    with firm_scope(firm.id):
        lay_stages(firm)
        by = add_member(firm, User.objects.create_user(f"{firm.ref}@comptant.example", None, name="Ada"), Role.OWNER)
        Identity.objects.create(
            firm=firm, legal_name="Offers SARL", street="1 rue du Port", postcode="69001", city="Lyon",
            siren="732829320", email="ada@comptant.example", phone="0400000000",
        )  # fmt: skip
        party = Party.objects.create(
            firm=firm, ref="C1", name="Mercure", country="FR", email="paul@comptant.example", street="2 quai",
            postcode="69002", city="Lyon",
        )  # fmt: skip
        deal = open_deal(party, "D1", "Cash board", stage="proposal", amount="7800.00", at=now, by=by)
        offer = draft_offer(
            deal, title="Cash board", problem="« Our clients pay late. »", benefits=["Cash freed, once | 118 000 €"],
            lines=[LineDraft("Diagnosis", Decimal(4800), Decimal(20)), LineDraft("Board", Decimal(3000), Decimal(20))],
            decision_on=now.date() + timedelta(days=14), at=now, by=by,
        )  # fmt: skip
        present_offer(offer, how="in_person", on=now.date(), at=now, by=by)
        return urlsplit(send_offer(offer, at=now, by=by).link).path
