"""The rows there are are sealed."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import seal_all


step = import_module("consent.desk.migrations.0002_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("consent_desk", "0002_sealed_columns"),
    ]

    operations = [
        seal_all("consent_desk", "Guardianship", step.GUARDIANSHIP),
    ]
