"""What identifies or describes a person gets a sealed column; the plain one steps aside."""

from django.db import migrations

from portal.sealing.fields import SealedTextField
from portal.sealing.switching import set_aside


BREAKGLASS = {
    "reason": SealedTextField(subject="patient.subject"),
    "review_note": SealedTextField(subject="patient.subject", blank=True, default=""),
}
QUESTION = {
    "answer": SealedTextField(subject="event.patient.subject", blank=True, default=""),
}
FACTORRECOVERY = {
    "identity_note": SealedTextField(
        subject="user_id", blank=True, default="", help_text="How the person was recognised."
    ),
}
EMAILCHANGE = {
    "old_email": SealedTextField(subject="user_id", max_length=254),
    "new_email": SealedTextField(subject="user_id", max_length=254),
}
PATIENTINVITATION = {
    "email": SealedTextField(subject="patient.subject", max_length=254),
}


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_identity_invitations_and_changed_addresses"),
        ("sealing", "0001_keys"),
        ("people", "0007_drop_plain_columns"),
    ]

    operations = [
        *set_aside("breakglass", BREAKGLASS),
        *set_aside("question", QUESTION),
        *set_aside("factorrecovery", FACTORRECOVERY),
        *set_aside("emailchange", EMAILCHANGE),
        *set_aside("patientinvitation", PATIENTINVITATION),
    ]
