"""An invoice: what it says, where its money stands, and everything that may be done about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comptant.doors.web import figures_of
from comptant.doors.web.invoicing.finding import find_invoice
from comptant.doors.web.invoicing.invoice_view import OWED, InvoiceFile, invoice_context, read_file
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import KEEPING_BOOKS, RECOVERING, has_role
from comptant.journey.invoices.models import InvoiceKind
from comptant.journey.invoices.printing import pdf_of


@require_safe
def invoice(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET shows the document."""
    found, screen = find_invoice(request, invoice_id), Screen.of(request)
    file = read_file(request.firm, found, request.today)
    context = invoice_context(screen, file) | {
        "acts": _acts(request, file),
        "may_keep": has_role(request.member, KEEPING_BOOKS),
        "pdf_url": reverse("invoice-pdf", args=[firm_ref, found.id]) if found.content is not None else "",
    }
    stocks = figures_of.today(request.firm, request.today, screen.home)
    context["shell"] = shell(request, "invoices", stocks, list(file.standing))
    return render(request, "invoicing/invoice.html", context)


def _acts(request: MemberRequest, file: InvoiceFile) -> list[dict[str, Any]]:
    """What this member may do now, what is done most often first."""
    found, standing = file.invoice, file.standing
    if found.kind == InvoiceKind.CREDIT_NOTE:
        return []
    is_open = any(one in standing for one in OWED)
    claimed = any(one in standing for one in ("invoiced", "overdue"))
    keeps, recovers = has_role(request.member, KEEPING_BOOKS), has_role(request.member, RECOVERING)
    asked = [
        (keeps and is_open, "invoice-payment", _("Record a payment"), "cash-in"),
        (recovers and is_open, "invoice-promise", _("They say when they pay"), "clock"),
        (recovers and claimed, "invoice-dispute", _("They contest a part"), "alert"),
        (recovers and is_open and not file.hold, "invoice-hold", _("Hold reminders"), "lock"),
        (recovers and bool(file.hold), "invoice-hold-lifting", _("Lift the hold"), "undo"),
        (keeps, "invoice-credit-note", _("Credit note"), "invoice"),
        (keeps and is_open, "invoice-write-off", _("Write off"), "cross"),
        (keeps and "written_off" in standing, "invoice-restoration", _("Make it due again"), "undo"),
    ]
    return [
        {
            "url": reverse(name, args=[request.firm.ref, found.id]),
            "verb": verb,
            "icon_name": icon,
            "is_first": name == "invoice-payment",
        }
        for may, name, verb, icon in asked
        if may
    ]


@require_safe
def paper(request: MemberRequest, firm_ref: str, invoice_id: UUID) -> HttpResponse:
    """GET sends the PDF of an invoice issued here: always the same bytes. Raises Refusal issued_elsewhere."""
    document = pdf_of(find_invoice(request, invoice_id), at=request.now)
    answer = HttpResponse(bytes(document.content), content_type=document.media_type)
    safe = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in document.name)
    answer["Content-Disposition"] = f'inline; filename="{safe.encode("ascii", "replace").decode()}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
