"""Around every request: its moment, its language, its firm, and refusals turned into answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from comptant.ground.database.scope import firm_scope
from comptant.ground.firms import queries
from comptant.ground.refusals import Refusal
from comptant.ground.web.errors import out_of_date, refused, sent_before
from comptant.ground.web.gestures import OutOfDate, claim
from comptant.ground.web.limits import allow
from comptant.ground.web.request import client_address

type_of_next = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponse])

FIRM_PREFIX = "/f/"
KEPT_ADDRESS = "/kept/"
LONGEST_KEPT = 100_000
KEPT_A_MINUTE = 10
"""From one place: anybody may say that they had a session."""
LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)


def opens_its_own_scopes(view: View) -> View:
    """A view whose work is several transactions, such as an import that first runs the clock."""
    view.opens_its_own_scopes = True  # type: ignore[attr-defined]
    return view


class MomentMiddleware:
    """``request.now``: the one instant at which everything in a request happens."""

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the instant."""
        request.now = timezone.now()  # type: ignore[attr-defined]
        return self.get_response(request)


class LanguageMiddleware:
    """The screen's language: what the person chose here, else their account's, else what their browser asks.

    A firm's language comes in once the firm is known (``FirmMiddleware``).
    """

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Speak the language while the request lasts."""
        chosen = own_language(request)
        language = chosen or translation.get_language_from_request(request)
        with translation.override(language if language in LANGUAGES else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


def own_language(request: HttpRequest) -> str:
    """The language the person chose with the link on the sign-in page, else in their account; or ''."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in LANGUAGES:
        return chosen
    user = getattr(request, "user", None)
    of_user = getattr(user, "language", "") if user is not None and user.is_authenticated else ""
    return of_user if of_user in LANGUAGES else ""


class FirmMiddleware:
    """Below ``/f/<ref>/``: finds the member, and wraps the request in the firm's one transaction.

    Someone who is not a member of that firm, or a firm that does not exist, gets the same 404. An answer that
    says no rolls back: a refused request leaves nothing half done.
    """

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find the member, or say no."""
        if not request.path_info.startswith(FIRM_PREFIX):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return to_sign_in(request)
        ref = request.path_info[len(FIRM_PREFIX) :].split("/", 1)[0]
        membership = queries.find_membership(queries.user_hash(request.user), ref)
        if membership is None:
            raise Http404
        if getattr(resolve(request.path_info).func, "opens_its_own_scopes", False):
            with firm_scope(membership.firm_id):
                self.know(request, membership)
            return self.get_response(request)
        with firm_scope(membership.firm_id):
            return self.within_firm(request, membership)

    def within_firm(self, request: Any, membership: queries.Membership) -> HttpResponse:
        """The whole request in one transaction, taken back when the answer says no."""
        self.know(request, membership)
        if request.method == "POST" and not claim(request):
            return sent_before(request)
        response = self.get_response(request)
        if response.status_code >= 400:
            transaction.set_rollback(True)
        return response

    def know(self, request: Any, membership: queries.Membership) -> None:
        """Put the member, the firm, its day and its language on the request."""
        member = queries.get_member(membership)
        if not member.is_active:
            raise Http404
        request.member, request.firm = member, member.firm
        request.today = member.firm.today(request.now)
        if not own_language(request) and member.firm.language in LANGUAGES:
            translation.activate(member.firm.language)
            request.LANGUAGE_CODE = translation.get_language()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal becomes an answer that says so; any other exception is a bug and stays loud."""
        if isinstance(exception, OutOfDate):
            return out_of_date(request, exception.text)
        return refused(request, exception) if isinstance(exception, Refusal) else None


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Asks to sign in, and comes back to the page that was wanted. HTMX is told 401: the form stays on the screen.

    What a form held when its session ended waits in the new one, to be sent again by its author (``/kept/``).
    """
    if getattr(request, "htmx", None):
        here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        text = render_to_string("web/_signed_out.html", {"url": f"{settings.LOGIN_URL}?{urlencode({'next': here})}"})
        return HttpResponse(text, status=401)
    wanted = keep_form(request) if request.method == "POST" else request.get_full_path()
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': wanted})}")


def keep_form(request: HttpRequest) -> str:
    """Keep what was typed in the session that is about to begin; where it is shown comes back.

    Only for who had a session: a stranger's words are not ours to store.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return request.get_full_path()
    typed = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if not typed or request.FILES or len(urlencode(typed, doseq=True)) > LONGEST_KEPT:
        return request.get_full_path()
    now = request.now  # type: ignore[attr-defined]
    if not allow(f"kept:{client_address(request)}", limit=KEPT_A_MINUTE, seconds=60, now=now):
        return request.get_full_path()
    request.session["kept_form"] = {"to": request.get_full_path(), "fields": typed, "by": _who_was_here(request)}
    return KEPT_ADDRESS


def _who_was_here(request: HttpRequest) -> str:
    """Whose the ended session was, while its row still stands; else nobody known."""
    ended = Session.objects.filter(session_key=request.COOKIES[settings.SESSION_COOKIE_NAME]).first()
    return str(ended.get_decoded().get(SESSION_KEY, "")) if ended else ""
