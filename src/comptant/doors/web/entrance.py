"""Coming in, going out, and choosing among the firms one login serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_failure_limit
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from comptant.ground.access import second_step
from comptant.ground.firms import queries
from comptant.ground.firms.models import Member
from comptant.ground.web.roles import READING, has_role

OWN_NAMES = {"fr": "Français", "fr-ca": "Français (Québec)", "en": "English"}
LONGEST_PASSWORD = 1000
BACKEND = "django.contrib.auth.backends.ModelBackend"
PENDING = "second_step_of"
"""In the session: who gave the right password and owes a second step, since when, and where they wanted to go."""


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """GET shows the form; POST opens a session. After five wrong passwords the answer is: wait."""
    if request.method != "POST":
        return _chosen_language(request) or _form(request)
    email = request.POST.get("email", "").strip().lower()
    password = request.POST.get("password", "")
    if not email or not password:
        return _form(request, email=email, missing=True)
    if not is_plain(email, password):
        return _form(request, email=email.replace("\x00", ""), wrong=True)
    user = authenticate(request, email=email, password=password)
    if user is None:
        return _form(request, email=email, wrong=True)
    return let_in(request, user, safe_next(request))


def let_in(request: HttpRequest, user: Any, wanted: str = "") -> HttpResponse:
    """Opens the session of who gave the right password, or asks for their second step first."""
    if second_step.is_asked(user):
        now, proof = timezone.now().isoformat(), user.get_session_auth_hash()
        request.session[PENDING] = {"user": user.pk, "at": now, "next": wanted, "proof": proof}
        return redirect("second-step")
    login(request, user, backend=BACKEND)
    return redirect(after_signing_in(request, wanted))


def is_plain(email: str, password: str) -> bool:
    """Whether they may be looked up: something, without NUL, not so long that hashing it takes a while."""
    return bool(email and password) and "\x00" not in email + password and len(password) <= LONGEST_PASSWORD


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """429: too many wrong passwords for this e-mail from this place."""
    minutes = round(float(settings.AXES_COOLOFF_TIME) * 60)
    notice = ngettext(
        "Too many wrong passwords. Wait {minutes} minute, then try again.",
        "Too many wrong passwords. Wait {minutes} minutes, then try again.",
        minutes,
    ).format(minutes=minutes)
    return _form(request, email=request.POST.get("email", "")[:254], notice=notice, status=429)


def _chosen_language(request: HttpRequest) -> HttpResponse | None:
    """A link names a language: remember it, and show the form again without it in the address."""
    language = request.GET.get("language", "")
    if language not in OWN_NAMES:
        return None
    response = redirect(
        f"{reverse('login')}?{urlencode({'next': safe_next(request)})}" if safe_next(request) else "login"
    )
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax", secure=request.is_secure()
    )
    return response


def safe_next(request: HttpRequest) -> str:
    """Where to go after signing in, when it is one of our own pages: a path from the root."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None) else ""


def _form(
    request: HttpRequest,
    *,
    email: str = "",
    missing: bool = False,
    wrong: bool = False,
    notice: str = "",
    status: int = 0,
) -> HttpResponse:
    password_error = ""
    if wrong:
        password_error = _wrong_password(request)
    elif missing and email:
        password_error = _("Write your password.")
    context = {
        "action": reverse("login"),
        "email": email,
        "next": safe_next(request),
        "notice": notice or (_("Sign in to go on.") if safe_next(request) and request.method == "GET" else ""),
        "notice_kind": "warning" if notice else "",
        "email_error": _("Write your e-mail.") if missing and not email else "",
        "password_error": password_error,
        "languages": [
            {"code": code, "name": name, "url": f"?{urlencode({'language': code, 'next': safe_next(request)})}"}
            for code, name in OWN_NAMES.items()
            if code != getattr(request, "LANGUAGE_CODE", "")
        ],
    }
    return render(request, "doors/login.html", context, status=status or (422 if wrong or missing else 200))


def _wrong_password(request: HttpRequest) -> str:
    """The same words whether the e-mail is known or not, and how many tries are left."""
    text = _("This e-mail and this password do not go together.")
    credentials = {"email": request.POST.get("email", "").strip().lower()}
    if not is_plain(credentials["email"], "any"):
        return text
    left = get_failure_limit(request, credentials) - AxesProxyHandler.get_failures(request, credentials)
    if left < 1:
        return text
    more = ngettext("{count} try left.", "{count} tries left.", left).format(count=left)
    return f"{text} {more}"


def after_signing_in(request: HttpRequest, wanted: str) -> str:
    """The page that was wanted, else the only firm, else the list of firms."""
    memberships = queries.memberships_of(queries.user_hash(request.user))  # type: ignore[arg-type]
    request.session["serves_many"] = len(memberships) > 1
    if wanted:
        return wanted
    if len(memberships) == 1:
        firms = queries.open_firms(queries.user_hash(request.user))  # type: ignore[arg-type]
        return home_of(firms[0]) if firms else reverse("firms")
    return reverse("firms")


def home_of(member: Member) -> str:
    """Where a member begins: staff, who see no figure, at the requests they capture."""
    return reverse("start" if has_role(member, READING) else "extra-requests", args=[member.firm.ref])


@never_cache
def kept(request: HttpRequest) -> HttpResponse:
    """What a form held when its session ended: shown to who typed it, to be sent or left."""
    if not request.user.is_authenticated:
        return redirect(f"{reverse('login')}?{urlencode({'next': request.get_full_path()})}")
    form = request.session.pop("kept_form", None) if request.method == "GET" else None
    if not form or not _is_theirs(request, form):
        return redirect("firms")
    fields = [(name, value) for name, values in form["fields"].items() for value in values]
    shown = [(name, value) for name, value in fields if value and name not in HIDDEN]
    return render(request, "doors/kept.html", {"to": form["to"], "fields": fields, "shown": shown})


HIDDEN = frozenset({"once", "seen", "next"})


def _is_theirs(request: HttpRequest, form: Mapping[str, Any]) -> bool:
    """Whether who signed in may be shown the form: theirs as far as is known, and of a firm of theirs."""
    if form.get("by") not in (None, "", str(request.user.pk)) or not form["to"].startswith("/f/"):
        return False
    ref = urlsplit(form["to"]).path.split("/")[2]
    return queries.find_membership(queries.user_hash(request.user), ref) is not None  # type: ignore[arg-type]


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("login")


def front_door(request: HttpRequest) -> HttpResponse:
    """``/``: to the firms, or to the sign-in page."""
    return redirect("firms" if request.user.is_authenticated else "login")
