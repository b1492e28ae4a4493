"""The plain columns go."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import drop_plain


step = import_module("portal.delivery.migrations.0003_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0004_seal_rows"),
    ]

    operations = [
        *drop_plain("annotation", step.ANNOTATION),
    ]
