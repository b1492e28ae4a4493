"""What identifies or describes a person gets a sealed column; the plain one steps aside."""

from django.db import migrations

from portal.sealing.fields import SealedTextField
from portal.sealing.switching import set_aside


ANNOTATION = {
    "about": SealedTextField(
        subject="report.patient.subject",
        max_length=120,
        blank=True,
        default="",
        help_text="Medicine name, or empty for the whole report.",
    ),
    "text": SealedTextField(subject="report.patient.subject"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0002_notes_per_author"),
        ("sealing", "0001_keys"),
        ("people", "0007_drop_plain_columns"),
    ]

    operations = [
        migrations.RemoveConstraint("annotation", "one_note_per_author_and_place"),
        *set_aside("annotation", ANNOTATION),
    ]
