"""What identifies or describes a person gets a sealed column; the plain one steps aside."""

from django.db import migrations

from portal.sealing.fields import SealedJSONField, SealedTextField
from portal.sealing.lookup import SealedLookupField
from portal.sealing.switching import set_aside


TESTORDER = {
    "accession": SealedTextField(subject="patient.subject", max_length=40),
}
RESULTFILE = {
    "original_name": SealedTextField(subject="patient.subject", max_length=255),
    "sha256": SealedTextField(subject="patient.subject", max_length=64),
    "samples": SealedJSONField(
        subject="patient.subject", default=list, help_text="Sample names in the file."
    ),
    "sample": SealedTextField(
        subject="patient.subject",
        max_length=200,
        blank=True,
        default="",
        help_text="The sample that is this patient.",
    ),
    "genetic_sex": SealedTextField(subject="patient.subject", max_length=10, default="unknown"),
    "fingerprint": SealedJSONField(
        subject="patient.subject", default=dict, help_text="Genotypes at common sites, to notice a swapped sample."
    ),
    "stated": SealedJSONField(
        subject="patient.subject", default=dict, help_text="The person's identifiers as the sender gave them."
    ),
    "review_note": SealedTextField(subject="patient.subject", blank=True, default=""),
    "closing_note": SealedTextField(
        subject="patient.subject", blank=True, default="", help_text="Why it was closed."
    ),
}
INTERPRETATION = {
    "result": SealedJSONField(
        subject="patient.subject", help_text="The engine's answer, as `python -m genomics` prints it."
    ),
}
FINDING = {
    "subject": SealedTextField(
        subject="interpretation.patient.subject", max_length=120, help_text="Gene symbol or medicine name."
    ),
    "code": SealedTextField(
        subject="interpretation.patient.subject",
        max_length=120,
        blank=True,
        default="",
        help_text="Phenotype or action code; empty when unknown.",
    ),
    "detail": SealedJSONField(subject="interpretation.patient.subject"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0002_closed_files"),
        ("sealing", "0001_keys"),
        ("people", "0007_drop_plain_columns"),
    ]

    operations = [
        migrations.RemoveConstraint("testorder", "one_accession_per_lab"),
        migrations.RemoveConstraint("resultfile", "one_copy_of_a_file_per_patient"),
        migrations.RemoveIndex("finding", "results_fin_interpr_1d8327_idx"),
        *set_aside("testorder", TESTORDER),
        migrations.AddField("testorder", "accession_lookup", SealedLookupField(of="accession")),
        *set_aside("resultfile", RESULTFILE),
        migrations.AddField("resultfile", "sha256_lookup", SealedLookupField(of="sha256", db_index=True)),
        *set_aside("interpretation", INTERPRETATION),
        *set_aside("finding", FINDING),
    ]
