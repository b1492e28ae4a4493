"""What identifies or describes a person gets a sealed column; the plain one steps aside."""

from django.db import migrations

from portal.sealing.fields import SealedTextField
from portal.sealing.switching import set_aside

ERASURE = {
    "why": SealedTextField(
        subject="patient.subject", blank=True, default="", help_text="Why it was refused; the patient reads it."
    ),
}
LIFEEVENT = {
    "basis": SealedTextField(
        subject="patient.subject", max_length=200, help_text="What it rests on, e.g. death certificate seen."
    ),
    "clinic": SealedTextField(
        subject="patient.subject",
        max_length=200,
        blank=True,
        default="",
        help_text="Where the patient is looked after now.",
    ),
    "decides": SealedTextField(
        subject="patient.subject",
        max_length=200,
        blank=True,
        default="",
        help_text="Who may decide after a death, and why.",
    ),
}
RETENTIONDUE = {
    "kept_why": SealedTextField(subject="patient.subject", max_length=200, blank=True, default=""),
}


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0001_copies_erasure_life_and_retention"),
        ("sealing", "0001_keys"),
        ("people", "0007_drop_plain_columns"),
    ]

    operations = [
        *set_aside("erasure", ERASURE),
        *set_aside("lifeevent", LIFEEVENT),
        *set_aside("retentiondue", RETENTIONDUE),
    ]
