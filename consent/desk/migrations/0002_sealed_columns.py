"""What identifies or describes a person gets a sealed column; the plain one steps aside."""

from django.db import migrations

from portal.sealing.fields import SealedTextField
from portal.sealing.switching import set_aside


GUARDIANSHIP = {
    "basis": SealedTextField(
        subject="patient.subject", max_length=120, help_text="What it rests on, e.g. birth certificate seen."
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("consent_desk", "0001_initial"),
        ("sealing", "0001_keys"),
        ("people", "0007_drop_plain_columns"),
    ]

    operations = [
        *set_aside("guardianship", GUARDIANSHIP),
    ]
