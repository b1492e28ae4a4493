"""On pages: two people publish a text, and the privacy officer strikes out what was entered in error."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from consent.desk.queries import current_text, permission
from consent.ledger.fold import State
from consent.ledger.models import ConsentEvent, ConsentTemplate, Decision
from portal.access.models import AccessEvent
from portal.access.notices import send_owed
from portal.people.models import Role, User
from tests.people import Clinic, allow, make_clinic, make_user, say_yes

pytestmark = pytest.mark.django_db
WRITE = reverse("consent:write_text", args=["pgx", "en"])


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(consent=False)


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def as_shown(client: Client, **changes: str) -> dict[str, str]:
    """What the form sends back when only these fields are changed."""
    fields = client.get(WRITE).context["form"]
    sent = {name: "" if (value := fields[name].value()) is None else value for name in fields.fields}
    ticked = {name: "on" for name, value in sent.items() if value is True}
    return {name: value for name, value in sent.items() if not isinstance(value, bool)} | ticked | changes


def test_a_counsellor_writes_the_officer_approves_and_only_then_people_read_it(clinic: Clinic) -> None:
    writer, officer = at(clinic.counsellor), at(clinic.privacy_officer)
    sent = as_shown(writer, version="2.0", summary="We changed this.\nAnd this.")
    assert writer.post(WRITE, sent).status_code == 302
    draft = ConsentTemplate.objects.get(version="2.0")
    page = reverse("consent:text_draft", args=[draft.pk])
    assert current_text("pgx", "en").version == "1.0", "a draft is shown to nobody"
    assert "Publish exactly these words" not in writer.get(page).content.decode()
    assert writer.post(page, {"shown": draft.content_hash}).status_code == 404
    body = officer.get(page).content.decode()
    assert "We changed this." in body
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', body)
    assert shown
    officer.post(page, {"shown": "0" * 64})
    assert current_text("pgx", "en").version == "1.0", "not other words than were read"
    officer.post(page, {"shown": shown[1]})
    now = current_text("pgx", "en")
    assert (now.version, now.summary) == ("2.0", ("We changed this.", "And this."))


def test_what_is_not_changed_stays_word_for_word(clinic: Clinic) -> None:
    before = current_text("pgx", "en").content
    writer = at(clinic.counsellor)
    writer.post(WRITE, as_shown(writer, version="2.0"))
    after = ConsentTemplate.objects.get(version="2.0").content
    assert {**after, "version": before["version"]} == before


def test_a_version_is_written_once_and_nothing_typed_is_lost(clinic: Clinic) -> None:
    writer = at(clinic.counsellor)
    sent = as_shown(writer, version="2.0", title="A title of ours")
    writer.post(WRITE, sent)
    again = writer.post(WRITE, sent)
    assert "This version is there already" in again.content.decode()
    assert "A title of ours" in again.content.decode()
    assert ConsentTemplate.objects.filter(version="2.0").count() == 1


@pytest.mark.parametrize("who", ["ada_user", "clinician", "operator", "laboratory_user", "researcher"])
def test_nobody_else_finds_the_texts_or_the_corrections(clinic: Clinic, who: str) -> None:
    client = at(getattr(clinic, who))
    for address in (reverse("consent:texts"), WRITE, reverse("consent:find_record")):
        assert client.get(address).status_code == 404
    assert at(clinic.privacy_officer).get(WRITE).status_code == 404, "who approves does not write"
    assert at(clinic.counsellor).get(reverse("consent:find_record")).status_code == 404


# An answer entered in error.


def test_the_officer_finds_a_record_strikes_an_answer_out_and_the_person_is_told(clinic: Clinic) -> None:
    event = say_yes(clinic.ada_user, clinic.ada)
    officer, find = at(clinic.privacy_officer), reverse("consent:find_record")
    wrong = officer.post(find, {"record_number": clinic.ada.record_number, "birth_date": "1999-01-01"})
    assert wrong.status_code == 422 and "Ada" not in wrong.content.decode()
    facts = {"record_number": clinic.ada.record_number, "birth_date": clinic.ada.birth_date.isoformat()}
    found = officer.post(find, facts)
    assert found.status_code == 302 and clinic.ada.record_number not in found.url
    correct = reverse("consent:correct", args=[event.id])
    officer.post(correct, {})
    assert permission(clinic.ada, "pgx").permitted, "not without a reason"
    officer.post(correct, {f"{event.id}-reason": "wrong_person"})
    assert permission(clinic.ada, "pgx").state is State.ENTERED_IN_ERROR
    assert "Struck out." in officer.get(found.url).content.decode()
    officer.post(correct, {f"{event.id}-reason": "trial"})
    assert ConsentEvent.objects.filter(decision=Decision.IN_ERROR).count() == 1, "struck out once"
    noted = AccessEvent.objects.filter(action="correct.consent_event", outcome="permit").get()
    assert (noted.reason, noted.patient) == ("wrong_person", clinic.ada)
    send_owed()
    assert [message.to for message in mail.outbox] == [[clinic.ada_user.email]]
    assert "consent" not in mail.outbox[0].body


def test_looking_for_a_correction_is_noted_in_the_persons_log(clinic: Clinic) -> None:
    allow(clinic.ada)
    at(clinic.privacy_officer).get(reverse("consent:corrections", args=[clinic.ada.pk]))
    noted = AccessEvent.objects.filter(actor=clinic.privacy_officer, action="read.consent_event").get()
    assert noted.patient == clinic.ada


def test_another_officer_of_the_same_role_may_too_but_no_one_else_by_address(clinic: Clinic) -> None:
    event = allow(clinic.ada)
    address = reverse("consent:correct", args=[event.id])
    for user in (clinic.counsellor, clinic.clinician, clinic.ada_user, clinic.operator):
        assert at(user).post(address, {f"{event.id}-reason": "trial"}).status_code == 404
    assert at(make_user(Role.PRIVACY_OFFICER)).post(address, {f"{event.id}-reason": "trial"}).status_code == 302
