"""Addresses of this place below ``/f/<ref>/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from comptant.doors.web.invoicing import (
    agreement_page,
    batch_page,
    draft_page,
    invoice_acts,
    invoice_page,
    invoices_page,
    recovery_acts,
    reminders_page,
)
from comptant.ground.web.roles import KEEPING_BOOKS, READING, RECOVERING, only

reads, keeps, recovers = only(READING), only(KEEPING_BOOKS), only(RECOVERING)

of_firm: list[URLPattern] = [
    path("invoices/", reads(invoices_page.invoices), name="invoices"),
    path("invoices/new/", keeps(draft_page.new_invoice), name="new-invoice"),
    path("invoices/batch/", keeps(batch_page.batch), name="invoice-batch"),
    path("reminders/preparation/", keeps(reminders_page.preparation), name="reminders-preparation"),
    path("reminders/approval/", recovers(reminders_page.approval), name="reminders-approval"),
    path("reminders/<uuid:reminder_id>/dropping/", recovers(reminders_page.dropping), name="reminder-dropping"),
    path("drafts/<uuid:draft_id>/", keeps(draft_page.draft), name="draft"),
    path("drafts/<uuid:draft_id>/issuing/", keeps(draft_page.issuing), name="draft-issuing"),
    path("drafts/<uuid:draft_id>/discarding/", keeps(draft_page.discarding), name="draft-discarding"),
    path("invoices/<uuid:invoice_id>/", reads(invoice_page.invoice), name="invoice"),
    path("invoices/<uuid:invoice_id>/pdf/", reads(invoice_page.paper), name="invoice-pdf"),
    path("invoices/<uuid:invoice_id>/payment/", keeps(invoice_acts.payment), name="invoice-payment"),
    path("invoices/<uuid:invoice_id>/credit-note/", keeps(invoice_acts.credit_note), name="invoice-credit-note"),
    path("invoices/<uuid:invoice_id>/write-off/", keeps(invoice_acts.giving_up), name="invoice-write-off"),
    path("invoices/<uuid:invoice_id>/restoration/", keeps(invoice_acts.restoration), name="invoice-restoration"),
    path("invoices/<uuid:invoice_id>/dispute/", recovers(recovery_acts.dispute), name="invoice-dispute"),
    path("invoices/<uuid:invoice_id>/promise/", recovers(recovery_acts.promise), name="invoice-promise"),
    path("invoices/<uuid:invoice_id>/hold/", recovers(recovery_acts.holding), name="invoice-hold"),
    path("invoices/<uuid:invoice_id>/hold/lifting/", recovers(recovery_acts.lifting), name="invoice-hold-lifting"),
    path("payments/<uuid:payment_id>/bounce/", keeps(invoice_acts.bounced), name="payment-bounce"),
    path("disputes/<uuid:dispute_id>/settlement/", keeps(recovery_acts.settlement), name="dispute-settlement"),
    path("insolvencies/<uuid:insolvency_id>/claim/", keeps(recovery_acts.claim), name="insolvency-claim"),
    path("agreements/<uuid:agreement_id>/invoices/", reads(agreement_page.agreement), name="agreement-invoicing"),
    path("agreements/<uuid:agreement_id>/deposit/", keeps(agreement_page.deposit), name="agreement-deposit"),
    path("agreements/<uuid:agreement_id>/balance/", keeps(agreement_page.balance), name="agreement-balance"),
    path("milestones/<uuid:milestone_id>/invoice/", keeps(agreement_page.milestone), name="milestone-invoice"),
]
