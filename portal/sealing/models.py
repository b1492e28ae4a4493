"""The wrapped keys: one per person, one per use of look-ups. Without a master key none of them opens anything."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class PersonKey(models.Model):
    """A person's key, wrapped by a master key. Once destroyed, the row stays, so that none is made for them again."""

    subject = models.UUIDField(primary_key=True, editable=False)
    wrapped = models.BinaryField(null=True, editable=False, help_text="Nothing once destroyed.")
    master = models.CharField(max_length=40, editable=False, db_index=True, help_text="Name of the wrapping key.")
    created = models.DateTimeField(default=timezone.now, editable=False)
    destroyed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=True, destroyed_at__isnull=False)
                | models.Q(wrapped__isnull=False, destroyed_at__isnull=True),
                name="a_key_is_wrapped_or_destroyed",
            )
        ]

    def __str__(self) -> str:
        return f"key of {self.subject}"

    @property
    def purpose(self) -> bytes:
        """Whose key this is, bound into the wrapping: one person's key never opens under another's name."""
        return b"person\0" + self.subject.bytes


class IndexKey(models.Model):
    """The key under which look-up values are hashed, wrapped by a master key. One for the whole installation."""

    name = models.CharField(max_length=20, primary_key=True, editable=False)
    wrapped = models.BinaryField(editable=False)
    master = models.CharField(max_length=40, editable=False, help_text="Name of the wrapping key.")
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"index key {self.name}"

    @property
    def purpose(self) -> bytes:
        return b"index\0" + self.name.encode()
