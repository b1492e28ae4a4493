"""Being erased: looked at first, thought over, confirmed by a second person, done whole; nothing brings it back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk import actions as consent_actions
from consent.desk.models import ComprehensionCheck, ConsentChange, CounsellorTask, Guardianship
from consent.desk.queries import permission
from consent.ledger import chain
from consent.ledger.models import ConsentEvent, Reach
from portal.access import log
from portal.access.models import (
    AccessEvent,
    BreakGlass,
    EmailChange,
    IdentityCheck,
    NoticeOwed,
    PatientInvitation,
    Question,
)
from portal.access.notices import send_owed
from portal.access.seals import seal
from portal.access.verify import verify
from portal.contact import actions as contact
from portal.delivery.models import FirstSignature, Hold, OptionChange, ReleasePreference, Share, Withdrawal
from portal.people.models import Patient, ProxyGrant, ProxyInvitation, Role, User
from portal.record import actions as record
from portal.results.models import Job, ResultFile, TestOrder
from portal.rights import exporting, leaving
from portal.rights.holdings import Fate, erased_in_order, fate, model_of, resources, rows
from portal.rights.models import Erasure, ErasureStatus, LifeEvent, RetentionDue
from portal.rights.upkeep import round_of_rights
from portal.sealing import keys, register
from portal.sealing.fields import Erased
from portal.sealing.models import PersonKey
from tests.jobs import work_off
from tests.people import PASSWORD, Clinic, allow, decided, make_clinic, make_file, make_user, say_yes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def one_of_everything(clinic: Clinic) -> None:
    """A row of every kind there is about Ada."""
    ada, now = clinic.ada, timezone.now()
    event = log.record(clinic.clinician, "read.patient", ada)
    Question.objects.create(event=event, asked_by=clinic.ada_user)
    BreakGlass.objects.create(patient=ada, member=clinic.other_clinician, reason="x", until=now, review_due_at=now)
    ProxyGrant.objects.create(patient=ada, proxy=clinic.ben_user)
    ProxyInvitation.objects.create(patient=ada, email="x@example.org", expires_at=now)
    ComprehensionCheck.objects.create(patient=ada, answered_by=clinic.ada_user, group="medicines")
    ConsentChange.objects.create(patient=ada, scope="pgx")
    CounsellorTask.objects.create(patient=ada, scope="pgx", group="medicines", kind="wants_to_talk")
    Guardianship.objects.create(
        patient=ada, guardian=clinic.ben_user, capacity="attorney", basis="deed", recorded_by=clinic.counsellor
    )
    IdentityCheck.objects.create(
        patient=ada, checked_by=clinic.clinician, identifiers=["name", "birth_date"], document="passport"
    )
    PatientInvitation.objects.create(patient=ada, email="x@example.org", invited_by=clinic.clinician, expires_at=now)
    NoticeOwed.objects.create(patient=ada, kind="break_glass", about=event.id)
    LifeEvent.objects.create(patient=ada, kind="moved", basis="letter", recorded_by=clinic.clinician)
    RetentionDue.objects.create(patient=ada, kind="moved", since=now)
    EmailChange.objects.create(
        user=clinic.ada_user, old_email="x@example.org", new_email=clinic.ada_user.email, undo_until=now
    )
    contact.write(clinic.clinician, ada, "Please call.", files=[SimpleUploadedFile("x.pdf", b"%PDF-1.7")])
    contact.note_question(clinic.ada_user, ada, "Why this dose?")
    record.list_medicine(clinic.ada_user, ada, "omeprazole")
    record.note_reaction(clinic.ada_user, ada, "allergy", "latex")
    record.tell_about_body(clinic.ada_user, ada, {"kidneys": "do_not_know"})
    ReleasePreference.objects.create(patient=ada, kind="medicines", choice="now")
    Hold.objects.create(report=clinic.draft, reason="talk_first", until=now, placed_by=clinic.clinician)
    OptionChange.objects.create(report=clinic.draft, act="added", about="x", author=clinic.clinician)
    FirstSignature.objects.create(report=clinic.draft, signed_by=clinic.clinician, at=now)
    Withdrawal.objects.create(report=clinic.report, reason="other", withdrawn_by=clinic.clinician, at=now)
    Share.objects.create(report=clinic.report, shared_by=clinic.ada_user, doctor="x", email="x@example.org", days=7)
    decided(clinic)
    exporting.ask(clinic.ada_user, ada)
    work_off("export")


def asked(clinic: Clinic) -> Erasure:
    wish = leaving.ask(clinic.ada_user, clinic.ada)
    Erasure.objects.filter(pk=wish.pk).update(not_before=timezone.now())
    return wish


IDENTITY = ("given_name", "family_name", "birth_date", "sex", "record_number")


def stored(file: Any) -> str:
    return str(Path(settings.MEDIA_ROOT) / file.name)


def stored_files() -> list[str]:
    return [str(path) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def identity_in_the_database(*words: str) -> list[str]:
    """Tables and columns where any of the words stands, in every table there is."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if any(word.lower() in str(value).lower() for word in words):
                        found.append(f"{table}.{column}")
    return found


def test_only_the_pseudonymous_ledger_and_the_log_are_left(clinic: Clinic) -> None:
    one_of_everything(clinic)
    kinds = {resource.name for resource in resources() if not rows(resource, clinic.ada).exists()}
    assert kinds <= {"erasure"}, f"the test needs a row of every kind: {kinds}"
    email, number = clinic.ada_user.email, clinic.ada.record_number
    their_files = [stored(clinic.file.file), stored(clinic.report.pdf), stored(clinic.draft.pdf)]
    done = leaving.confirm(clinic.counsellor, asked(clinic))
    assert done.status == ErasureStatus.DONE
    for resource in resources():
        assert rows(resource, clinic.ada).exists() is (fate(resource) is not Fate.ERASED), resource.name
    shell = Patient.objects.get(pk=clinic.ada.pk)
    assert {type(getattr(shell, name)) for name in IDENTITY} == {Erased}
    assert type(User.objects.get(pk=clinic.ada_user.pk).name) is Erased
    assert shell.erased_at is not None
    assert identity_in_the_database(email, number, "Ada Example", "let us talk about this") == []
    assert not EmailChange.objects.exists()
    assert not set(their_files) & set(stored_files())
    assert not [name for name in stored_files() if str(clinic.ada.subject) in name]
    assert Erasure.objects.get(pk=done.pk).files == []
    assert done.statement["erased"]["result_file"] == 1 and done.statement["kept"]["consent_event"] == 1
    assert email not in str(done.statement) and "Ada" not in str(done.statement)


def test_ledger_and_log_still_verify(clinic: Clinic) -> None:
    one_of_everything(clinic)
    say_yes(clinic.ada_user, clinic.ada, "research.hmb")
    seal()
    leaving.confirm(clinic.privacy_officer, asked(clinic))
    seal()
    assert chain.verify(clinic.ada.subject) == []
    assert ConsentEvent.objects.filter(subject=clinic.ada.subject).count() == 2
    assert list(verify()) == []
    last = AccessEvent.objects.filter(action="confirm.erasure").get()
    assert (last.actor, last.reason) == (clinic.privacy_officer, "done:wish")


def test_the_account_is_closed_for_good(clinic: Clinic) -> None:
    client = Client()
    client.force_login(clinic.ada_user)
    client.get("/")
    email = clinic.ada_user.email
    ProxyGrant.objects.create(patient=clinic.ben, proxy=clinic.ada_user, covers=["reports"])
    leaving.confirm(clinic.counsellor, asked(clinic))
    assert client.get("/").status_code == 302
    Client().post(reverse("account_login"), {"login": email, "password": PASSWORD})
    account = User.objects.get(pk=clinic.ada_user.pk)
    assert not account.is_active and not account.has_usable_password() and account.email.endswith(".invalid")
    assert not ProxyGrant.objects.filter(proxy=account, until=None).exists(), "and helps nobody any more"
    User.objects.create_user(email, PASSWORD, name="Somebody new", role="patient")


def test_the_person_is_told_at_the_end_without_a_word_about_health(clinic: Clinic) -> None:
    address = clinic.ada_user.email
    leaving.confirm(clinic.counsellor, asked(clinic))
    (message,) = [sent for sent in mail.outbox if sent.to == [address]]
    assert "was erased" in message.body and "Safety copies" in message.body
    assert "Ada" not in message.body and "gene" not in message.body.lower()


def test_it_takes_the_days_and_a_second_person(clinic: Clinic) -> None:
    wish = leaving.ask(clinic.ada_user, clinic.ada)
    for person in clinic.everyone().values():
        if person not in (clinic.counsellor, clinic.privacy_officer):
            with pytest.raises(Http404):
                leaving.confirm(person, wish)
    with pytest.raises(leaving.NotNow, match="too_early"):
        leaving.confirm(clinic.privacy_officer, wish)
    assert rows(next(r for r in resources() if r.name == "result_file"), clinic.ada).exists()
    Erasure.objects.filter(pk=wish.pk).update(not_before=timezone.now(), asked_by=clinic.privacy_officer)
    with pytest.raises(leaving.NotNow, match="same_person"):
        leaving.confirm(clinic.privacy_officer, wish)
    leaving.confirm(clinic.counsellor, wish)
    assert leaving.confirm(clinic.privacy_officer, wish).decided_by == clinic.counsellor, "done once"


def test_she_can_stop_it_and_a_reason_against_it_reaches_her(clinic: Clinic) -> None:
    wish = asked(clinic)
    leaving.stop(clinic.ada_user, wish)
    with pytest.raises(leaving.NotNow, match="over"):
        leaving.confirm(clinic.counsellor, wish)
    again = leaving.ask(clinic.ada_user, clinic.ada)
    with pytest.raises(leaving.NotNow, match="no_reason"):
        leaving.refuse(clinic.privacy_officer, again, "  ")
    leaving.refuse(clinic.privacy_officer, again, "The law asks us to keep it for two more years.")
    client = Client()
    client.force_login(clinic.ada_user)
    assert "two more years" in client.get(reverse("rights:mine")).content.decode()


def test_she_sees_what_goes_and_what_stays_before_she_asks(clinic: Clinic) -> None:
    client = Client()
    client.force_login(clinic.ada_user)
    assert client.get(reverse("rights:leave")).headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = " ".join(client.get(reverse("rights:leave")).content.decode().split())
    assert "your reports (2)" in page and "your files (1)" in page
    assert "what you allowed and when (under a made-up number) (1)" in page
    assert client.post(reverse("rights:leave"), {}).status_code == 422
    assert not Erasure.objects.exists(), "looking asks for nothing"
    assert client.post(reverse("rights:leave"), {"sure": "on"}).status_code == 302
    wish = Erasure.objects.get()
    assert wish.not_before is not None
    assert wish.not_before - wish.asked_at == timedelta(days=settings.ERASURE_THOUGHT_OVER_DAYS)
    client.post(reverse("rights:stop", args=[wish.pk]))
    assert Erasure.objects.get().status == ErasureStatus.STOPPED


def test_the_second_person_does_it_on_their_desk(clinic: Clinic) -> None:
    wish = asked(clinic)
    desk = Client()
    desk.force_login(clinic.counsellor)
    assert "Ada Example" in desk.get(reverse("rights:desk")).content.decode()
    desk.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    desk.post(reverse("rights:erasure", args=[wish.pk]), {"confirm": "1"})
    assert Erasure.objects.get(pk=wish.pk).status == ErasureStatus.DONE
    officer = Client()
    officer.force_login(clinic.privacy_officer)
    page = officer.get(reverse("rights:desk")).content.decode()
    assert str(clinic.ada.pk) in page and "Ada" not in page
    assert officer.get(reverse("access:log")).status_code == 200


def test_whatever_fails_on_the_way_leaves_everything_as_it_was(clinic: Clinic) -> None:
    wish = asked(clinic)
    files = stored_files()
    with pytest.raises(RuntimeError), transaction.atomic():
        leaving.confirm(clinic.counsellor, wish)
        raise RuntimeError
    assert Patient.objects.get(pk=clinic.ada.pk).given_name == "Ada"
    assert Erasure.objects.get(pk=wish.pk).status == ErasureStatus.ASKED
    assert not keys.is_erased(clinic.ada.subject)
    assert stored_files() == files


def test_a_restored_backup_brings_nobody_back(clinic: Clinic) -> None:
    """A backup from before is put back: keys, account, rows and files. The register outside remembers."""
    about = (PersonKey, User, Patient, TestOrder, ResultFile)
    backup = [row for model in about for row in model._base_manager.all()]
    file = Path(stored(clinic.file.file))
    content = file.read_bytes()
    leaving.confirm(clinic.counsellor, asked(clinic))
    for row in backup:
        row.save()
    file.write_bytes(content)
    Erasure.objects.all().delete()
    assert Patient.objects.get(pk=clinic.ada.pk).erased_at is None, "it is back"
    assert clinic.ada.subject in register.destroyed()
    round_of_rights()
    assert type(Patient.objects.get(pk=clinic.ada.pk).given_name) is Erased
    assert Patient.objects.get(pk=clinic.ada.pk).erased_at is not None
    assert not User.objects.get(pk=clinic.ada_user.pk).is_active
    assert not ResultFile.objects.filter(pk=clinic.file.pk).exists() and not file.exists()
    assert PersonKey.objects.get(subject=clinic.ada.subject).wrapped is None
    assert PersonKey.objects.get(subject=clinic.ada_user.pk).wrapped is None
    assert Erasure.objects.get().cause == Erasure.Cause.RESTORE
    call_command("erase_again")
    assert Erasure.objects.count() == 1


def test_files_that_could_not_be_removed_are_removed_in_the_next_round(clinic: Clinic) -> None:
    done = leaving.confirm(clinic.counsellor, asked(clinic))
    left = make_file(clinic.ben, clinic.clinician).file
    Erasure.objects.filter(pk=done.pk).update(files=[left.name])
    round_of_rights()
    assert stored(left) not in stored_files()
    assert Erasure.objects.get(pk=done.pk).files == []


def test_a_yes_taken_back_with_erase_waits_for_her_to_look_at_it(clinic: Clinic) -> None:
    say_yes(clinic.ada_user, clinic.ada, "research.hmb")
    consent_actions.withdraw(clinic.ada_user, clinic.ada, "research.hmb")
    assert not Erasure.objects.exists(), "taking back alone erases nothing"
    consent_actions.withdraw(clinic.ada_user, clinic.ada, "pgx", reach=Reach.ERASE)
    wish = Erasure.objects.get()
    assert (wish.cause, wish.status) == ("withdrawal", ErasureStatus.BEGUN)
    with pytest.raises(leaving.NotNow, match="over"):
        leaving.confirm(clinic.counsellor, wish)
    assert NoticeOwed.objects.filter(kind="erasure_begun").count() == 1
    client = Client()
    client.force_login(clinic.ada_user)
    assert "You took back a yes" in client.get(reverse("rights:mine")).content.decode()
    assert leaving.ask(clinic.ada_user, clinic.ada).pk == wish.pk


def test_work_on_the_way_ends_with_the_person(clinic: Clinic) -> None:
    leaving.confirm(clinic.counsellor, asked(clinic))
    assert not Job.objects.filter(target=clinic.file.pk).exists()
    send_owed()


def test_the_order_never_removes_what_something_still_points_to() -> None:
    order = [model_of(resource) for resource in erased_in_order()]
    for model in order:
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in order and field.related_model is not model:
                assert order.index(model) < order.index(field.related_model), (model, field.name)


def test_a_new_kind_of_row_is_copied_and_erased_unless_somebody_says_why_not() -> None:
    named = {resource.name for resource in resources() if fate(resource) is not Fate.ERASED}
    assert named == {"patient", "access_event", "consent_event", "erasure"}
    assert {model_of(resource) for resource in resources()} <= set(apps.get_models())


def test_others_are_untouched(clinic: Clinic) -> None:
    allow(clinic.ben)
    file = make_file(clinic.ben, clinic.ben_user)
    helper = make_user(Role.PATIENT)
    ProxyGrant.objects.create(patient=clinic.ben, proxy=helper)
    leaving.confirm(clinic.counsellor, asked(clinic))
    assert Path(stored(file.file)).exists()
    assert ProxyGrant.objects.filter(patient=clinic.ben, until=None).exists()
    assert Patient.objects.get(pk=clinic.ben.pk).full_name == "Ben Another"


def test_a_yes_that_an_erased_person_gave_for_somebody_else_holds_no_longer(clinic: Clinic) -> None:
    held = Guardianship.objects.create(
        patient=clinic.ben, guardian=clinic.ada_user, capacity="attorney", basis="deed seen",
        recorded_by=clinic.counsellor, confirmed_by=clinic.clinician,
    )  # fmt: skip
    footing = {"capacity": "attorney", "capacity_basis": f"guardianship:{held.pk}"}
    allow(clinic.ben, signer=clinic.ada_user.pk, **footing)
    assert permission(clinic.ben, "pgx").permitted
    leaving.confirm(clinic.counsellor, asked(clinic))
    assert not permission(clinic.ben, "pgx").permitted
