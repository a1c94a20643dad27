"""Django's settings for the store: the ORM and its migrations, nothing else.

Never named in DJANGO_SETTINGS_MODULE at run time (the practice portal is another Django
project, started by us with our environment): `bots.store.database` configures from here.
"""

from __future__ import annotations

from typing import Any

INSTALLED_APPS = ["bots.store"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"  # the store keeps UTC; the office's zone is for people
SECRET_KEY = "not used: the store signs nothing"  # Django's own start-up check

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30,
            # Take the write lock at once: a read that later writes cannot be refused then.
            "transaction_mode": "IMMEDIATE",
            # What was deleted is overwritten, so that no patient stays in a free page.
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=FULL;"
                "PRAGMA secure_delete=ON;"
                "PRAGMA foreign_keys=ON;"
            ),
        },
    }
}
