"""The plain columns go."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import drop_plain


step = import_module("consent.desk.migrations.0002_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("consent_desk", "0003_seal_rows"),
    ]

    operations = [
        *drop_plain("guardianship", step.GUARDIANSHIP),
    ]
