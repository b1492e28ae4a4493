"""The rows there are and their files are sealed."""

from importlib import import_module

from django.db import migrations

from portal.sealing.switching import seal_all, seal_files


step = import_module("portal.results.migrations.0003_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0003_sealed_columns"),
    ]

    operations = [
        seal_all("results", "TestOrder", step.TESTORDER),
        seal_all("results", "ResultFile", step.RESULTFILE),
        seal_all("results", "Interpretation", step.INTERPRETATION),
        seal_all("results", "Finding", step.FINDING),
        seal_files("results", "ResultFile", "file", "results"),
    ]
