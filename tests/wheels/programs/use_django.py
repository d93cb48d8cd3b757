"""Django: its own migrations on SQLite in memory, templates of the admin, translations, static files."""

from __future__ import annotations

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["testserver"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib." + name
        for name in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    ROOT_URLCONF="__main__",
    SECRET_KEY="test",
    STATIC_URL="static/",
    TEMPLATES=[
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
    ],
)
django.setup()

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import path
from django.utils import translation

urlpatterns = [path("admin/", admin.site.urls)]


def main() -> None:
    """Migrates, logs in, and reads a page."""
    call_command("migrate", verbosity=0)
    assert "auth_user" in connection.introspection.table_names()
    call_command("makemigrations", check=True, verbosity=0)
    User.objects.create_superuser("root", "root@example.com", "secret")
    client = Client()
    assert client.login(username="root", password="secret")
    assert b"Site administration" in client.get("/admin/").content
    with translation.override("de"):
        assert translation.gettext("Yes") == "Ja"
    assert finders.find("admin/css/base.css")
    assert len(list(finders.get_finders())) == 2
    print("Django", django.__version__, "works")


if __name__ == "__main__":
    main()
