"""The consent ledger's tables: acts of permitting, refusing or withdrawing, and the texts people were asked with."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.ledger.append_only import AppendOnly


class Decision(models.TextChoices):
    """What an act says. Only PERMIT can ever allow anything."""

    SHOWN = "shown", _("Text shown")
    UNCLEAR = "unclear", _("Not understood yet: a counsellor helps")
    COUNSELLED = "counselled", _("A counsellor has talked it through")
    PERMIT = "permit", _("Permitted")
    DENY = "deny", _("Refused")
    WITHDRAW = "withdraw", _("Withdrawn")
    LAPSED = "lapsed", _("The signer may no longer decide")
    IN_ERROR = "in_error", _("Another act was entered in error")


class Capacity(models.TextChoices):
    """On what footing the signer decides."""

    SELF = "self", _("For themselves")
    PARENT = "parent", _("Parent")
    GUARDIAN = "guardian", _("Legal guardian")
    ATTORNEY = "attorney", _("Holds a power of attorney")


class Reach(models.TextChoices):
    """How far a withdrawal goes, after the wording of large cohorts; each includes the ones before it."""

    NO_CONTACT = "no_contact", "Do not contact me"
    NO_ACCESS = "no_access", "Collect nothing more"
    NO_USE = "no_use", "Use nothing any more"
    ERASE = "erase", "Erase what can be erased"


class ConsentEvent(AppendOnly):
    """One act about one scope. The state is a fold over these rows (`consent.ledger.fold`), never a column.

    Each row is chained to the one before it of the same person (`consent.ledger.chain`).
    """

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.UUIDField(help_text="The person, as an opaque id.", db_index=True)
    position = models.PositiveIntegerField(help_text="1 for a person's first act, then 2, 3, …")
    scope = models.CharField(max_length=80)
    decision = models.CharField(max_length=12, choices=Decision)
    reach = models.CharField(max_length=12, choices=Reach, blank=True, help_text="How far a withdrawal goes.")
    corrects = models.UUIDField(null=True, blank=True, help_text="The act that was entered in error, or has lapsed.")
    template = models.CharField(max_length=80, help_text="Code of the text that was shown.")
    template_version = models.CharField(max_length=20)
    template_hash = models.CharField(max_length=64, help_text="sha256 of the exact text that was shown.")
    list_version = models.CharField(max_length=20, blank=True, help_text="Version of the list the scope refers to.")
    locale = models.CharField(max_length=12)
    signer = models.UUIDField(help_text="Who decided, as an opaque id.")
    capacity = models.CharField(max_length=20, choices=Capacity, default=Capacity.SELF)
    capacity_basis = models.CharField(max_length=120, blank=True, help_text="What the capacity rests on.")
    capacity_until = models.DateTimeField(null=True, blank=True, help_text="When the capacity ends.")
    witness = models.UUIDField(null=True, blank=True, help_text="A counsellor who was there; never decides.")
    comprehension = models.JSONField(default=dict, blank=True, help_text="Questions, attempts, passed.")
    method = models.CharField(max_length=20, default="web")
    auth_level = models.CharField(max_length=20, blank=True, help_text="How surely the signer was known.")
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    previous = models.CharField(max_length=64, blank=True, help_text="Seal of the person's act before this one.")
    seal = models.CharField(max_length=64, help_text="Keyed hash over this act and the seal before it.")

    class Meta(AppendOnly.Meta):
        ordering = ["sequence"]
        indexes = [models.Index(fields=["subject", "scope", "sequence"])]
        constraints = [
            # One line of acts per person: two acts at once cannot both be the next one.
            models.UniqueConstraint(fields=["subject", "position"], name="one_act_per_position"),
        ]


class ConsentTemplate(models.Model):
    """One exact text for one scope in one language. A published one can no longer be changed or removed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.CharField(max_length=80)
    locale = models.CharField(max_length=12)
    version = models.CharField(max_length=20)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    material = models.BooleanField(help_text="Changes what is allowed: people who said yes are asked again.")
    drafted_by = models.UUIDField(help_text="Who wrote it, as an opaque id.")
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["scope", "locale", "published_at"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "locale", "version"], name="one_text_per_version"),
        ]


class TemplateApproval(AppendOnly):
    """Somebody other than the writer approved exactly this text."""

    template = models.ForeignKey(ConsentTemplate, on_delete=models.PROTECT, related_name="approvals")
    approved_by = models.UUIDField(help_text="Who approved it, as an opaque id.")
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        constraints = [
            models.UniqueConstraint(fields=["template", "approved_by"], name="one_approval_per_person"),
        ]
