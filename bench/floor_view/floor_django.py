"""The least that a signed-in Django page costs: the usual middleware, a session, one query, one template.

FLOOR_DSN names the database and FLOOR_SCHEMA where its tables are. Run as a script it prints a session's key.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import django
from django.conf import settings

TEMPLATE = """<!doctype html><title>Opportunities</title><table>
<tr><th>Number<th>Party<th>Amount<th>Stage<th>Start<th>%</tr>
{% for o in rows %}<tr><td><a href="/o/{{ o.id }}">{{ o.number }}</a><td>{{ o.party.name }}<td>{{ o.amount }}
<td>{{ o.stage }}<td>{{ o.start_date|date:"Y-m-d" }}<td>{{ o.probability }}</tr>{% endfor %}</table>"""

where = urlsplit(os.environ["FLOOR_DSN"])
settings.configure(
    SECRET_KEY="bench-only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": where.path.lstrip("/"),
            "USER": where.username,
            "HOST": where.hostname,
            "PORT": where.port,
            "CONN_MAX_AGE": None,
            "OPTIONS": {"options": f"-c search_path={os.environ['FLOOR_SCHEMA']},public"},
        }
    },
    INSTALLED_APPS=[f"django.contrib.{app}" for app in ("contenttypes", "auth", "sessions", "messages")],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"list.html": TEMPLATE})],
                    )
                ]
            },
        }
    ],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Party(models.Model):
    """Whom an opportunity is with."""

    name = models.TextField()

    class Meta:
        managed, db_table, app_label = False, "party", "floor"


class Opportunity(models.Model):
    """One row of the list."""

    number = models.TextField()
    party = models.ForeignKey(Party, models.PROTECT)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    stage = models.TextField()
    start_date = models.DateField()
    probability = models.FloatField()

    class Meta:
        managed, db_table, app_label = False, "opportunity", "floor"


def ping(request: HttpRequest) -> HttpResponse:
    """Whether it answers."""
    return HttpResponse("ok")


def fifty(request: HttpRequest) -> HttpResponse:
    """The fifty largest, to someone who is signed in."""
    assert request.user.is_authenticated
    rows = Opportunity.objects.select_related("party").filter(stage__in=["lead", "opportunity"])
    return render(request, "list.html", {"rows": rows.order_by("-amount", "id")[:50]})


def fifty_json(request: HttpRequest) -> HttpResponse:
    """The same as JSON."""
    assert request.user.is_authenticated
    rows = Opportunity.objects.select_related("party").filter(stage__in=["lead", "opportunity"])
    names = ("id", "number", "start_date", "party_id", "party__name", "amount", "stage", "probability")
    return JsonResponse(list(rows.order_by("-amount", "id")[:50].values(*names)), safe=False)


urlpatterns = [path("ping", ping), path("list", fifty), path("json", fifty_json)]
application = get_wsgi_application()


def sign_in() -> str:
    """The key of a session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    user, _ = get_user_model().objects.get_or_create(username="bench")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    print(sign_in())
