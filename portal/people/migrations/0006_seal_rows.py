"""The rows there are are sealed."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import seal_all


step = import_module("portal.people.migrations.0005_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_sealed_columns"),
    ]

    operations = [
        seal_all("people", "User", step.USER),
        seal_all("people", "Patient", step.PATIENT),
        seal_all("people", "ProxyInvitation", step.PROXYINVITATION),
    ]
