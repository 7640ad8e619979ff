"""Every setting, read from the environment; without one, a safe default for one machine.

With nothing set, the project keeps everything under ``DATA_DIR`` (SQLite, media,
the embedded broker). ``PRODUCTION=1`` turns the strict side on: it refuses to
start until what a public server needs has been set.
"""

import hashlib
import logging
import os
import secrets
import tempfile
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

from . import production


class _AsWritten(FileAwareMapping):  # type: ignore[misc]
    """Variables as they are: environ would take the value of `$x` from the variable `x`."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).rstrip("\r\n").replace("$", r"\$")


env = environ.FileAwareEnv()
env.ENVIRON, env.escape_proxy = _AsWritten(), True

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"]
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).expanduser().resolve()
PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# How many reverse proxies stand in front; their X-Forwarded-For is believed, no other.
NUM_PROXIES = env.int("NUM_PROXIES", default=0)
DATABASE_URL = env.str("DATABASE_URL", default="")
# Where DATABASE_URL holds none: a URL can't hold all characters of a password as they are.
DATABASE_PASSWORD = env.str("DATABASE_PASSWORD", default="")
REDIS_URL = env.str("REDIS_URL", default="")


def refuse_unsafe_production() -> None:
    """Stop at once, naming everything that is wrong, instead of running unsafely."""
    given = production.Environment(
        secret_key=SECRET_KEY,
        allowed_hosts=ALLOWED_HOSTS,
        trusted_origins=CSRF_TRUSTED_ORIGINS,
        database_url=DATABASE_URL,
        database_password=DATABASE_PASSWORD,
        redis_url=REDIS_URL,
        debug=DEBUG,
        proxies=NUM_PROXIES,
    )
    if problems := production.problems(given):
        raise ImproperlyConfigured(
            f"PRODUCTION=1 refuses to start: {'; '.join(problems)}. See .env.example."
        )


def local_secret_key() -> str:
    """The key of this data folder: made at the first start, readable by its owner only."""
    path = DATA_DIR / "secret_key"
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
    except OSError:
        path.unlink()  # or the next start would take half a key
        raise
    return path.read_text().strip()


def broker_socket() -> Path:
    """Where the embedded broker listens: a socket in DATA_DIR, so that no port can collide.

    A socket's path may have about 100 bytes; a deeper DATA_DIR gets one in the
    temporary folder, named after it.
    """
    path = DATA_DIR / "broker" / "valkey.sock"
    if len(os.fsencode(path)) < 100:
        return path
    digest = hashlib.sha256(os.fsencode(DATA_DIR)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"playlist-study-{os.getuid()}-{digest}" / "valkey.sock"


if PRODUCTION:
    refuse_unsafe_production()

# Who is asking

if not SECRET_KEY:
    try:
        SECRET_KEY = local_secret_key()
    except OSError as error:
        raise ImproperlyConfigured(
            f"Nothing can be written to {DATA_DIR} ({error.strerror}). Make room or let us write "
            "there, or choose another folder: DATA_DIR=folder"
        ) from error
if not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Participants may come back for so long. Researchers are signed out when they have gone away.
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
RESEARCHER_IDLE_MINUTES = env.int("RESEARCHER_IDLE_MINUTES", default=120)
SECURE_SSL_REDIRECT = PRODUCTION and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if NUM_PROXIES else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
# The container's health check asks over plain HTTP from inside.
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# The parts

INSTALLED_APPS = [
    "studyproject",
    "studyproject.apps.StudyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "recommender",
    "survey",
    "analysis",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "studyproject.caching.PrivateAnswers",
    "studyproject.permissions_policy.PermissionsPolicy",
    "csp.middleware.CSPMiddleware",
    "studyproject.methods.PageMethods",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "survey.views.language.PagesLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "studyproject.idle.ResearchersIdle",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "survey.views.trouble.Patience",
]
ROOT_URLCONF = "studyproject.urls"
WSGI_APPLICATION = "studyproject.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
CSRF_FAILURE_VIEW = "survey.views.trouble.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Where things are kept

DATABASES: dict[str, Any] = {
    "default": env.db_url("DATABASE_URL")
    if DATABASE_URL
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "db.sqlite3")}
}
if DATABASE_PASSWORD and not DATABASES["default"].get("PASSWORD"):
    DATABASES["default"]["PASSWORD"] = DATABASE_PASSWORD
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers don't wait for the writer, and a writer waits its turn instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # What waits for long says so, instead of a page that never comes.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "options": "-c lock_timeout=20s",
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database, not the broker: what it counts (attempts to sign in, guessed
# codes) must hold while the broker is down.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "studyproject_cache",
    }
}
MEDIA_ROOT = DATA_DIR / "media"
REPORTS_DIR = DATA_DIR / "reports"
MODELS_DIR = DATA_DIR / "models"
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "studyproject.storage.StaticFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# On one machine nobody should have to run collectstatic first.
WHITENOISE_USE_FINDERS = not PRODUCTION
FILE_UPLOAD_PERMISSIONS = 0o640
# Beside the media, so that an upload is moved and not copied.
UPLOADS_DIR = DATA_DIR / "uploads"
# Only the page for a participant's own song takes a file.
FILE_UPLOAD_HANDLERS = ["survey.uploads.NoFiles"]
OWN_SONG_MAX_BYTES = env.int("OWN_SONG_MAX_MB", default=30) * 1_000_000

# What every track is played at (EBU R 128), so that no condition wins by being louder.
LOUDNESS_LUFS = env.float("LOUDNESS_LUFS", default=-23.0)

# Work in the background

BROKER_SOCKET = broker_socket()
# Written while `manage.py serve` runs from this data folder: where its pages are.
ADDRESS_FILE = DATA_DIR / "address"
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{quote(os.fsencode(BROKER_SOCKET))}"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever: what waits needs nobody to start it again
# A broker whose disk is full refuses what it is told: workers wait for it, as for one that is away.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
# A page must not hang on a broker that is away: one short try, then it says so.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    # Above every task's time limit, or a long task would be handed out twice.
    "visibility_timeout": 60 * 60 * 2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_DEFAULT_QUEUE = "playlists"
CELERY_TASK_ROUTES = {
    "recommender.tasks.even_loudness": {"queue": "heavy"},
    "recommender.tasks.index_tracks": {"queue": "heavy"},
    "analysis.tasks.*": {"queue": "heavy"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "sweep-playlists": {
        "task": "recommender.tasks.sweep_playlists",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "sweep-own-songs": {
        "task": "recommender.tasks.sweep_own_songs",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "forget-what-expired": {
        "task": "studyproject.tasks.forget_what_expired",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "even-loudness": {
        "task": "recommender.tasks.even_loudness",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}

# What participants read; researchers' pages are in English

LANGUAGE_CODE = "en"
# Only what is translated in full: half a page in another language helps nobody.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "survey" / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
# Far above what anybody types: a text that is too long comes back with the form, and why. A
# researcher's form has a row of fields for each of its questions.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000

# Simulated participants say so, and are marked in the data.
BOT_USER_AGENT = "playlist-study-bot"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_PAGINATION_CLASS": "recommender.parameters.Pages",
    "PAGE_SIZE": 100,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": NUM_PROXIES,
    "DEFAULT_THROTTLE_RATES": {
        # Wrong codes and links: from one address in one study, and in one study from everywhere.
        **{"code": "10/min", "code-study": "200/min", "link": "10/min", "link-study": "200/min"},
        # Wrong passwords: from one address, and of one account from everywhere.
        **{"sign-in": "10/min", "account": "30/hour"},
        "upload": "6/min",
    },
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Playlist studies",
    "VERSION": VERSION,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAdminUser"],
}


def in_one_line(record: logging.LogRecord) -> bool:
    """The scheduler tells with every attempt, at length, that the broker is away."""
    if record.name == "celery.beat" and record.exc_info:
        record.msg, record.args, record.exc_info = record.getMessage().splitlines()[0], (), None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    # A personal link is a key: a refused one is not written down.
    "filters": {
        "no_links": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: record.levelno >= 40 or "/join/" not in record.getMessage(),
        },
        "in_one_line": {"()": "django.utils.log.CallbackFilter", "callback": in_one_line},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["no_links", "in_one_line"],
        }
    },
    "loggers": {"matplotlib": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
