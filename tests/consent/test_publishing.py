"""A consent text is written by one, approved by another, and never changed; what matters is asked anew."""

from __future__ import annotations

import copy
import datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test import Client
from django.utils import timezone

from consent.desk import publishing, texts
from consent.desk.queries import answer_again_by, current_text, desk_of, permission
from consent.ledger.fold import GRACE, State, Suspension
from consent.ledger.models import ConsentTemplate, TemplateApproval
from tests.people import Clinic, make_clinic, say_yes

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(consent=False)


def new_words() -> dict:
    content = copy.deepcopy(texts.shipped("pgx", "en"))
    content["summary"][0] = "We changed this."
    return content


def publish(clinic: Clinic, version: str = "2.0", *, material: bool = True, locale: str = "en") -> ConsentTemplate:
    draft = publishing.draft(clinic.counsellor, "pgx", locale, version, new_words(), material=material)
    return publishing.approve(clinic.privacy_officer, draft, draft.content_hash)


def test_one_writes_and_another_approves(clinic: Clinic) -> None:
    draft = publishing.draft(clinic.counsellor, "pgx", "en", "2.0", new_words(), material=True)
    assert current_text("pgx", "en").version == "1.0", "a draft is shown to nobody"
    for user in (clinic.counsellor, clinic.clinician, clinic.operator, clinic.ada_user):
        with pytest.raises(Http404):
            publishing.approve(user, draft, draft.content_hash)
    publishing.approve(clinic.privacy_officer, draft, draft.content_hash)
    assert current_text("pgx", "en").summary[0] == "We changed this."
    assert TemplateApproval.objects.get().approved_by == clinic.privacy_officer.pk


def test_nobody_approves_their_own_text_whatever_their_role(clinic: Clinic) -> None:
    draft = publishing.draft(clinic.counsellor, "pgx", "en", "2.0", new_words(), material=True)
    clinic.counsellor.role = "privacy_officer"
    clinic.counsellor.save()
    with pytest.raises(publishing.NotPublishable, match="own_text"):
        publishing.approve(clinic.counsellor, draft, draft.content_hash)


def test_the_words_that_were_read_are_the_words_that_are_published(clinic: Clinic) -> None:
    draft = publishing.draft(clinic.counsellor, "pgx", "en", "2.0", new_words(), material=True)
    with pytest.raises(publishing.NotPublishable, match="other_words"):
        publishing.approve(clinic.privacy_officer, draft, "0" * 64)
    ConsentTemplate.objects.filter(pk=draft.pk).update(content={**draft.content, "title": "Other"})
    with pytest.raises(publishing.NotPublishable, match="other_words"):
        publishing.approve(clinic.privacy_officer, draft, draft.content_hash)


def test_a_published_text_can_no_longer_be_changed_or_removed(clinic: Clinic) -> None:
    publish(clinic)
    table = ConsentTemplate._meta.db_table
    for sql in (f"UPDATE {table} SET locale = 'xx'", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="only added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.parametrize("missing", ["legal", "questions", "parts", "answers"])
def test_a_text_that_lacks_something_cannot_be_drafted(clinic: Clinic, missing: str) -> None:
    content = {key: value for key, value in new_words().items() if key != missing}
    with pytest.raises(publishing.NotPublishable, match="incomplete"):
        publishing.draft(clinic.counsellor, "pgx", "en", "2.0", content, material=True)


def test_a_text_needs_three_to_five_questions(clinic: Clinic) -> None:
    content = new_words() | {"questions": new_words()["questions"][:2]}
    with pytest.raises(publishing.NotPublishable, match="questions"):
        publishing.draft(clinic.counsellor, "pgx", "en", "2.0", content, material=True)


def test_a_text_that_changes_what_is_allowed_asks_again_and_suspends_after_thirty_days(clinic: Clinic) -> None:
    say_yes(clinic.ada_user, clinic.ada)
    template = publish(clinic)
    held = permission(clinic.ada, "pgx")
    assert held.permitted and answer_again_by(held) == template.published_at + GRACE
    (row,) = desk_of(clinic.counsellor).ask_again
    assert row.scope == "pgx"
    client = Client()
    client.force_login(clinic.ada_user)
    page = client.get("/consent/pgx/").content.decode()
    assert "The text has changed. Your yes holds until" in page and "We changed this." in page
    over = permission(clinic.ada, "pgx", at=timezone.now() + GRACE + datetime.timedelta(seconds=1))
    assert (over.state, over.suspended) == (State.SUSPENDED, Suspension.NEW_TEXT)
    say_yes(clinic.ada_user, clinic.ada)
    assert permission(clinic.ada, "pgx", at=timezone.now() + 2 * GRACE).permitted


def test_a_corrected_comma_asks_nobody_again(clinic: Clinic) -> None:
    say_yes(clinic.ada_user, clinic.ada)
    publish(clinic, material=False)
    assert answer_again_by(permission(clinic.ada, "pgx")) is None
    assert permission(clinic.ada, "pgx", at=timezone.now() + 2 * GRACE).permitted


def test_who_lacks_the_newest_version_in_their_language_reads_it_in_english(clinic: Clinic) -> None:
    publish(clinic)
    assert (current_text("pgx", "es").locale, current_text("pgx", "es").version) == ("en", "2.0")


def test_the_shipped_texts_are_published_in_two_names(clinic: Clinic, capsys) -> None:
    names = {"writer": clinic.counsellor.email, "approver": clinic.privacy_officer.email}
    call_command("publish_texts", **names)
    assert capsys.readouterr().out == "52 texts published.\n"
    call_command("publish_texts", **names)
    assert capsys.readouterr().out == "0 texts published.\n"
    assert current_text("pgx", "en").content_hash == texts.text("pgx").content_hash
    say_yes(clinic.ada_user, clinic.ada)
    assert permission(clinic.ada, "pgx").permitted


def test_one_person_cannot_be_both_names(clinic: Clinic) -> None:
    with pytest.raises(Http404):
        call_command("publish_texts", writer=clinic.counsellor.email, approver=clinic.counsellor.email)
    assert not ConsentTemplate.objects.filter(published_at__isnull=False).exists()


def test_a_new_list_of_findings_suspends_at_once(clinic: Clinic, monkeypatch) -> None:
    import dataclasses

    from consent.ledger import scopes

    say_yes(clinic.ada_user, clinic.ada, "sf.adult")
    assert permission(clinic.ada, "sf.adult").permitted
    newer = tuple(
        dataclasses.replace(kind, list_version="ACMG SF v9.9") if kind.code == "sf.adult" else kind
        for kind in scopes.kinds()
    )
    monkeypatch.setattr(scopes, "kinds", lambda: newer)
    found = permission(clinic.ada, "sf.adult")
    assert (found.state, found.suspended) == (State.SUSPENDED, Suspension.NEW_LIST)
