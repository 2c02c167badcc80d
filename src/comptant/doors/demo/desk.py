"""What lies on the demonstration's desk: offers being written, and the statement of this morning. Moves no euro."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from comptant.doors.demo.cast import OWNER, TODAY
from comptant.doors.demo.story import PARIS
from comptant.ground.deals.models import Deal
from comptant.ground.firms.models import Firm, Identity, Member
from comptant.journey.invoices.models import Invoice
from comptant.journey.offers.actions import draft_offer
from comptant.journey.offers.rules.drafts import LineDraft, PartDraft
from comptant.journey.payments.bank import import_statement

MORNING = datetime.combine(TODAY, time(7, 40), PARIS)
VAT = Decimal(20)
LINES = {
    "Fonderie Marchetti": (
        LineDraft("Diagnostic de trésorerie et de marges", Decimal(4800), VAT, unit="forfait",
                  text="Note de 6 pages, restitution aux associés", direct_cost=Decimal(2480)),
        LineDraft("Tableau de bord hebdomadaire", Decimal(6300), VAT, unit="forfait",
                  text="Fichier en service, 2 personnes formées", direct_cost=Decimal(3300)),
        LineDraft("DAF à temps partagé", Decimal(2150), VAT, quantity=Decimal(6), unit="mois",
                  text="Comité mensuel, compte rendu accepté", direct_cost=Decimal(8640)),
    ),
    "Groupe Hélianthe": (
        LineDraft("DAF à temps partagé", Decimal(1450), VAT, quantity=Decimal(10), unit="mois",
                  text="Comité mensuel, compte rendu accepté", direct_cost=Decimal(7900)),
    ),
    "Pépinières Robin": (
        LineDraft("Étude du besoin en fonds de roulement", Decimal(8200), VAT, unit="forfait",
                  text="Modèle saisonnier, restitution", direct_cost=Decimal(3900)),
        LineDraft("Accompagnement d’une saison", Decimal(5600), VAT, unit="forfait", direct_cost=Decimal(2700)),
    ),
}  # fmt: skip
PARTS = (
    PartDraft("Acompte", Decimal(30), "signature"),
    PartDraft("Jalon", Decimal(40), "acceptance", date(2027, 1, 31)),
    PartDraft("Solde", Decimal(30), "date", date(2027, 5, 29)),
)
PROBLEM = (
    "« Nos clients paient à 78 jours, trois pièces sortent à perte et la banque veut un prévisionnel avant fin"
    " janvier. »"
)
BENEFITS = ("Trésorerie libérée, une fois | 118 000 €", "Pièces remises à leur prix, par an | 61 000 €")


def lay_desk(firm: Firm) -> None:
    """The firm says who it is; three offers are being written; a statement waits to be matched."""
    Identity.objects.create(
        firm=firm, legal_name="Atelier Mercure Conseil SARL", legal_form="SARL", capital="20 000 €",
        street="12 rue des Capucins", postcode="69001", city="Lyon", siren="732829320", register="RCS Lyon",
        vat_number="FR44732829320", email="bonjour@mercure-conseil.example", phone="04 72 00 00 00",
        iban="FR7630006000011234567890189", bic="AGRIFRPP",
    )  # fmt: skip
    owner = Member.objects.get(firm=firm, name=OWNER)
    for party, lines in LINES.items():
        deal = Deal.objects.select_related("party", "firm").get(firm=firm, party__name=party)
        draft_offer(
            deal, lines=lines, benefits=BENEFITS if party == "Fonderie Marchetti" else (), schedule=PARTS,
            decision_on=date(2026, 11, 27) if party == "Fonderie Marchetti" else None, title=deal.title,
            problem=PROBLEM if party == "Fonderie Marchetti" else "", at=MORNING, by=owner,
            give_to_get="Le prix et le démarrage du lundi 7 décembre." if party == "Fonderie Marchetti" else "",
        )  # fmt: skip
    import_statement(firm, _statement(firm).encode(), "releve-2026-11-24.csv", account="Compte courant", at=MORNING,
                     by=None)  # fmt: skip


def _statement(firm: Firm) -> str:
    """The bank's own file: what came in lately, one line of it no client's."""
    numbers = dict(
        Invoice.objects.filter(firm=firm, party__name__in=("Fromagerie Valmont", "Studio Kaolin"), open_net__gt=0)
        .order_by("issued_on")
        .values_list("party__name", "number")
    )
    valmont, kaolin = numbers["Fromagerie Valmont"].replace("-", ""), numbers["Studio Kaolin"][-2:]
    rows = (
        ("24/11/2026", f"VIR SEPA FROMAGERIE VALMONT {valmont}", "11520,00"),
        ("23/11/2026", "VIR BELLUC TRANSPORTS ACPTE", "4000,00"),
        ("23/11/2026", f"VIR STUDIO KAOLIN FACT {kaolin}", "3945,00"),
        ("20/11/2026", "REMISE CHQ 0001172", "1860,00"),
        ("20/11/2026", "VIR C ROUSSEL CCA", "5000,00"),
        ("19/11/2026", "PRLV URSSAF RHONE", "-2318,00"),
    )
    return "Date;Libellé;Montant\n" + "".join(f"{day};{label};{amount}\n" for day, label, amount in rows)
