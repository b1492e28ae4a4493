"""The plain columns go."""

from importlib import import_module

from django.db import migrations, models

from portal.results.models import place_of_file
from portal.sealing.storage import SealedStorage
from portal.sealing.switching import drop_plain


step = import_module("portal.results.migrations.0003_sealed_columns")


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0004_seal_rows"),
    ]

    operations = [
        *drop_plain("testorder", step.TESTORDER),
        *drop_plain("resultfile", step.RESULTFILE),
        *drop_plain("interpretation", step.INTERPRETATION),
        *drop_plain("finding", step.FINDING),
        migrations.AlterField(
            "resultfile",
            "file",
            models.FileField(max_length=200, storage=SealedStorage(), upload_to=place_of_file),
        ),
        migrations.AddIndex(
            "finding", models.Index(fields=["interpretation", "kind"], name="results_fin_interpr_0c937f_idx")
        ),
        migrations.AddConstraint(
            "resultfile",
            models.UniqueConstraint(fields=["patient", "sha256_lookup"], name="one_copy_of_a_file_per_patient"),
        ),
        migrations.AddConstraint(
            "testorder",
            models.UniqueConstraint(fields=["laboratory", "accession_lookup"], name="one_accession_per_lab"),
        ),
    ]
