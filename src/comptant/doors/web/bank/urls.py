"""Addresses of this place below ``/f/<ref>/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web.bank import bank_page, choosing_page, payments_page, statements_page
from comptant.ground.web.roles import KEEPING_BOOKS, only

books = only(KEEPING_BOOKS)

of_firm: list[URLPattern] = [
    path("bank/", books(bank_page.bank), name="bank"),
    path("bank/matching/", books(bank_page.matching), name="bank-matching"),
    path("bank/releases/", books(bank_page.releases), name="bank-releases"),
    path("bank/lines/<uuid:line_id>/confirmation/", books(bank_page.confirmation), name="bank-confirmation"),
    path("bank/lines/<uuid:line_id>/invoices/", books(choosing_page.invoices), name="bank-invoices"),
    path("bank/lines/<uuid:line_id>/setting-aside/", books(bank_page.setting_aside), name="bank-setting-aside"),
    path("bank/lines/<uuid:line_id>/release/", books(bank_page.release), name="bank-release"),
    path("bank/statements/", books(statements_page.statements), name="bank-statements"),
    path("bank/statements/<uuid:import_id>/", books(statements_page.columns), name="bank-columns"),
    path("bank/payments/", books(payments_page.payments), name="bank-payments"),
    path("bank/payments/<uuid:payment_id>/bounces/", books(payments_page.bounces), name="bank-bounces"),
    path("bank/credits/<path:party_ref>/uses/", books(payments_page.credit_uses), name="bank-credit-uses"),
    path("bank/credits/<path:party_ref>/refunds/", books(payments_page.refunds), name="bank-refunds"),
]
"""The bank: statements, lines, proposals; payments, and what becomes of them."""
