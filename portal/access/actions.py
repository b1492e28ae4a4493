"""Acts on accounts, care and the log: invite, register, begin care, break the glass, question a line, answer it."""

from __future__ import annotations

from datetime import date

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from portal.access import log
from portal.access.decide import Decision, Denied, require
from portal.access.emergencies import OPEN_FOR, REVIEWED_WITHIN, NoSuchRecord
from portal.access.models import AccessEvent, BreakGlass, FactorRecovery, NoticeOwed, Outcome, Question
from portal.access.recovery import (
    TooEarly,
    ends_at,
    let_expire,
    take_off_second_factor,
    tell_owner,
    waits_until,
    warn_owner,
)
from portal.people.models import CareRelationship, Laboratory, Patient, Role, Sex, User


def invite(
    actor: User, *, email: str, name: str, role: Role, laboratory: Laboratory | None = None, site: str = ""
) -> User:
    """Make an account without a password and e-mail its owner a link to choose one. Nobody else ever sets it.

    `site` is the address the link starts with, such as "https://portal.example.org".
    """
    require(actor, "administer.user")
    with transaction.atomic():
        user = User.objects.create_user(
            email, None, name=name, role=role, laboratory=laboratory, is_staff=role == Role.OPERATOR
        )
        log.record(actor, "administer.user", user, reason="invited")
        transaction.on_commit(lambda: _send_invitation(user, site))
    return user


def _send_invitation(user: User, site: str) -> None:
    """The message names the clinic and nothing about health."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    context = {"clinic_name": settings.CLINIC_NAME, "site_name": settings.SITE_NAME, "link": site.rstrip("/") + path}
    with translation.override(user.speaks):
        send_mail(
            subject=" ".join(render_to_string("access/invitation_subject.txt", context).split()),
            message=render_to_string("access/invitation.txt", context),
            from_email=None,
            recipient_list=[user.email],
        )


def change_account(actor: User, user: User, *, name: str, role: Role, laboratory: Laboratory | None) -> User:
    """Give an account another name, role or laboratory. What it may do changes with the next request.

    Nobody gives themselves another role: an operator would open health data to themselves without a second person.
    """
    require(actor, "administer.user", user)
    if actor.pk == user.pk and role != actor.role:
        log.record(actor, "administer.user", user, outcome=Outcome.DENY, reason="same_person")
        raise Denied(Decision(False, "same_person"))
    with transaction.atomic():
        user.name, user.role, user.laboratory = name, role, laboratory
        user.is_staff = role == Role.OPERATOR
        user.is_superuser = user.is_superuser and user.is_staff
        user.save(update_fields=["name", "role", "laboratory", "is_staff", "is_superuser"])
        log.record(actor, "administer.user", user, reason="changed")
    return user


def switch(actor: User, user: User, *, active: bool) -> User:
    """Switch an account off, at once and everywhere it is signed in, or on again."""
    require(actor, "administer.user", user)
    with transaction.atomic():
        user.is_active = active
        user.save(update_fields=["is_active"])
        log.record(actor, "administer.user", user, reason="switched_on" if active else "switched_off")
    return user


def choose_language(actor: User, language: str) -> User:
    """The language of one's own pages and messages and, for a patient, of what they are asked and sent."""
    if actor.language == language:
        return actor
    with transaction.atomic():
        actor.language = language
        actor.save(update_fields=["language"])
        Patient.objects.filter(account=actor).update(language=language)
        log.record(actor, "choose_language.user", actor)
    return actor


def save_laboratory(actor: User, laboratory: Laboratory) -> Laboratory:
    require(actor, "administer.laboratory", None)
    with transaction.atomic():
        laboratory.save()
        log.record(actor, "administer.laboratory", laboratory)
    return laboratory


def register_patient(
    actor: User,
    *,
    record_number: str,
    given_name: str,
    family_name: str,
    birth_date: date,
    sex: Sex | str = Sex.UNKNOWN,
    language: str = settings.LANGUAGE_CODE,
    account: User | None = None,
    clinician: User | None = None,
) -> Patient:
    """A clinician or counsellor takes on a new patient, and cares for them from now on.

    A counsellor names the `clinician` who does too, for only a clinician signs.
    """
    if clinician is not None and clinician.role != Role.CLINICIAN:
        raise ValueError("only a clinician can be named as one")
    require(actor, "register.patient")
    with transaction.atomic():
        patient = Patient.objects.create(
            record_number=record_number,
            given_name=given_name,
            family_name=family_name,
            birth_date=birth_date,
            sex=sex,
            language=language,
            account=account,
        )
        CareRelationship.objects.create(patient=patient, member=actor)
        if clinician is not None and clinician != actor:
            CareRelationship.objects.create(patient=patient, member=clinician)
        log.record(actor, "register.patient", patient)
    return patient


def begin_care(actor: User, patient: Patient, member: User) -> CareRelationship:
    """An operator puts a member of staff in a patient's care team; a second time changes nothing."""
    require(actor, "administer.care_relationship")
    with transaction.atomic():
        relationship, made = CareRelationship.objects.get_or_create(patient=patient, member=member, until=None)
        if made:
            log.record(actor, "administer.care_relationship", relationship, reason="began")
    return relationship


def end_care(actor: User, relationship: CareRelationship) -> CareRelationship:
    """From now on the member of staff sees nothing of this patient."""
    require(actor, "administer.care_relationship", relationship)
    with transaction.atomic():
        relationship.until = timezone.now()
        relationship.save(update_fields=["until"])
        log.record(actor, "administer.care_relationship", relationship, reason="ended")
    return relationship


def break_glass(actor: User, *, record_number: str, birth_date: date, reason: str) -> BreakGlass:
    """A clinician opens one record for reading in an emergency. The patient is told; the privacy officer reviews it.

    The caller has made sure that the actor has just re-authenticated. Done again within the hour, nothing changes.
    Raises `NoSuchRecord`.
    """
    decision = require(actor, "break.patient")
    patient = Patient.objects.filter(record_number_lookup=record_number).first()
    if patient is None or patient.birth_date != birth_date:
        log.record(actor, "break.patient", outcome=Outcome.DENY, reason="no_such_record")
        raise NoSuchRecord
    now = timezone.now()
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        broken = BreakGlass.objects.filter(patient=patient, member=actor, until__gt=now).first()
        if broken is not None:
            return broken
        until = now + OPEN_FOR
        CareRelationship.objects.create(patient=patient, member=actor, since=now, until=until, emergency=True)
        broken = BreakGlass.objects.create(
            patient=patient,
            member=actor,
            reason=reason.strip(),
            at=now,
            until=until,
            review_due_at=now + REVIEWED_WITHIN,
        )
        NoticeOwed.objects.create(patient=patient, kind="break_glass", about=broken.pk)
        log.record(actor, "break.patient", patient, purpose=decision.purpose)
    return broken


def review_break_glass(actor: User, broken: BreakGlass, *, verdict: BreakGlass.Verdict, note: str) -> BreakGlass:
    """The privacy officer says whether the emergency was one. Said once; the first verdict stands."""
    require(actor, "review.break_glass", broken)
    with transaction.atomic():
        row = BreakGlass.objects.select_for_update().get(pk=broken.pk)
        if row.reviewed_at is None:
            row.reviewed_by, row.reviewed_at = actor, timezone.now()
            row.verdict, row.review_note = verdict, note.strip()
            row.save(update_fields=["reviewed_by", "reviewed_at", "verdict", "review_note"])
            log.record(actor, "review.break_glass", broken, reason=str(verdict))
        broken.refresh_from_db()
    return broken


def question(actor: User, event: AccessEvent) -> Question:
    """The patient did not expect this line. A second time changes nothing."""
    require(actor, "question.access_event", event)
    with transaction.atomic():
        asked, made = Question.objects.get_or_create(event=event, defaults={"asked_by": actor})
        if made:
            log.record(actor, "question.access_event", event)
    return asked


def answer(actor: User, asked: Question, text: str) -> Question:
    """The privacy officer answers; the patient reads it beside the line. The first answer stands."""
    require(actor, "answer.question", asked)
    with transaction.atomic():
        row = Question.objects.select_for_update().get(pk=asked.pk)
        if row.answered_at is None:
            row.answer, row.answered_by, row.answered_at = text.strip(), actor, timezone.now()
            row.save(update_fields=["answer", "answered_by", "answered_at"])
            log.record(actor, "answer.question", asked)
        asked.refresh_from_db()
    return asked


def ask_factor_recovery(actor: User, user: User, site: str = "") -> FactorRecovery:
    """An operator passes on that somebody lost their second factor. Nothing is taken off yet, and the owner is told
    at once, with a way to stop it. `site` is the address the link starts with."""
    require(actor, "ask.factor_recovery", user)
    let_expire()
    with transaction.atomic():
        asked, made = FactorRecovery.objects.get_or_create(
            user=user, approved_at=None, stopped_at=None, defaults={"asked_by": actor}
        )
        if made:
            log.record(actor, "ask.factor_recovery", user)
            transaction.on_commit(lambda: warn_owner(asked, site))
    return asked


def approve_factor_recovery(actor: User, asked: FactorRecovery, identity_note: str) -> FactorRecovery:
    """The privacy officer has made sure who it is: the second factor is taken off and the owner is told.

    Nobody approves what they asked for themselves, or for themselves, or before the owner had time to stop it (that
    raises `TooEarly`). Done twice, it is done once.
    """
    require(actor, "approve.factor_recovery", asked)
    if actor.pk in (asked.asked_by_id, asked.user_id):
        log.record(actor, "approve.factor_recovery", asked, outcome=Outcome.DENY, reason="same_person")
        raise Denied(Decision(False, "same_person"))
    if asked.approved_at is None and ends_at(asked) <= timezone.now():
        log.record(actor, "approve.factor_recovery", asked, outcome=Outcome.DENY, reason="expired")
        raise Denied(Decision(False, "expired"))
    if asked.approved_at is None and waits_until(asked) > timezone.now():
        raise TooEarly
    with transaction.atomic():
        row = FactorRecovery.objects.select_for_update().get(pk=asked.pk)
        if row.approved_at is None and row.stopped_at is None:
            row.approved_by, row.approved_at, row.identity_note = actor, timezone.now(), identity_note.strip()
            row.save(update_fields=["approved_by", "approved_at", "identity_note"])
            take_off_second_factor(asked.user)
            log.record(actor, "approve.factor_recovery", asked)
            transaction.on_commit(lambda: tell_owner(asked.user))
        asked.refresh_from_db()
    return asked
