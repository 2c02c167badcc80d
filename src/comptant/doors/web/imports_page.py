"""Files in: choose one, see what was read and where the amounts would go, then save. Reading saves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from comptant.doors.imports.guessing import DATE_FORMATS
from comptant.doors.imports.mapping import shipped_mappings
from comptant.doors.imports.pasting import pasted_table
from comptant.doors.imports.refusals import ImportRefused
from comptant.doors.imports.targets import TARGETS
from comptant.doors.web import figures_of, import_job, uploads
from comptant.doors.web.bank import statements_page
from comptant.doors.web.import_reading import (
    Column,
    Dry,
    as_json,
    dry_run,
    from_json,
    is_long,
    key_of,
    load,
    look,
    open_upload,
)
from comptant.doors.web.import_view import TARGET_WORDS, ask_context, import_context, loaded_sentence
from comptant.doors.web.screen import Screen
from comptant.doors.web.shell import shell
from comptant.ground.refusals import Refusal
from comptant.ground.web.answer import answer
from comptant.ground.web.middleware import opens_its_own_scopes
from comptant.ground.web.request import MemberRequest
from comptant.ground.web.roles import KEEPING_BOOKS, has_role
from comptant.ground.web.sentences import sentence


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: MemberRequest, firm_ref: str) -> HttpResponse:
    """GET asks for a file; POST keeps it and shows what was read."""
    if request.method != "POST":
        return _ask(request)
    target = request.POST.get("target", "")
    if target == statements_page.TARGET and has_role(request.member, KEEPING_BOOKS):
        return statements_page.bring_in(request)
    if target not in TARGET_WORDS:
        return _ask(request, error=_("Say what the file holds."))
    file = _file(request, target)
    if file is None:
        return _ask(request, error=_("Choose a file, or paste a list."))
    mapping = request.POST.get("mapping", "")
    companions = [part for part in request.FILES.getlist("companions") if isinstance(part, UploadedFile)]
    try:
        upload = uploads.keep(
            request.firm.id, target, file, companions, mapping if mapping in shipped_mappings() else "", request.now
        )
    except Refusal as refusal:
        return _ask(request, error=sentence(refusal.code, refusal.facts))
    return redirect("import", firm_ref=firm_ref, import_id=upload.id)


def _file(request: MemberRequest, target: str) -> UploadedFile[Any] | None:
    found = request.FILES.get("file")
    if isinstance(found, UploadedFile) and found.name:
        return found
    pasted = request.POST.get("pasted", "")
    if not pasted.strip():
        return None
    table = pasted_table(pasted, target, request.today, get_language() or "en")
    return SimpleUploadedFile(_("pasted list") + ".csv", table.encode())


def _ask(request: MemberRequest, error: str = "") -> HttpResponse:
    chosen = request.POST.get("target") or request.GET.get("target", "")
    context = ask_context(
        Screen.of(request), chosen, request.POST.get("mapping", ""), error, has_role(request.member, KEEPING_BOOKS)
    )
    context["pasted"] = request.POST.get("pasted", "").replace("\x00", "")
    context["recent"] = [
        _recent(request, upload) for upload in uploads.waiting(request.firm.id) if upload.target in TARGETS
    ]
    context["home_name"] = _("Today") if figures_of.has_anything(request.firm) else _("First steps")
    context["shell"] = shell(request, "imports")
    return render(request, "doors/imports.html", context, status=422 if error else 200)


def _recent(request: MemberRequest, upload: uploads.Upload) -> dict[str, Any]:
    return {
        "name": upload.name,
        "note": TARGET_WORDS[upload.target][0],
        "url": reverse("import", args=[request.firm.ref, upload.id]),
    }


@opens_its_own_scopes
@require_http_methods(["GET", "HEAD", "POST"])
def one_import(request: MemberRequest, firm_ref: str, import_id: UUID) -> HttpResponse:
    """GET shows what was read and where it would go; POST changes what the columns become."""
    upload = _upload(request, import_id)
    if request.method == "POST":
        upload.columns = _chosen_columns(request, upload)
        upload.dates = request.POST.get("dates", "") if request.POST.get("dates") in DATE_FORMATS else ""
        uploads.remember(upload)
        return redirect("import", firm_ref=firm_ref, import_id=import_id)
    job = import_job.find(upload)
    if job and job.kind == "load" and job.state == "done":
        return _saved(request, upload, job.result["count"], job.result["changed_nothing"])
    if job and job.state == "running":
        return _wait(request, upload, job)
    if job and job.kind == "load" and job.state in ("failed", "interrupted"):
        return _show(request, upload, (), None, _failure(job))
    return _tried(request, upload, job)


def _tried(request: MemberRequest, upload: uploads.Upload, job: import_job.Job | None) -> HttpResponse:
    """The page of a file that was tried; a long one is tried first, beside the server."""
    columns: tuple[Column, ...] = ()
    try:
        columns = look(upload)
        reading = open_upload(request, upload, columns)
    except ImportRefused as refused:
        return _show(request, upload, columns, None, sentence(refused.code, refused.facts))
    firm, today, key = request.firm, request.today, key_of(request, upload)
    if not is_long(upload):
        return _show(request, upload, columns, dry_run(firm, today, reading))
    if job is None or job.key != key or job.state == "interrupted":
        job = import_job.begin(upload, "try", key, lambda say: as_json(dry_run(firm, today, reading, say)))
        return _wait(request, upload, job)
    reading.table.close()
    if job.state == "failed":
        return _show(request, upload, columns, None, _failure(job))
    return _show(request, upload, columns, from_json(job.result))


@opens_its_own_scopes
@require_POST
def loading(request: MemberRequest, firm_ref: str, import_id: UUID) -> HttpResponse:
    """POST saves the file: whole, or without its bad lines when that was chosen, or not at all."""
    upload = _upload(request, import_id)
    skip_bad = request.POST.get("skip_bad") == "1"
    try:
        reading = open_upload(request, upload, look(upload))
    except ImportRefused:
        return redirect("import", firm_ref=firm_ref, import_id=import_id)
    firm, today = request.firm, request.today

    def work(say: import_job.Say) -> dict[str, Any]:
        outcome = load(firm, today, reading, skip_bad=skip_bad, say=say)
        if outcome.is_refused:
            raise Refusal("lines_refused")
        return {"count": outcome.counts["rows"] - outcome.errors.rows, "changed_nothing": outcome.changed_nothing}

    if is_long(upload):
        import_job.begin(upload, "load", "", work)
        return redirect("import", firm_ref=firm_ref, import_id=import_id)
    result = work(lambda step, part: None)
    return _saved(request, upload, result["count"], result["changed_nothing"])


def _saved(request: MemberRequest, upload: uploads.Upload, count: int, changed_nothing: bool) -> HttpResponse:
    """To the path, with a word of what was done; the file is forgotten."""
    uploads.forget(upload)
    messages.success(request, loaded_sentence(Screen.of(request), count, changed_nothing))
    where = reverse("path", args=[request.firm.ref])
    return HttpResponseClientRedirect(where) if request.htmx else redirect(where)


def _wait(request: MemberRequest, upload: uploads.Upload, job: import_job.Job) -> HttpResponse:
    """How far the work is; the page asks again by itself."""
    screen = Screen.of(request)
    context = {
        "title": _("Saving the file") if job.kind == "load" else _("Reading the file"),
        "file_name": upload.name,
        "imports_url": reverse("imports", args=[request.firm.ref]),
        "here": reverse("import", args=[request.firm.ref, upload.id]),
        "percent": min(99, round(job.part * 100)),
        "step": {"reading": _("Reading the lines"), "writing": _("Placing the amounts")}.get(job.step, ""),
        "text": _("Nothing is half done: if the server stops, nothing is saved.")
        if job.kind == "load"
        else _("Nothing is saved before you agree."),
        "shell": shell(request, "imports"),
        "language": screen.language,
    }
    return answer(request, "doors/_importing.html", context)


def _failure(job: import_job.Job) -> str:
    """Why the work did not end."""
    if job.state == "interrupted":
        return _("The server stopped in the middle. Nothing was saved: try again.")
    if job.code == "our_fault":
        text = _("This one is our fault. Nothing was saved. The details are in the log, reference {reference}.")
        return text.format(reference=job.facts.get("reference", ""))
    return sentence(job.code, job.facts)


def _show(
    request: MemberRequest, upload: uploads.Upload, columns: Sequence[Column], dry: Dry | None, refusal: str = ""
) -> HttpResponse:
    context = import_context(Screen.of(request), upload, columns, dry, refusal)
    context["shell"] = shell(request, "imports")
    return answer(request, "doors/_import.html", context, status=422 if refusal else 200)


def _upload(request: MemberRequest, number: UUID) -> uploads.Upload:
    upload = uploads.find(request.firm.id, number)
    if upload is None or upload.target not in TARGETS:
        raise Http404
    return upload


def _chosen_columns(request: MemberRequest, upload: uploads.Upload) -> dict[str, str]:
    """Our column by header; a column of ours chosen twice keeps its first header."""
    known = TARGETS[upload.target].names
    chosen: dict[str, str] = {}
    headers = request.POST.getlist("header")
    for number, header in enumerate(headers):
        ours = request.POST.get(f"column-{number}", "")
        if ours in known:
            chosen.setdefault(ours, header)
    return chosen
