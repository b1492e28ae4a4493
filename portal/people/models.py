"""Who there is: accounts with a role, patients, laboratories, and who cares for whom."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.sealing.fields import HasKey, SealedDateField, SealedTextField
from portal.sealing.lookup import SealedLookupField


class Role(models.TextChoices):
    PATIENT = "patient", _("Patient")
    CLINICIAN = "clinician", _("Clinician")
    COUNSELLOR = "counsellor", _("Genetic counsellor")
    LABORATORY = "laboratory", _("Laboratory")
    RESEARCHER = "researcher", _("Researcher")
    PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")
    OPERATOR = "operator", _("Operator")


class Sex(models.TextChoices):
    """Sex as recorded by the clinic; used only to notice a swapped sample."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    UNKNOWN = "unknown", _("Not recorded")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(
            email, password, **{"role": Role.OPERATOR, "is_staff": True, "is_superuser": True, **fields}
        )


class Laboratory(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    phone = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name_plural = "laboratories"

    def __str__(self) -> str:
        return self.name


class User(HasKey, AbstractUser):
    """An account. Everyone signs in by e-mail; the role decides what the permission matrix allows."""

    key_of = "id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = SealedTextField(subject="id", max_length=120, help_text="As it should appear to patients, with title.")
    role = models.CharField(max_length=20, choices=Role)
    laboratory = models.ForeignKey(Laboratory, null=True, blank=True, on_delete=models.PROTECT)
    language = models.CharField(max_length=12, blank=True, help_text="Of pages and messages; empty: never chosen.")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self.name)

    def get_full_name(self) -> str:
        return str(self.name)

    @property
    def speaks(self) -> str:
        """The language of what is sent to them."""
        return self.language or settings.LANGUAGE_CODE


class BorrowedGenome(models.TextChoices):
    """Whose genome an invented person of a demonstration has been given."""

    PUBLIC = "public_genome", _("Public reference genome")
    OWN = "own_genome", _("File of the person who runs the demonstration")


class Patient(HasKey, models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="patient")
    subject = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="The consent ledger's id.")
    record_number = SealedTextField(subject="subject", max_length=30)
    record_number_lookup = SealedLookupField(of="record_number", unique=True)
    given_name = SealedTextField(subject="subject", max_length=80)
    family_name = SealedTextField(subject="subject", max_length=80)
    birth_date = SealedDateField(subject="subject")
    sex = SealedTextField(subject="subject", max_length=10, choices=Sex, default=Sex.UNKNOWN)
    language = models.CharField(max_length=12, default="en")
    made_up = models.BooleanField(default=False, help_text="A made-up person: said on every page and PDF.")
    identity_checked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Nobody reads results about themselves before this."
    )
    frozen_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="The person has died: the team reads the record, no more.",
    )
    erased_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Only the pseudonym is left, for the log and the ledger."
    )
    borrowed_genome = models.CharField(
        max_length=20,
        blank=True,
        choices=BorrowedGenome,
        help_text="An invented person with somebody's real genome: said on every page and PDF.",
    )

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def invented(self) -> str:
        """What every page must say when this is nobody real: `made_up`, or whose genome it is; else nothing."""
        return "made_up" if self.made_up else self.borrowed_genome


class CareRelationship(models.Model):
    """A staff member looks after a patient from `since` until `until` (open while null)."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="care")
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="cares_for")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    emergency = models.BooleanField(default=False, help_text="Opened by breaking the glass: reading only, one hour.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "member"],
                condition=models.Q(until=None),
                name="one_open_care_relationship",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} cares for {self.patient_id}"


class ProxyGrant(models.Model):
    """A patient chose somebody to see parts of their record.

    It opens nothing alone: each part also needs the patient's yes in the consent ledger. Who decides for a patient
    (a parent, a guardian, an attorney) has no grant; that footing is kept by the consent desk.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="proxies")
    proxy = models.ForeignKey(User, on_delete=models.CASCADE, related_name="acts_for")
    covers = models.JSONField(default=list, help_text="What it opens: files, reports.")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "proxy"], condition=models.Q(until=None), name="one_open_proxy_grant"
            )
        ]


class ProxyInvitation(models.Model):
    """Three steps to a grant: the patient invites, the person accepts with a code, the patient confirms."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="proxy_invitations")
    email = SealedTextField(subject="patient.subject", max_length=254)
    email_lookup = SealedLookupField(of="email")
    covers = models.JSONField(default=list)
    code_hash = models.CharField(max_length=64, help_text="The code the patient tells the person; never e-mailed.")
    attempts = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, help_text="Confirmed, or taken back.")
