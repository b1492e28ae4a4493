"""What identifies or describes a person gets a sealed column; the plain one steps aside."""

from django.db import migrations

from portal.sealing.fields import SealedJSONField
from portal.sealing.switching import set_aside


REPORT = {
    "document": SealedJSONField(
        subject="patient.subject", default=dict, help_text="`portal.reports.compose.Document` as JSON."
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_replaced_reports"),
        ("sealing", "0001_keys"),
        ("people", "0007_drop_plain_columns"),
    ]

    operations = [
        *set_aside("report", REPORT),
    ]
