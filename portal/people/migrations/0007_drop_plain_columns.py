"""The plain columns go."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import drop_plain


step = import_module("portal.people.migrations.0005_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_seal_rows"),
    ]

    operations = [
        *drop_plain("user", step.USER),
        *drop_plain("patient", step.PATIENT),
        *drop_plain("proxyinvitation", step.PROXYINVITATION),
    ]
