"""What banks call their columns, in French and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from comptant.journey.payments.rules.statements import plain

_NAMES = {
    "booked_on": "date|date operation|date de l operation|date comptable|date de comptabilisation|booking date"
    "|transaction date|date comptabilisation|posted date|dateop",
    "value_on": "date valeur|date de valeur|value date|dateval",
    "amount": "montant|montant de l operation|montant eur|montant en euros|montant euros|amount|somme|montant cad",
    "debit": "debit|debit eur|debit euros|montant debit|retrait|withdrawal|withdrawals|debit amount",
    "credit": "credit|credit eur|credit euros|montant credit|depot|deposit|deposits|credit amount",
    "label": "libelle|libelle de l operation|libelle operation|libelle complet|libelle simplifie|detail|details"
    "|description|label|designation|nature de l operation|informations complementaires|information|memo"
    "|communication|intitule|motif|remittance information|libelle interne",
    "balance": "solde|balance|solde apres operation|running balance|solde eur",
    "payer": "contrepartie|nom de la contrepartie|emetteur|donneur d ordre|counterparty|counterparty name|tiers|payer"
    "|payer name|nom du tiers|debtor name",
    "iban": "iban|iban contrepartie|compte contrepartie|counterparty iban|counterparty account|iban tiers",
    "reference": "reference structuree|structured reference|communication structuree",
}
KNOWN: Mapping[str, str] = {plain(name): column for column, names in _NAMES.items() for name in names.split("|")}
"""A header as ``plain`` writes it, and which column it is."""


def column_of(header: str) -> str:
    """Our column, or blank."""
    return KNOWN.get(plain(header), "")


def is_header(cells: Sequence[str]) -> bool:
    """A line names the columns when it has a day and an amount, or a debit or credit, among others."""
    found = {column_of(cell) for cell in cells}
    return bool(found & {"booked_on", "value_on"}) and bool(found & {"amount", "debit", "credit"})


def columns_of(headers: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Which of our columns each header is, found by its name; the label takes all that may be one."""
    found: dict[str, tuple[str, ...]] = {}
    for header in headers:
        column = column_of(header)
        if column == "label":
            found[column] = (*found.get(column, ()), header)
        elif column:
            found.setdefault(column, (header,))
    if "booked_on" not in found and "value_on" in found:
        found["booked_on"] = found["value_on"]
    return found
