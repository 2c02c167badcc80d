"""The deals that are in hand on the demonstration's today, each by name: the figures of the screens come from here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from comptant.doors.demo.cast import INES, OWNER, YANN
from comptant.doors.demo.story import Bill, Story, workday

Paid = tuple[date, date, int, date]
"""An invoice that was paid: issued, due, net, paid."""


def present_stories() -> Iterator[Story]:
    """Hoped for, stalled, on hold; then signed this year."""
    yield from _contacted()
    yield from _discovery()
    yield from _proposal()
    yield from _decision()
    yield from _on_hold()
    yield from _signed()


def d(month: int, day: int, year: int = 2026) -> date:
    """A day of the demonstration's year."""
    return date(year, month, day)


def _contacted() -> Iterator[Story]:
    yield (
        Story("Groupe Hélianthe", "DAF à temps partagé, un comité par mois", OWNER, d(11, 12), 14_500, "Réseau")
        .on(d(11, 19))
        .answered("phone", "Appel prévu jeudi 26.")
    )
    yield (
        Story("Brasserie Tournesol", "Prévisions de trésorerie", INES, d(11, 13), 9_100, "Site")
        .on(d(11, 20))
        .answered("email", "Rendez-vous mardi 1er décembre.")
    )
    yield Story("Cabinet Ozanne", "Suivi des encaissements", YANN, d(11, 16), 6_000, "Salon").on(d(11, 23)).answered()
    yield Story(
        "Scierie du Pilat", "Trésorerie d’hiver", OWNER, d(11, 18), None, "Recommandation"
    )  # sent by Fromagerie Valmont
    yield Story("Traiteur Bonnefoy", "À préciser", INES, d(11, 19), None, "Réseau")
    yield Story("Cabinet Lumen", "À préciser", YANN, d(11, 20), None, "Site")
    yield Story("Gîtes de la Dombes", "Budget 2027", INES, d(11, 17), None, "Site").on(d(11, 23)).answered()


def _discovery() -> Iterator[Story]:
    yield (
        Story("Pépinières Robin", "BFR et saisonnalité", OWNER, d(10, 30), 13_800, "Recommandation")
        .on(d(11, 6))
        .reached("discovery")
        .on(d(11, 18))
        .answered("phone")
    )
    yield (
        Story("Érablière Laurentides", "Comité de trésorerie", OWNER, d(11, 3), 11_400, "Réseau", "CA")
        .on(d(11, 12)).reached("discovery")
        .on(d(11, 20)).say("meeting_accepted", meeting_on="2026-11-27", note="Visio vendredi 27, 15 h.")
    )  # fmt: skip
    yield (
        Story("Hôtel des Quais", "Budget et tableau de bord", INES, d(10, 16), 12_800, "Site")
        .on(d(10, 28))
        .reached("discovery")
    )


def _proposal() -> Iterator[Story]:
    yield (
        Story("Laboratoires Mirande", "Refonte du contrôle de gestion", INES, d(10, 2), 19_500, "Recommandation")
        .on(d(10, 13)).reached("discovery").on(d(10, 23)).answered().say("estimate", amount="22800.00")
        .on(d(11, 5)).reached("proposal").offered(None, "video").on(d(11, 16)).answered("email", "Nous relisons.")
    )  # fmt: skip
    yield (
        Story("Ambulances Delcourt", "Affacturage : mise en concurrence", INES, d(10, 20), 7_900, "Ancien client")
        .on(d(10, 30)).reached("discovery").on(d(11, 10)).reached("proposal").offered(d(12, 9))
        .on(d(11, 18)).answered("phone")
    )  # fmt: skip
    yield (
        Story("Négoce Perrault", "Recouvrement et crédit clients", INES, d(9, 18), 19_500, "Salon")
        .on(d(9, 30)).reached("discovery").on(d(10, 9)).answered()
        .on(d(10, 21)).reached("proposal").offered(None, "sent")
    )  # fmt: skip


def _decision() -> Iterator[Story]:
    yield (
        Story("Fonderie Marchetti", "DAF à temps partagé, 6 mois", OWNER, d(10, 21), 24_000, "Recommandation")
        .on(d(11, 3)).reached("discovery").on(d(11, 12)).answered("phone", "La banque demande un prévisionnel.")
        .on(d(11, 17)).reached("proposal").offered(d(11, 27)).reached("decision")
        .on(d(11, 24)).answered("email", "Offre consultée, une question sur le démarrage.")
    )  # fmt: skip
    yield (
        Story("Coopérative Les Trois Rives", "Plan de trésorerie", YANN, d(10, 8), 8_900, "Réseau")
        .on(d(10, 20)).reached("discovery").on(d(10, 30)).reached("proposal").offered(d(11, 24), "video")
        .on(d(11, 12)).reached("decision").on(d(11, 19)).answered("phone")
    )  # fmt: skip
    yield (
        Story("Résidences Solane", "Reporting des bailleurs", OWNER, d(9, 25), 14_000, "Ancien client")
        .on(d(10, 6)).reached("discovery").on(d(10, 19)).reached("proposal").offered(d(11, 15))
        .on(d(10, 30)).reached("decision").on(d(11, 6)).answered().on(d(11, 12)).say("maybe", note="Peut-être.")
    )  # fmt: skip


def _on_hold() -> Iterator[Story]:
    yield (
        Story("Mutuelle Corvéa", "Pilotage des mutuelles", OWNER, d(9, 29), 21_000, "Recommandation")
        .on(d(10, 9)).reached("discovery").on(d(10, 22)).reached("proposal").offered(d(11, 20))
        .on(d(11, 4)).answered("phone")
        .say("hold", wake_on="2027-01-11", reason="Le budget 2027 est voté le 8 janvier.")
    )  # fmt: skip
    yield (
        Story("Distillerie Aubrac", "Contrôle de gestion", INES, d(10, 1), 10_500, "Salon")
        .on(d(10, 12)).reached("discovery").on(d(10, 23)).answered("email")
        .say("hold", wake_on="2027-03-01", reason="Changement de directrice générale en février.")
    )  # fmt: skip


def _signed() -> Iterator[Story]:
    """The eleven signatures of the year, with their invoices."""
    noroit = _agreed("Atelier Noroît", "Pilotage financier, 12 mois", OWNER, d(1, 5), 66_400)
    _paid(noroit, [(d(3, 20), d(4, 19), 11_000, d(5, 4)), (d(5, 22), d(6, 21), 11_000, d(7, 6)),
                   (d(7, 24), d(8, 23), 11_000, d(9, 14))])  # fmt: skip
    noroit.invoiced(d(11, 6), d(12, 6), 12_400)
    yield noroit.delivered(d(11, 20), 8_400)

    valmont = _agreed("Fromagerie Valmont", "DAF à temps partagé, 12 mois", INES, d(1, 26), 57_600)
    _paid(valmont, [(workday(d(month, 27)), d(month + 1, 27), 4_800, workday(d(month + 2, 6)))
                    for month in range(4, 10)])  # fmt: skip
    valmont.invoiced(d(10, 28), d(11, 27), 9_600)
    yield valmont.delivered(d(11, 23), 4_800)

    castelain = _agreed("Groupe Castelain", "Restitutions trimestrielles", OWNER, d(1, 2), 49_900, quick=True)
    _paid(castelain, [(d(1, 23), d(2, 23), 7_000, d(3, 4)), (d(4, 10), d(5, 10), 10_200, d(5, 28)),
                      (d(7, 10), d(8, 10), 8_000, d(9, 2))])  # fmt: skip
    contested = castelain.invoiced(d(9, 11), d(10, 12), 6_900)
    castelain.disputed(contested, d(10, 16)).invoiced(d(11, 20), d(12, 20), 8_200)
    yield castelain

    yield from _overdue()
    yield from _others()


def _overdue() -> Iterator[Story]:
    belluc = _agreed("Transports Belluc", "Interventions mensuelles", YANN, d(2, 23), 24_800)
    _paid(belluc, [(d(5, 15), d(6, 14), 7_200, d(6, 29)), (d(7, 31), d(8, 30), 7_200, d(9, 25))])
    belluc.invoiced(d(10, 1), d(10, 31), 7_200)
    yield belluc.delivered(d(11, 20), 3_200)

    sarrazin = _agreed("Menuiserie Sarrazin", "Dossier de financement", YANN, d(6, 1), 5_760)
    sarrazin.invoiced(d(8, 31), d(9, 30), 5_760)
    yield sarrazin

    kaolin = _agreed("Studio Kaolin", "Tableau de bord", INES, d(3, 23), 9_900)
    _paid(kaolin, [(d(6, 11), d(7, 11), 3_300, d(7, 16)), (d(8, 27), d(9, 26), 3_300, d(10, 5))])
    kaolin.invoiced(d(10, 13), d(11, 12), 3_300)
    yield kaolin

    lagarde = _agreed("Imprimerie Lagarde", "Suivi des encaissements", YANN, d(2, 9), 6_000)
    _paid(lagarde, [(d(4, 16), d(5, 16), 4_800, d(6, 22))])
    lagarde.invoiced(d(7, 17), d(8, 16), 1_200)
    yield lagarde.insolvent(d(10, 8), d(10, 1))

    meyssat = _agreed("Garage Meyssat", "Recouvrement et crédit clients", OWNER, d(1, 12), 11_040, quick=True)
    _paid(meyssat, [(d(2, 27), d(3, 29), 3_680, d(4, 20)), (d(4, 30), d(5, 30), 3_680, d(6, 26))])
    unpaid = meyssat.invoiced(d(5, 29), d(6, 28), 3_680)
    yield meyssat.given_up(unpaid, d(10, 20))


def _others() -> Iterator[Story]:
    clinique = _agreed("Clinique vétérinaire du Parc", "Budget et reporting", INES, d(3, 30), 21_000)
    _paid(clinique, [(d(6, 12), d(7, 12), 5_230, d(7, 20)), (d(9, 4), d(10, 4), 6_000, d(10, 12))])
    clinique.invoiced(d(11, 10), d(12, 10), 4_320)
    yield clinique.delivered(d(11, 23), 5_450)

    ferrand = _agreed("Maison Ferrand", "BFR et saisonnalité", OWNER, d(4, 2), 20_000)
    _paid(ferrand, [(d(6, 19), d(7, 19), 4_900, d(7, 30)), (d(9, 18), d(10, 18), 4_900, d(11, 2))])
    ferrand.invoiced(d(11, 13), d(12, 13), 4_200)
    yield ferrand

    cave = _agreed("Cave des Monts d’Or", "Dossier de financement", INES, d(5, 4), 14_000)
    deposit = cave.invoiced(d(7, 3), d(8, 2), 4_200, "deposit")
    cave.paid(deposit, d(7, 27))
    balance = cave.invoiced(d(9, 25), d(10, 25), 9_800, "balance")
    yield cave.paid(balance, d(11, 4))


OVERPAID = (("Cave des Monts d’Or", d(11, 4), 120),)
"""Received beyond what was owed: by whom, when, how much. It waits on the client's account."""


def _agreed(party: str, title: str, seller: str, opened_on: date, amount: int, *, quick: bool = False) -> Story:
    """A sale from its first day to its signature: about seven weeks, or two when the client was in a hurry."""
    story = Story(party, title, seller, workday(opened_on), amount - amount % 500, "Recommandation")
    pace = 2 if quick else 7
    story.after(pace).reached("discovery").after(pace + 1).answered("phone").after(pace).reached("proposal")
    story.offered(workday(story.day + timedelta(days=28)))
    story.after(pace).answered().after(pace).reached("decision").after(pace - 1).answered("phone")
    return story.after(2).won(amount)


def _paid(story: Story, invoices: Sequence[Paid]) -> list[Bill]:
    """Invoices that were paid in full."""
    bills = []
    for issued_on, due_on, net, paid_on in sorted(invoices):
        bills.append(story.invoiced(issued_on, due_on, net))
        story.paid(bills[-1], paid_on)
    return bills
