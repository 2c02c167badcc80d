"""Addresses of this place below ``/f/<ref>/``: the longer ones first, since a party's ref may hold slashes."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web.clients import (
    client_page,
    clients_page,
    contacts_page,
    credit_page,
    history_page,
    identity_page,
    insolvency_page,
    solvency_page,
)
from comptant.ground.web.roles import KEEPING_BOOKS, OWNING, READING, WRITING, only

reads, writes, keeps_books = only(READING), only(WRITING), only(KEEPING_BOOKS)

PARTY = "clients/<path:party_ref>/"

of_firm: list[URLPattern] = [
    path("clients/", reads(clients_page.clients), name="clients"),
    path("clients/new/", writes(identity_page.new_client), name="new-client"),
    path(PARTY + "identity/", writes(identity_page.identity), name="client-identity"),
    path(PARTY + "assessment/", writes(solvency_page.assessment), name="client-assessment"),
    path(PARTY + "overrides/", only(OWNING)(solvency_page.overrides), name="client-overrides"),
    path(PARTY + "contacts/", writes(contacts_page.contacts), name="client-contacts"),
    path(PARTY + "contacts/<uuid:contact_id>/", writes(contacts_page.contact), name="client-contact"),
    path(PARTY + "contacts/<uuid:contact_id>/removal/", writes(contacts_page.removal), name="client-contact-removal"),
    path(PARTY + "credit-uses/", keeps_books(credit_page.credit_uses), name="client-credit-uses"),
    path(PARTY + "refunds/", keeps_books(credit_page.refunds), name="client-refunds"),
    path(PARTY + "insolvencies/", keeps_books(insolvency_page.insolvencies), name="client-insolvencies"),
    path(PARTY + "deals/", reads(history_page.deals), name="client-deals"),
    path(PARTY + "invoices/", reads(history_page.invoices), name="client-invoices"),
    path(PARTY + "payments/", keeps_books(history_page.payments), name="client-payments"),
    path(PARTY, reads(client_page.client), name="client"),
]
"""Clients and prospects, one by one. Who says what is known of a party: who sells, and who keeps books."""
