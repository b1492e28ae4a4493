"""The consent ledger's one table: acts of permitting, refusing or withdrawing. Rows are only ever added."""

import uuid

from django.db import models

from consent.ledger.append_only import AppendOnly


class Decision(models.TextChoices):
    PERMIT = "permit", "Permitted"
    DENY = "deny", "Refused"
    WITHDRAW = "withdraw", "Withdrawn"


class ConsentEvent(AppendOnly):
    """One act about one scope. The state is a fold over these rows (`consent.ledger.fold`), never a column."""

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.UUIDField(help_text="The person, as an opaque id.", db_index=True)
    scope = models.CharField(max_length=60)
    decision = models.CharField(max_length=10, choices=Decision)
    template = models.CharField(max_length=60, help_text="Code of the text that was shown.")
    template_version = models.CharField(max_length=20)
    template_hash = models.CharField(max_length=64, help_text="sha256 of the exact text that was shown.")
    locale = models.CharField(max_length=12)
    signer = models.UUIDField(help_text="Who decided, as an opaque id.")
    capacity = models.CharField(max_length=20, default="self")
    method = models.CharField(max_length=20, default="web")
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta(AppendOnly.Meta):
        ordering = ["sequence"]
        indexes = [models.Index(fields=["subject", "scope", "sequence"])]
