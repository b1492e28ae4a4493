"""From a draft to a patient who has read it: notes, options left out or added, signatures, release, taking back."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.delivery.release_state import Choice
from portal.people.models import Patient
from portal.reports.models import Report
from portal.sealing.fields import SealedTextField


class NoteKind(models.TextChoices):
    """What a note says about a medicine; the patient reads these words before it."""

    PLAIN = "", _("Just a note")
    SUITS = "suits", _("Suits you because")
    CAREFUL = "careful", _("Be careful because")
    NOT_FOR_YOU = "not_for_you", _("Not for you because")
    CHANGED = "changed", _("What is new in this report, and why")


class Annotation(models.Model):
    """A clinician's note on a draft: on the whole report (`about` empty) or on one medicine.

    One per author and place: `actions.annotate` sees to it, holding the report's row. Both columns are sealed, and an
    equal hash on two reports would tell that they speak of the same medicine.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="annotations")
    about = SealedTextField(
        subject="report.patient.subject",
        max_length=120,
        blank=True,
        default="",
        help_text="Medicine name, or empty for the whole report.",
    )
    text = SealedTextField(subject="report.patient.subject")
    kind = models.CharField(max_length=12, choices=NoteKind, blank=True, default=NoteKind.PLAIN)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)


class OptionChange(models.Model):
    """A medicine whose advice a clinician left out of a draft, or an option they added to it. The patient is told."""

    class Act(models.TextChoices):
        LEFT_OUT = "left_out", _("Left out")
        ADDED = "added", _("Added")

    class Reason(models.TextChoices):
        NOT_TAKEN = "not_taken", _("You do not take it, and nobody plans to give it to you.")
        TALKED = "talked", _("You and your doctor have talked about it.")
        CLINIC = "clinic", _("Our clinic does not give this medicine.")
        OTHER = "other", _("See the words below.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="option_changes")
    act = models.CharField(max_length=10, choices=Act)
    about = SealedTextField(subject="report.patient.subject", max_length=120)
    reason = models.CharField(max_length=12, choices=Reason, blank=True, default="")
    words = SealedTextField(subject="report.patient.subject", blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)


class FirstSignature(models.Model):
    """The first of two signatures on a draft with grave findings. It holds only while the draft is what it signed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="first_signature")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    name = models.CharField(max_length=120, help_text="The signer's name as it stood then.")
    shown_hash = models.CharField(max_length=64, help_text="sha256 of the draft and notes on the signer's screen.")
    content_hash = models.CharField(max_length=64, help_text="sha256 of the draft.")
    knowledge_release = models.CharField(max_length=64)
    at = models.DateTimeField()


class SignOff(models.Model):
    """A clinician's signature: binds the exact content, the facts used, the role and the time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="sign_off")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    name = models.CharField(max_length=120, help_text="The signer's name as it stood then.")
    shown_hash = models.CharField(max_length=64, help_text="sha256 of the draft and notes on the signer's screen.")
    content_hash = models.CharField(max_length=64, help_text="sha256 of the signed document.")
    knowledge_release = models.CharField(max_length=64)
    at = models.DateTimeField()


class ResultKind(models.TextChoices):
    """Kinds of results a person can choose a time for. A new kind is a line here and its words on the page."""

    MEDICINES = "medicines", _("How my genes and my medicines go together")


class HoldReason(models.TextChoices):
    """Why a clinic keeps a report back. The patient reads the sentence for it."""

    TALK_FIRST = "talk_first", _("We want to talk with the patient first")
    SECOND_LOOK = "second_look", _("Somebody else has to check it too")
    MORE_TO_COME = "more_to_come", _("Another result belongs to it")


class ReleasePreference(models.Model):
    """How a patient wants one kind of result: at once, on a date, with a counsellor, or not until they ask.

    No row: they have not chosen, and results come at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="release_preferences")
    kind = models.CharField(max_length=20, choices=ResultKind)
    choice = models.CharField(max_length=20, choices=[(choice.value, choice.name) for choice in Choice])
    on = models.DateField(null=True, blank=True)
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "kind"], name="one_release_preference_per_kind"),
            models.CheckConstraint(
                condition=Q(choice="on_date", on__isnull=False) | (~Q(choice="on_date") & Q(on=None)),
                name="a_date_goes_with_its_choice",
            ),
        ]


class Hold(models.Model):
    """The clinic keeps one report back for a reason and for a time. It ends by itself; the patient is told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=20, choices=HoldReason)
    until = models.DateTimeField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["placed_at"]
        constraints = [
            models.UniqueConstraint(fields=["report"], condition=Q(lifted_at=None), name="one_hold_at_a_time")
        ]


class Release(models.Model):
    """A signed report on its way to its patient, who may read it from `at` on. None: it waits, and no moment is set.

    `at` is worked out by `release_state`, anew whenever the wish or a hold changes; what was read stays open.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="release")
    at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(
        null=True, blank=True, help_text="The patient asked for it after all, or it was opened with them."
    )
    told_at = models.DateTimeField(null=True, blank=True, help_text="Since when mail says that there is news.")
    first_read_at = models.DateTimeField(null=True, blank=True)


class Withdrawal(models.Model):
    """A signed report that nobody may rely on any more, why, and who took it back. The report itself stays."""

    class Reason(models.TextChoices):
        WRONG_PERSON = "wrong_person", _("The test may be of another person.")
        LABORATORY = "laboratory", _("The lab found a mistake in the test.")
        WRONG_ADVICE = "wrong_advice", _("Some of the advice in it was wrong.")
        OTHER = "other", _("We found something in it that has to be put right.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=20, choices=Reason)
    words = SealedTextField(subject="report.patient.subject", blank=True, default="")
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, help_text="Whom the patient can ask: the name as it stood then.")
    at = models.DateTimeField()
    first_read_at = models.DateTimeField(null=True, blank=True)


class Share(models.Model):
    """One report, shown to one doctor outside the clinic for a time. It opens nothing alone.

    Whether it holds, and until when, only the ledger says: the patient's yes to exactly this share, with its end. The
    link, the code and the reader's browser are known here by keyed hashes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="shares")
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    doctor = SealedTextField(subject="report.patient.subject", max_length=120)
    email = SealedTextField(subject="report.patient.subject", max_length=254)
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    given_at = models.DateTimeField(null=True, help_text="The patient said yes, and the link went out.")
    until = models.DateTimeField(null=True, help_text="As the yes says; shown on pages, never asked.")
    link_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    code_hash = models.CharField(max_length=64, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    reader_hash = models.CharField(max_length=64, blank=True, default="", help_text="The one browser that may read.")
    used_at = models.DateTimeField(null=True, help_text="The link was used; it works once.")

    class Meta:
        ordering = ["-at"]
