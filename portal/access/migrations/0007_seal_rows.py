"""The rows there are are sealed."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import seal_all


step = import_module("portal.access.migrations.0006_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_sealed_columns"),
    ]

    operations = [
        seal_all("access", "BreakGlass", step.BREAKGLASS),
        seal_all("access", "Question", step.QUESTION),
        seal_all("access", "FactorRecovery", step.FACTORRECOVERY),
        seal_all("access", "EmailChange", step.EMAILCHANGE),
        seal_all("access", "PatientInvitation", step.PATIENTINVITATION),
    ]
