"""The plain columns go."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import drop_plain

step = import_module("portal.rights.migrations.0002_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0003_seal_rows"),
    ]

    operations = [
        *drop_plain("erasure", step.ERASURE),
        *drop_plain("lifeevent", step.LIFEEVENT),
        *drop_plain("retentiondue", step.RETENTIONDUE),
    ]
