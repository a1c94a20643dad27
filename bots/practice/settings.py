"""Django settings of the practice portal. Everything comes from its own data folder."""

from __future__ import annotations

import os

from bots.practice import folder

DATA = folder.here()
SECRET_KEY = DATA.secret()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "bots.practice.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "bots.practice.billing",
]
MIDDLEWARE = [
    "bots.practice.requests.RequestLog",
    # Sets Content-Length, without which no line is kept alive.
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bots.practice.sessions.SessionLimit",
    "bots.practice.faults.middleware.Faults",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "bots.practice.billing.paint.environment"},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA.database,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["bots.practice.people.PracticeHasher"]
LOGIN_URL = "/login/"
SESSION_COOKIE_NAME = "practice_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "practice_csrf"
CSRF_FAILURE_VIEW = "bots.practice.billing.doors.csrf_refused"
USE_TZ = True
TIME_ZONE = "America/New_York"
USE_I18N = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(name)s %(levelname)s %(message)s"}},
    "handlers": {
        "file": {
            "class": "logging.FileHandler",
            "filename": os.fspath(DATA.root / "portal.log"),
            "formatter": "line",
            "delay": True,
        },
        "none": {"class": "logging.NullHandler"},
    },
    "loggers": {
        "django.server": {"handlers": ["none"], "propagate": False},
        "django.request": {"handlers": ["file"], "propagate": False, "level": "ERROR"},
        "django.security": {"handlers": ["file"], "propagate": False, "level": "ERROR"},
    },
}
