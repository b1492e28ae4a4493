"""The rows there are are sealed."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import seal_all

step = import_module("portal.rights.migrations.0002_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0002_sealed_columns"),
    ]

    operations = [
        seal_all("rights", "Erasure", step.ERASURE),
        seal_all("rights", "LifeEvent", step.LIFEEVENT),
        seal_all("rights", "RetentionDue", step.RETENTIONDUE),
    ]
