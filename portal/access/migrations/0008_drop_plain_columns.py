"""The plain columns go."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import drop_plain


step = import_module("portal.access.migrations.0006_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0007_seal_rows"),
    ]

    operations = [
        *drop_plain("breakglass", step.BREAKGLASS),
        *drop_plain("question", step.QUESTION),
        *drop_plain("factorrecovery", step.FACTORRECOVERY),
        *drop_plain("emailchange", step.EMAILCHANGE),
        *drop_plain("patientinvitation", step.PATIENTINVITATION),
    ]
