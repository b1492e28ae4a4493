"""The rows there are and their files are sealed."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import seal_all, seal_files


step = import_module("portal.reports.migrations.0003_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_sealed_columns"),
    ]

    operations = [
        seal_all("reports", "Report", step.REPORT),
        seal_files("reports", "Report", "pdf", "reports"),
    ]
