"""The plain columns go."""

from importlib import import_module

from django.db import migrations, models

from portal.reports.models import place_of_pdf
from portal.sealing.storage import SealedStorage
from portal.sealing.switching import drop_plain


step = import_module("portal.reports.migrations.0003_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_seal_rows"),
    ]

    operations = [
        *drop_plain("report", step.REPORT),
        migrations.AlterField(
            "report",
            "pdf",
            models.FileField(blank=True, max_length=200, storage=SealedStorage(), upload_to=place_of_pdf),
        ),
    ]
