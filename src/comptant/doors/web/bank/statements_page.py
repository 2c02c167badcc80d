"""Statements come in: a file of the bank, its columns when nobody knows them, and what it brought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from comptant.doors.web import figures_of, reach, uploads
from comptant.doors.web.bank.bank_page import ABOUT
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.refusals import Refusal
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.sentences import sentence
from comptant.journey.payments import bank, queries
from comptant.journey.payments.formats import LARGEST
from comptant.journey.payments.formats.csv import headers as known_headers
from comptant.journey.payments.formats.csv.reading import Looked, look
from comptant.journey.payments.formats.layout import COLUMNS
from comptant.journey.payments.models import BankAccount

TARGET = "statement"
UNKNOWN_COLUMNS = frozenset({"layout_needed", "layout_column_absent"})
COLUMN_WORDS = {
    "booked_on": gettext_lazy("Day"), "value_on": gettext_lazy("Value date"), "amount": gettext_lazy("Amount"),
    "debit": gettext_lazy("Debit"), "credit": gettext_lazy("Credit"), "label": gettext_lazy("Wording"),
    "balance": gettext_lazy("Balance"), "payer": gettext_lazy("Payer"), "iban": gettext_lazy("IBAN of the payer"),
    "reference": gettext_lazy("Structured reference"),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def statements(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET asks for a file and lists what came; POST brings it in, or says what is wrong, by line."""
    if request.method != "POST":
        return _ask(request)
    return bring_in(request)


def bring_in(request: MemberRequest) -> HttpResponse:
    """The statement that a form sent: its lines are kept, or its columns are asked, or it is refused."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        return _ask(request, _("Choose the file of the bank."))
    if (file.size or 0) > LARGEST:
        return _ask(request, sentence("statement_too_large", {"limit": LARGEST // 1_000_000}))
    content = file.read()
    try:
        found = _import(request, content, file.name)
    except Refusal as refusal:
        if refusal.code not in UNKNOWN_COLUMNS:
            return _ask(request, _told(request, refusal))
        upload = uploads.keep(request.firm.id, TARGET, file, [], "", request.now)
        upload.columns = {"account": request.POST.get("account", "")[:60]}
        uploads.remember(upload)
        return redirect("bank-columns", firm_ref=request.firm.ref, import_id=UUID(upload.id))
    return _brought(request, found)


def _import(
    request: MemberRequest, content: bytes, name: str, account: str = "", mapping: Mapping[str, Any] | None = None
) -> bank.Imported:
    said = (account or request.POST.get("account", ""))[:60].replace("\x00", "")
    known = BankAccount.objects.filter(firm=request.firm, ref=said).exists() if said else False
    return bank.import_statement(
        request.firm, content, uploads.safe_name(name), account=said if known else None, mapping=mapping,
        at=reach.moment(request), by=request.member,
    )  # fmt: skip


def _told(request: MemberRequest, refusal: Refusal) -> str:
    if refusal.code == "account_needed":
        return _("This file does not say which account it is of: choose one below, and the file again.")
    facts = {name: COLUMN_WORDS.get(str(value), value) for name, value in refusal.facts.items()}
    return sentence(refusal.code, facts)


def _brought(request: MemberRequest, found: bank.Imported) -> HttpResponse:
    """To the lines, with a word of what came."""
    messages.success(request, brought_sentence(Screen.of(request), found))
    if not all(one.follows for one in found.statements):
        messages.warning(request, _("A statement seems to be missing before this one: the balances do not follow."))
    return redirect("bank", firm_ref=request.firm.ref)


def brought_sentence(screen: Screen, found: bank.Imported) -> str:
    """What a file brought, in a sentence."""
    if found.is_known:
        return _("This very file was already here. Nothing changed.")
    added = ngettext("{count} new line", "{count} new lines", found.added).format(count=screen.number(found.added))
    if not found.known:
        return _("{added} of the bank.").format(added=added)
    known = ngettext("{count} was already here", "{count} were already here", found.known)
    return _("{added} of the bank; {known}.").format(added=added, known=known.format(count=screen.number(found.known)))


def _ask(request: MemberRequest, error: str = "") -> HttpResponse:
    screen = Screen.of(request)
    accounts = BankAccount.objects.filter(firm=request.firm).exclude(ref=bank.SAID_ACCOUNT).order_by("ref")
    known = [{"ref": one.ref, "name": str(one)} for one in accounts[:50]]
    stocks = figures_of.today(request.firm, request.today, request.firm.currency)
    context = {
        "error": error,
        "action": reverse("bank-statements", args=[request.firm.ref]),
        "bank_url": reverse("bank", args=[request.firm.ref]),
        "accounts": known if len(known) > 1 else [],
        "account": request.POST.get("account", ""),
        "limit_text": _("camt.053, camt.054 or CSV, up to {limit} MB").format(limit=LARGEST // 1_000_000),
        "statements": [_statement(screen, one) for one in queries.statements(request.firm, 20)],
        "shell": shell(request, "bank", stocks, ABOUT),
    }
    return render(request, "bank/statements.html", context, status=422 if error else 200)


def _statement(screen: Screen, one: Any) -> dict[str, str]:
    days = " – ".join(dict.fromkeys(screen.short(day) for day in (one.first_on, one.last_on) if day))
    amount = one.account.currency
    return {
        "account": str(one.account),
        "days": days,
        "format": {"camt": "camt", "csv": "CSV"}.get(one.format, one.format),
        "closing": screen.amount(one.closing, amount, cents=True) if one.closing is not None else "—",
        "came": screen.short(one.imported_at.date()),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: MemberRequest, firm_ref: str, import_id: UUID) -> HttpResponse:
    """GET shows the columns of a file that nobody knows; POST says what they are, which is remembered."""
    upload = uploads.find(request.firm.id, import_id)
    if upload is None or upload.target != TARGET:
        raise Http404
    content = upload.path.read_bytes()
    try:
        looked = look(content)
    except Refusal as refusal:
        return _ask(request, _told(request, refusal))
    if request.method != "POST":
        return _columns(request, upload, looked, known_headers.columns_of(looked.headers))
    chosen = _chosen(request, looked)
    account = upload.columns.get("account", "")
    try:
        mapping = {"columns": chosen, "separator": looked.separator}
        found = _import(request, content, upload.name, account, mapping)
    except Refusal as refusal:
        return _columns(request, upload, looked, chosen, _told(request, refusal))
    uploads.forget(upload)
    return _brought(request, found)


def _chosen(request: MemberRequest, looked: Looked) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for number, header in enumerate(looked.headers):
        ours = request.POST.get(f"column-{number}", "")
        if ours == "label":
            found[ours] = (*found.get(ours, ()), header)
        elif ours in COLUMNS:
            found.setdefault(ours, (header,))
    return found


def _columns(
    request: MemberRequest,
    upload: uploads.Upload,
    looked: Looked,
    chosen: Mapping[str, tuple[str, ...]],
    error: str = "",
) -> HttpResponse:
    ours = {header: name for name, headers in chosen.items() for header in headers}
    stocks = figures_of.today(request.firm, request.today, request.firm.currency)
    context = {
        "error": error,
        "file_name": upload.name,
        "here": reverse("bank-columns", args=[request.firm.ref, UUID(upload.id)]),
        "statements_url": reverse("bank-statements", args=[request.firm.ref]),
        "fields": [("", _("Leave out")), *COLUMN_WORDS.items()],
        "columns": [
            {"name": header, "sample": sample, "becomes": ours.get(header, "")}
            for header, sample in zip(looked.headers, looked.samples, strict=True)
        ],
        "shell": shell(request, "bank", stocks, ABOUT),
    }
    return render(request, "bank/columns.html", context, status=422 if error else 200)
