"""What identifies or describes a person gets a sealed column; the plain one steps aside."""

from django.db import migrations

from portal.sealing.fields import SealedDateField, SealedTextField
from portal.sealing.lookup import SealedLookupField
from portal.sealing.switching import set_aside


USER = {
    "name": SealedTextField(
        subject="id", max_length=120, help_text="As it should appear to patients, with title."
    ),
}
PATIENT = {
    "record_number": SealedTextField(subject="subject", max_length=30),
    "given_name": SealedTextField(subject="subject", max_length=80),
    "family_name": SealedTextField(subject="subject", max_length=80),
    "birth_date": SealedDateField(subject="subject"),
    "sex": SealedTextField(
        subject="subject",
        max_length=10,
        choices=[("female", "Female"), ("male", "Male"), ("unknown", "Not recorded")],
        default="unknown",
    ),
}
PROXYINVITATION = {
    "email": SealedTextField(subject="patient.subject", max_length=254),
}


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_account_language"),
        ("sealing", "0001_keys"),
    ]

    operations = [
        migrations.AlterModelOptions("patient", {}),
        *set_aside("user", USER),
        *set_aside("patient", PATIENT),
        migrations.AddField("patient", "record_number_lookup", SealedLookupField(of="record_number", unique=True)),
        *set_aside("proxyinvitation", PROXYINVITATION),
        migrations.AddField("proxyinvitation", "email_lookup", SealedLookupField(of="email")),
    ]
