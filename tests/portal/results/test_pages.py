"""The pages for orders and files, as a laboratory, a clinician and a patient meet them."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.access.models import AccessEvent
from portal.people.models import Role, User
from portal.results import jobs
from portal.results.models import FileStatus, Job, JobStatus, ResultFile, TestOrder
from tests.genomes import SLOW, vcf
from tests.jobs import work_off
from tests.people import make_laboratory, make_order, make_patient, make_user
from tests.portal.results.clinic import Clinic, make_clinic
from tests.portal.results.test_road import two_samples

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def upload(content: bytes, name: str = "person.vcf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def filled_in(clinic: Clinic, content: bytes, **changes: object) -> dict[str, object]:
    return {
        "accession": clinic.order.accession,
        "birth_date": clinic.patient.birth_date.isoformat(),
        "family_name": clinic.patient.family_name,
        "file": upload(content),
        **changes,
    }


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def page_of(file: ResultFile) -> str:
    return reverse("results:file", args=[file.pk])


def test_a_laboratory_sends_a_file_and_follows_it(clinic: Clinic) -> None:
    laboratory = browser(clinic.sender)
    answer = laboratory.post(reverse("results:send"), filled_in(clinic, vcf(SLOW)))
    file = ResultFile.objects.get()
    assert answer.headers["Location"] == page_of(file)
    page = text_of(laboratory, page_of(file))
    assert "Waiting to be read" in page
    assert f'hx-get="{reverse("results:file_progress", args=[file.pk])}"' in page
    work_off("interpret")
    page = text_of(laboratory, page_of(file))
    assert "hx-get" not in page
    assert clinic.patient.family_name not in page
    assert file.order and file.order.accession in text_of(laboratory, reverse("results:files"))


def test_progress_names_the_real_step_and_stops_asking_when_it_is_over(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW)).file
    watcher = browser(clinic.sender)
    address = reverse("results:file_progress", args=[file.pk])
    Job.objects.update(status=JobStatus.RUNNING, step="right_person", step_number=3)
    fragment = text_of(watcher, address)
    assert "Checking whose file it is…" in fragment
    assert "3 of 5" in fragment
    assert "hx-get" in fragment
    Job.objects.update(status=JobStatus.QUEUED, step="", step_number=0)
    work_off("interpret")
    fragment = text_of(watcher, address)
    assert "hx-get" not in fragment
    assert page_of(file) in fragment


def test_every_step_has_a_name() -> None:
    from portal.results.presenting import STEP_NAMES

    assert set(jobs.steps_of("interpret")) == set(STEP_NAMES)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"accession": "NOT-OURS"}, "We have no order with this number"),
        ({"birth_date": ""}, "Birth date"),
        ({"family_name": "", "record_number": ""}, "the family name or the record number"),
        ({"file": ""}, "File"),
    ],
)
def test_what_is_wrong_is_said_on_the_form_and_nothing_is_kept(
    clinic: Clinic, changes: dict[str, object], said: str
) -> None:
    answer = browser(clinic.sender).post(reverse("results:send"), filled_in(clinic, vcf(), **changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert said in page
    assert not ResultFile.objects.exists()


def test_an_empty_file_is_answered_with_a_sentence(clinic: Clinic) -> None:
    answer = browser(clinic.sender).post(reverse("results:send"), filled_in(clinic, b""), follow=True)
    assert "The file is empty." in answer.content.decode()
    assert ResultFile.objects.get().status == FileStatus.REFUSED


def test_the_same_file_again_leads_to_the_first(clinic: Clinic) -> None:
    laboratory = browser(clinic.sender)
    laboratory.post(reverse("results:send"), filled_in(clinic, vcf()))
    answer = laboratory.post(reverse("results:send"), filled_in(clinic, vcf()), follow=True)
    assert "had come before" in answer.content.decode()
    assert ResultFile.objects.count() == 1


def test_an_order_leads_to_the_form_with_its_number_filled_in(clinic: Clinic) -> None:
    make_order(clinic.patient, clinic.laboratory, clinic.clinician, accession="A&B 7")
    laboratory = browser(clinic.sender)
    address = reverse("results:send") + "?accession=A%26B%207"
    assert f'href="{address}"' in text_of(laboratory, reverse("results:files"))
    assert 'value="A&amp;B 7"' in text_of(laboratory, address)


def test_a_clinician_orders_sends_and_reviews(clinic: Clinic) -> None:
    clinician = browser(clinic.clinician)
    answer = clinician.post(
        reverse("results:order", args=[clinic.patient.pk]),
        {"laboratory": clinic.laboratory.pk, "accession": "C-77"},
        follow=True,
    )
    assert "C-77" in answer.content.decode()
    assert TestOrder.objects.get(accession_lookup="C-77").ordered_by == clinic.clinician

    again = clinician.post(
        reverse("results:order", args=[clinic.patient.pk]), {"laboratory": clinic.laboratory.pk, "accession": "C-77"}
    )
    assert "already has an order" in again.content.decode()

    wrong = filled_in(clinic, vcf(SLOW), family_name="Else", order=TestOrder.objects.get(accession_lookup="C-77").pk)
    page = clinician.post(reverse("results:send_for", args=[clinic.patient.pk]), wrong, follow=True).content.decode()
    assert "Else" in page  # what was stated, beside what is recorded
    file = ResultFile.objects.get()
    assert file.order and file.order.accession == "C-77"

    unanswered = clinician.post(reverse("results:review", args=[file.pk]), {"answer": "accept", "note": ""})
    assert unanswered.status_code == 422
    clinician.post(reverse("results:review", args=[file.pk]), {"answer": "accept", "note": "Called them."})
    work_off("interpret")
    assert ResultFile.objects.get().status == FileStatus.INTERPRETED


def test_a_laboratory_chooses_the_sample(clinic: Clinic) -> None:
    laboratory = browser(clinic.sender)
    answer = laboratory.post(reverse("results:send"), filled_in(clinic, two_samples({}, SLOW)), follow=True)
    assert "SECOND" in answer.content.decode()
    file = ResultFile.objects.get()
    assert laboratory.post(reverse("results:sample", args=[file.pk]), {"sample": "THIRD"}).status_code == 422
    laboratory.post(reverse("results:sample", args=[file.pk]), {"sample": "SECOND"})
    assert ResultFile.objects.get().sample == "SECOND"


def test_a_patient_sends_a_file_of_their_own_and_is_told_what_it_is_not(clinic: Clinic) -> None:
    patient = browser(clinic.account)
    assert "not a medical test" in text_of(patient, reverse("results:send"))
    answer = patient.post(reverse("results:send"), {"file": upload(vcf(SLOW))}, follow=True)
    assert "not a medical test" in answer.content.decode()
    assert "My files" in text_of(patient, reverse("results:files"))


def test_a_patient_who_has_not_answered_is_led_to_the_question() -> None:
    clinic = make_clinic(consent=False)
    file = clinic.send(vcf()).file
    page = text_of(browser(clinic.account), page_of(file))
    assert reverse("consent:choices") in page
    assert reverse("consent:choices") not in text_of(browser(clinic.sender), page_of(file))


def test_a_stopped_file_is_started_again_by_the_care_team(clinic: Clinic) -> None:
    file = clinic.send(vcf()).file
    ResultFile.objects.update(status=FileStatus.FAILED, reason="gave_up", explanation="We tried three times.")
    Job.objects.update(status=JobStatus.FAILED)
    assert "Start again" in text_of(browser(clinic.clinician), page_of(file))
    assert reverse("results:again", args=[file.pk]) not in text_of(browser(clinic.sender), page_of(file))
    browser(clinic.clinician).post(reverse("results:again", args=[file.pk]))
    work_off("interpret")
    assert ResultFile.objects.get().status == FileStatus.INTERPRETED


def test_a_laboratory_puts_a_mistyped_birth_date_right_on_the_page_of_the_file(clinic: Clinic) -> None:
    laboratory = browser(clinic.sender)
    laboratory.post(reverse("results:send"), filled_in(clinic, vcf(SLOW), birth_date="1999-09-09"))
    file = ResultFile.objects.get()
    page = text_of(laboratory, page_of(file))
    assert "Was something mistyped?" in page and 'value="1999-09-09"' in page
    assert clinic.patient.birth_date.isoformat() not in page
    assert "Was something mistyped?" not in text_of(browser(clinic.clinician), page_of(file))
    where = reverse("results:identifiers", args=[file.pk])
    wrong = laboratory.post(where, {"birth_date": "1999-09-08", "family_name": "Example"}, follow=True)
    assert b"does not agree with the order either" in wrong.content
    assert laboratory.post(where, {"birth_date": "", "family_name": "Example"}).status_code == 422
    right = {"birth_date": clinic.patient.birth_date.isoformat(), "family_name": "Example"}
    assert b"agrees with the order now" in laboratory.post(where, right, follow=True).content
    work_off("interpret")
    assert ResultFile.objects.get().status == FileStatus.INTERPRETED


def test_sending_the_file_again_with_the_right_birth_date_is_thanked_for(clinic: Clinic) -> None:
    laboratory = browser(clinic.sender)
    laboratory.post(reverse("results:send"), filled_in(clinic, vcf(SLOW), birth_date="1999-09-09"))
    answer = laboratory.post(reverse("results:send"), filled_in(clinic, vcf(SLOW)), follow=True)
    assert b"The file was kept once." in answer.content


def test_a_stopped_file_is_closed_and_opened_again_on_its_page(clinic: Clinic) -> None:
    file = clinic.send(vcf()).file
    ResultFile.objects.update(status=FileStatus.FAILED, reason="gave_up", explanation="We tried three times.")
    team, where = browser(clinic.clinician), reverse("results:close", args=[file.pk])
    assert "We tried three times." in text_of(team, "/")
    assert team.post(where, {"note": ""}).status_code == 422
    page = team.post(where, {"note": "A new file is here."}, follow=True).content.decode()
    assert "A new file is here." in page and "Open it again" in page
    assert "We tried three times." not in text_of(team, "/")
    assert "A new file is here." not in text_of(browser(clinic.sender), page_of(file))
    assert "A new file is here." not in text_of(browser(clinic.account), page_of(file))
    team.post(reverse("results:open_again", args=[file.pk]))
    assert "We tried three times." in text_of(team, "/")


@pytest.mark.parametrize("reason", ["sex_mismatch", "repeat_mismatch", "same_genome"])
def test_what_the_clinic_knows_stays_with_the_clinic(clinic: Clinic, reason: str) -> None:
    from portal.results.explanations import explain

    file = clinic.send(vcf()).file
    ResultFile.objects.update(status=FileStatus.HELD, reason=reason, explanation=explain(reason))
    assert explain(reason) in text_of(browser(clinic.clinician), page_of(file)).replace("&#x27;", "'")
    for outside in (clinic.sender, clinic.account):
        assert explain(reason) not in text_of(browser(outside), page_of(file)).replace("&#x27;", "'")


def addresses(file_id: uuid.UUID, patient_id: uuid.UUID) -> list[tuple[str, str]]:
    pages = ["file", "file_progress", "sample", "review", "again"]
    verbs = {"sample": "post", "review": "post", "again": "post"}
    return [
        *((verbs.get(name, "get"), reverse(f"results:{name}", args=[file_id])) for name in pages),
        *(("get", reverse(f"results:{name}", args=[patient_id])) for name in ("send_for", "order")),
        *(("post", reverse(f"results:{name}", args=[patient_id])) for name in ("send_for", "order")),
    ]


def without_tokens(page: bytes) -> bytes:
    """A page without what is new in every answer: form tokens, script nonces, the seconds left to the session."""
    return re.sub(rb'[A-Za-z0-9]{64}|nonce="[^"]*"|data-ends[a-z-]*="[0-9]*"', b"", page)


def test_a_stranger_gets_the_same_answer_as_for_nothing(clinic: Clinic) -> None:
    file = clinic.send(vcf()).file
    other_patient = make_patient().account
    assert other_patient is not None
    strangers = [
        other_patient,
        make_user(Role.LABORATORY, laboratory=make_laboratory()),
        make_user(Role.LABORATORY),
        make_user(Role.CLINICIAN),
        make_user(Role.COUNSELLOR),
        make_user(Role.RESEARCHER),
        make_user(Role.OPERATOR),
    ]
    nothing = addresses(uuid.uuid4(), uuid.uuid4())
    for stranger in strangers:
        client = browser(stranger)
        for (verb, real), (_, unknown) in zip(addresses(file.pk, clinic.patient.pk), nothing, strict=True):
            answer, other = getattr(client, verb)(real), getattr(client, verb)(unknown)
            assert answer.status_code == other.status_code == 404, (stranger.role, real)
            assert without_tokens(answer.content) == without_tokens(other.content)


def test_nobody_who_is_not_signed_in_sees_anything(clinic: Clinic) -> None:
    file = clinic.send(vcf()).file
    for verb, address in [*addresses(file.pk, clinic.patient.pk), ("get", reverse("results:files"))]:
        answer = getattr(Client(), verb)(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))


def test_lists_hold_only_what_is_ones_own(clinic: Clinic) -> None:
    clinic.send(vcf())
    other = make_clinic()
    make_order(other.patient, other.laboratory, other.clinician, accession="OTHERS")
    for user in (clinic.sender, clinic.account, clinic.clinician):
        assert "OTHERS" not in text_of(browser(user), reverse("results:files"))
    for user in (other.sender, other.account, other.clinician):
        assert clinic.order.accession not in text_of(browser(user), reverse("results:files"))
    for role in (Role.OPERATOR, Role.RESEARCHER, Role.PRIVACY_OFFICER):
        assert browser(make_user(role)).get(reverse("results:files")).status_code == 404
        assert browser(make_user(role)).get(reverse("results:send")).status_code == 404


def test_a_laboratory_does_not_see_what_a_clinician_added_to_its_order(clinic: Clinic) -> None:
    browser(clinic.clinician).post(
        reverse("results:send_for", args=[clinic.patient.pk]), filled_in(clinic, vcf(), order=clinic.order.pk)
    )
    file = ResultFile.objects.get()
    assert file.order == clinic.order
    assert browser(clinic.sender).get(page_of(file)).status_code == 404


def test_looking_at_a_file_is_noted_once_and_watching_its_progress_is_not(clinic: Clinic) -> None:
    file = clinic.send(vcf()).file
    watcher = browser(clinic.clinician)
    for name in ("file", "file_progress", "file_progress"):
        watcher.get(reverse(f"results:{name}", args=[file.pk]))
    looks = AccessEvent.objects.filter(action="read.result_file", actor=clinic.clinician)
    assert looks.count() == 1
