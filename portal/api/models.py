"""Tokens with which a laboratory's own computer signs in. Only a hash is kept; the token is shown once."""

import uuid

from django.conf import settings
from django.db import models


class MachineToken(models.Model):
    """A laboratory account's key for the API. It stops working when it or the account is switched off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="machine_tokens")
    label = models.CharField(max_length=60, help_text="Which computer uses it.")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.label
