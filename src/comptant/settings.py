"""Every setting, from the environment. Development values are safe; production refuses to start on them.

The names a person may set are listed in docs/settings.md; each begins with COMPTANT_, but for DATABASE_URL.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from comptant.ground.database import place

PACKAGE = Path(__file__).parent


def env_text(name: str, development: str) -> str:
    """The variable, or in development its safe value."""
    value = os.environ.get(name, "")
    if not value and IN_PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set when COMPTANT_ENV is production")
    return value or development


def env_flag(name: str, *, default: bool) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off."""
    value = os.environ.get(name, "").strip().lower()
    if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return value in ("1", "true", "yes", "on") if value else default
    raise ImproperlyConfigured(f"{name} must be 1 or 0, and is {value!r}")


def env_names(name: str, development: list[str]) -> list[str]:
    """The variable's names, separated by commas, or in development the safe ones."""
    return [part.strip() for part in env_text(name, ",".join(development)).split(",") if part.strip()]


def env_count(name: str, *, default: int) -> int:
    """A whole number, one or more."""
    value = os.environ.get(name, "").strip()
    if value and (not value.isdecimal() or int(value) < 1):
        raise ImproperlyConfigured(f"{name} must be a whole number, one or more, and is {value!r}")
    return int(value) if value else default


IN_PRODUCTION = os.environ.get("COMPTANT_ENV", "development") == "production"
HOME = place.home_folder()

# --- safety -----------------------------------------------------------------------------------------------------------
DEBUG = env_flag("COMPTANT_DEBUG", default=False)
if DEBUG and IN_PRODUCTION:
    raise ImproperlyConfigured("COMPTANT_DEBUG shows the inside of the program: it must be 0 in production")
SECRET_KEY = env_text("COMPTANT_SECRET_KEY", place.secret_key(HOME) if not IN_PRODUCTION else "")
if IN_PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("COMPTANT_SECRET_KEY must be 50 characters or more")
ALLOWED_HOSTS = env_names("COMPTANT_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS] if IN_PRODUCTION else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IN_PRODUCTION else None
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IN_PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if IN_PRODUCTION else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "comptant.ground.web.errors.csrf_failed"

# --- database: the server and every command are `app`; `owner` only migrates ------------------------------------------
APP_ROLE, OWNER_ROLE, BATCH_ROLE = place.APP_ROLE, place.OWNER_ROLE, place.BATCH_ROLE
DATABASES = place.connections(HOME)

# --- rooms ------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "comptant.ground.firms",
    "comptant.ground.access",
    "comptant.ground.parties",
    "comptant.ground.deals",
    "comptant.ground.journal",
    "comptant.ground.documents",
    "comptant.ground.mail",
    "comptant.ground.web",
    "comptant.journey.prospects",
    "comptant.journey.pipeline",
    "comptant.journey.offers",
    "comptant.journey.invoices",
    "comptant.journey.payments",
    "comptant.journey.recovery",
    "comptant.outlook.reports",
    "comptant.outlook.today",
    "comptant.doors.web",
    "comptant.doors.api",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
]
MIDDLEWARE = [
    "comptant.ground.web.security.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "comptant.ground.web.middleware.MomentMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "comptant.ground.web.middleware.LanguageMiddleware",
    "comptant.ground.web.middleware.FirmMiddleware",
    "comptant.doors.api.middleware.ApiMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "comptant.doors.web.urls"
WSGI_APPLICATION = "comptant.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- who signs in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "firms.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/firms/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# Five wrong passwords for one e-mail from one address: a quarter of an hour's wait.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_CALLABLE = "comptant.doors.web.entrance.locked_out"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True

# --- languages, days --------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("fr-ca", _("French (Québec)")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = PACKAGE / "collected"
_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists() or env_flag("COMPTANT_COLLECTING", default=False)
_STATIC = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if _COLLECTED and not DEBUG
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC},
}
WHITENOISE_USE_FINDERS = DEBUG or not _COLLECTED
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
MEDIA_ROOT = HOME / "files"
# A file larger than this is told so before it is read; imports of a million rows weigh less.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
MAX_IMPORT_BYTES = 200_000_000

# --- letters and links ------------------------------------------------------------------------------------------------
# What a link in a letter begins with; HTTPS on the first of COMPTANT_HOSTS where that is a public name.
BASE_URL = (
    os.environ.get("COMPTANT_BASE_URL", "")
    or (f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if IN_PRODUCTION else "http://127.0.0.1:8000")
).rstrip("/")
# Without it letters wait, and doctor says so.
SMTP_URL = os.environ.get("COMPTANT_SMTP_URL", "")
MAIL_FROM = os.environ.get("COMPTANT_MAIL_FROM", "")
MAIL_PER_MINUTE = env_count("COMPTANT_MAIL_PER_MINUTE", default=60)
API_PER_MINUTE = env_count("COMPTANT_API_PER_MINUTE", default=600)
# Threads of each serving process: while one waits for its commit to reach the disk, the other answers.
WEB_THREADS = env_count("COMPTANT_WEB_THREADS", default=2)

# --- words to the operator --------------------------------------------------------------------------------------------
LOG_FOLDER = HOME / "logs"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without_secrets": {"()": "comptant.ground.web.secrets.WithoutSecrets"}},
    "handlers": {
        "file": {
            "class": "comptant.ground.database.place.HomeLogHandler",
            "filters": ["without_secrets"],
            "folder": str(LOG_FOLDER),
            "formatter": "line",
        },
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_secrets"],
            "level": "CRITICAL",
        },
    },
    "root": {"handlers": ["file"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["file"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["file"], "level": "ERROR", "propagate": False},
        "axes": {"handlers": ["file"], "level": "WARNING", "propagate": False},
    },
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
