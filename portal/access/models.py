"""The access log's one table: who looked at or did what, for whom, and why it was allowed. Only ever added to."""

import uuid

from django.conf import settings
from django.db import models

from consent.ledger.append_only import AppendOnly


class Outcome(models.TextChoices):
    PERMIT = "permit", "Allowed"
    DENY = "deny", "Refused"
    SYSTEM = "system", "Done by the system"


class AccessEvent(AppendOnly):
    """One look, act or refusal. `actor` is empty when the system did it."""

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=20)
    patient = models.ForeignKey("people.Patient", null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60, help_text="verb.resource, as in the permission matrix.")
    resource = models.CharField(max_length=60)
    resource_id = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=60, blank=True)
    consent_events = models.JSONField(default=list, help_text="Ids of the consent events it rests on.")

    class Meta(AppendOnly.Meta):
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["patient", "-sequence"])]
