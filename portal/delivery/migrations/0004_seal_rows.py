"""The rows there are are sealed."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import seal_all


step = import_module("portal.delivery.migrations.0003_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0003_sealed_columns"),
    ]

    operations = [
        seal_all("delivery", "Annotation", step.ANNOTATION),
    ]
