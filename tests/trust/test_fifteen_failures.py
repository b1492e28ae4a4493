"""Fifteen ways in which other systems have failed their patients, one promise each, on our own code.

The list is ours; each failure has happened somewhere, in systems like this one. What a promise here touches only
briefly is tested at length where the docstring says.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.desk.actions import refuse, withdraw
from consent.desk.queries import permission
from consent.ledger.append_only import RowsAreOnlyAdded
from consent.ledger.fold import State, fold
from consent.ledger.models import ConsentEvent, Decision
from consent.ledger.standing import permitted_subjects
from portal.access.decide import decide, require
from portal.access.logging import request_id
from portal.access.matrix import RULES
from portal.api import actions as tokens
from portal.api import queries as api_queries
from portal.delivery import actions as delivery
from portal.delivery import queries as delivery_queries
from portal.home.work.queue import work_queue
from portal.people.models import Patient, Role
from portal.people.queries import patients_for
from portal.reports.render import FetchRefused, _fetch
from portal.results.queries import files_for, interpretations_for, orders_for
from tests.consent.test_fold import NOW, Act
from tests.people import Clinic, allow, care, make_clinic, make_patient, make_user
from tests.portal.access.test_strangers import signed_in, without_ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def test_01_an_id_in_the_request_opens_nobody_elses_record(clinic: Clinic) -> None:
    """Also in the body of a request. Every address: `tests/portal/access/test_strangers.py`."""
    ben = signed_in(clinic.ben_user)
    for facts in ({"patient": clinic.ada.pk}, {"order": clinic.order.pk}, {"accession": clinic.order.accession}):
        answer = ben.post(reverse("api:result_files"), facts | {"file": _upload()})
        assert answer.status_code in (400, 404), facts
    assert ben.get(reverse("api:consents"), {"patient": str(clinic.ada.pk)}).status_code == 404
    assert ben.post(
        reverse("api:orders"), {"patient": clinic.ada.pk, "laboratory": 1, "accession": "x"}
    ).status_code in (
        400,
        404,
    )
    assert clinic.ada.files.count() == 1


def _upload() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("x.vcf", b"##fileformat=VCFv4.2\n")


LISTS: dict[str, Callable[[Any], Any]] = {
    "orders": orders_for,
    "files": files_for,
    "interpretations": interpretations_for,
    "reports": delivery_queries.reports,
    "reports to review": delivery_queries.to_review,
    "reports signed": delivery_queries.recently_signed,
    "reports of a patient": delivery_queries.reports_for_patient,
    "interpretations for machines": api_queries.interpretations,
    "reports for machines": api_queries.reports,
    "patients": patients_for,
}


def test_02_no_list_forgets_whose_rows_it_lists(clinic: Clinic) -> None:
    """Every question that gives rows; that no other is asked: `tests/trust/test_scoped_reads.py`."""
    for who, user in clinic.strangers().items():
        for name, rows in LISTS.items():
            about = {getattr(row, "patient_id", row.pk) for row in rows(user)}
            assert clinic.ada.pk not in about, f"{who} is listed {name}"
    assert clinic.ada.pk in {row.patient_id for row in LISTS["files"](clinic.clinician)}, "or it would prove nothing"


def test_03_a_lower_role_cannot_act_as_a_higher_one(clinic: Clinic) -> None:
    """Every role, every act: `tests/portal/access/test_every_cell.py`."""
    shown = delivery.shown_hash(clinic.draft, [])
    for user in (clinic.ada_user, clinic.counsellor, clinic.laboratory_user, clinic.operator, clinic.privacy_officer):
        with pytest.raises(Http404):
            delivery.sign(user, clinic.draft, shown)
        with pytest.raises(Http404):
            delivery.annotate(user, clinic.draft, "", "Signed: a doctor")
    patient = signed_in(clinic.ada_user)
    patient.post(reverse("home"), {"role": "operator", "is_staff": "on", "is_superuser": "on"})
    clinic.ada_user.refresh_from_db()
    assert (clinic.ada_user.role, clinic.ada_user.is_staff) == (Role.PATIENT, False)
    assert signed_in(clinic.clinician).get("/admin/").status_code in (302, 404)


@settings(max_examples=200, deadline=None, database=None)
@given(
    st.lists(st.sampled_from(["permit", "deny", "withdraw", "shown", "unheard-of"]), max_size=6), st.integers(0, 6)
)
def test_04_an_allow_never_outlives_a_deny(decisions: list[str], place: int) -> None:
    """Ten thousand histories: `tests/trust/test_consent_laws.py`."""
    acts = [Act(number + 1, decision) for number, decision in enumerate(decisions)]
    closed = fold([*acts, Act(50, "deny")], NOW)
    assert closed is State.DENIED
    squeezed = [*acts[:place], Act(place, "deny"), *acts[place:]]
    assert fold(acts, NOW) is State.PERMITTED or fold(squeezed, NOW) is not State.PERMITTED


def test_05_answers_belong_to_a_person_not_to_a_place_in_a_list() -> None:
    """One who was never asked, one who said no and one who said yes, in every order and number."""
    silent, no, yes = make_patient("A"), make_patient("B"), make_patient("C")
    allow(no, decision=Decision.DENY)
    allow(yes)
    for order in ("given_name", "-given_name", "pk", "subject"):
        for among in ([silent, no], [no, silent, yes], [silent, yes], [silent], [no], [yes, no]):
            rows = Patient.objects.filter(pk__in=[patient.pk for patient in among]).order_by(order)
            allowed = permitted_subjects(rows.values("subject"), "pgx")
            assert allowed == ({yes.subject} if yes in among else set())


def test_06_an_empty_list_allows_nothing(clinic: Clinic) -> None:
    """No care relationship, no laboratory, no acts: nothing, never everything."""
    assert permitted_subjects(Patient.objects.none().values("subject"), "pgx") == set()
    alone = make_user(Role.CLINICIAN)
    without = make_user(Role.LABORATORY, laboratory=None)
    for user in (alone, without, make_user(Role.PATIENT), make_user(Role.RESEARCHER)):
        assert [name for name, rows in LISTS.items() if list(rows(user))] == []
        assert work_queue(user) == []
    make_file_without_an_order = clinic.file
    make_file_without_an_order.order = None
    make_file_without_an_order.save()
    assert not decide(without, "read.result_file", make_file_without_an_order), (
        "nobody's laboratory is not no laboratory"
    )


def test_07_the_caller_does_not_choose_the_rules(clinic: Clinic) -> None:
    """No head, parameter or part of a body changes an answer; the consent is never taken from the request."""
    withdraw(clinic.ada_user, clinic.ada, "pgx")
    address = reverse("api:report", args=[clinic.report.pk])
    client = signed_in(clinic.clinician)
    plain = client.get(address)
    assert plain.status_code == 404
    heads = ("X-Purpose", "X-Role", "X-Consent", "X-Original-User", "X-Forwarded-User", "Purpose-Of-Use", "X-Patient")
    for head in heads:
        for value in ("emergency", "TREAT", "operator", "permit", str(clinic.ada.pk)):
            assert client.get(address, headers={head: value}).status_code == 404
    for question in ("purpose=care", "assume=pgx", "consent=permit", "role=operator", "on_behalf_of=1", "redact=0"):
        assert client.get(f"{address}?{question}").status_code == 404
    assert client.post(address, {"consent": "permit"}).status_code in (403, 404, 405)
    assert client.get(address, headers={"X-HTTP-Method-Override": "OPTIONS"}).status_code == 404


def test_08_side_doors_ask_as_the_front_door_does(clinic: Clinic) -> None:
    """List, count, page, detail, file and badge agree. Each way out, four ways each: `test_enforcement.py`."""
    refuse(clinic.ada_user, clinic.ada, "pgx")
    report = str(clinic.report.pk)
    for user in (clinic.clinician, clinic.counsellor, clinic.ada_user):
        client = signed_in(user)
        for address in ("api:reports", "api:interpretations"):
            for question in ("", "?page=1", "?page_size=1000", "?ordering=created_at", "?search=a", "?format=json"):
                found = client.get(reverse(address) + question).json()
                assert found["count"] == 0 and found["results"] == []
        for name in ("api:report", "api:report_pdf", "delivery:pdf_state", "delivery:pdf", "delivery:report"):
            answer = client.get(reverse(name, args=[report]))
            assert answer.status_code in (403, 404) and b"%PDF" not in answer.content
        assert client.head(reverse("api:report", args=[report])).status_code == 404
    assert delivery_queries.to_review(clinic.clinician).count() == 0


def test_09_a_page_that_refuses_holds_nothing_it_refuses(clinic: Clinic) -> None:
    """Three hundred words in every corner: `test_canaries.py`."""
    clinic.report.document = {"title": "Canary seven three nine", "language": "en"}
    clinic.report.save()
    refuse(clinic.ada_user, clinic.ada, "pgx")
    refused = 0
    for user in clinic.everyone().values():
        client = signed_in(user)
        for name in ("delivery:report", "delivery:pdf", "delivery:review", "api:report", "api:report_pdf"):
            answer = client.get(reverse(name, args=[clinic.report.pk]))
            refused += answer.status_code >= 400
            assert b"Canary" not in answer.content and b"Canary" not in str(answer.headers).encode()
    assert refused > 20


def test_10_forbidden_gone_and_unknown_look_the_same(clinic: Clinic) -> None:
    """Every address: `tests/portal/access/test_strangers.py`. Here also what has been removed."""
    stranger = signed_in(clinic.other_clinician)
    gone = uuid.uuid4()
    other = make_clinic()
    draft = other.draft.pk
    other.annotation.delete()
    other.draft.delete()
    for name in ("delivery:report", "delivery:review", "api:report"):
        forbidden, unknown, removed = (
            stranger.get(reverse(name, args=[key])) for key in (clinic.report.pk, gone, draft)
        )
        assert forbidden.status_code == unknown.status_code == removed.status_code == 404
        assert without_ids(forbidden.content) == without_ids(unknown.content) == without_ids(removed.content)
        assert set(forbidden.headers) == set(unknown.headers) == set(removed.headers)


def test_11_nothing_of_one_request_is_left_for_the_next(clinic: Clinic) -> None:
    """Two people, one process, one thread, turn by turn; and what a request leaves in the thread."""
    ada, ben, clinician = signed_in(clinic.ada_user), signed_in(clinic.ben_user), signed_in(clinic.clinician)
    address = reverse("delivery:report", args=[clinic.report.pk])
    for _turn in range(3):
        assert ada.get(address).status_code == 200
        assert ben.get(address).status_code == 404
        assert clinician.get(address).status_code == 200
        assert Client().get(address).status_code == 302
        assert clinic.ben.record_number not in ada.get(reverse("home")).content.decode()
    assert request_id.get() == ""
    care(clinic.clinician, clinic.ben)
    before = [event.patient_id for event in _lines(clinic)]
    clinician.get(address)
    (line,) = _lines(clinic)[: len(_lines(clinic)) - len(before)]
    assert line.patient_id == clinic.ada.pk


def _lines(clinic: Clinic) -> list[Any]:
    from portal.access.models import AccessEvent

    return list(AccessEvent.objects.filter(action="read.report").order_by("-sequence"))


def test_12_a_machines_token_opens_its_own_laboratory_only(clinic: Clinic) -> None:
    """A token of one laboratory against the things of two, read and written."""
    others = make_clinic()
    _token, text = tokens.issue_token(clinic.operator, clinic.laboratory_user, "sequencer")
    machine = Client(headers={"Authorization": f"Bearer {text}"})
    for mine, theirs in ((clinic.order, others.order), (clinic.file, others.file)):
        name = "api:order" if mine is clinic.order else "api:result_file"
        assert machine.get(reverse(name, args=[mine.pk])).status_code == 200
        assert machine.get(reverse(name, args=[theirs.pk])).status_code == 404
    listed = machine.get(reverse("api:orders")).json()["results"]
    assert [row["id"] for row in listed] == [str(clinic.order.pk)]
    sent = {
        "accession": others.order.accession,
        "file": _upload(),
        "birth_date": "1980-02-29",
        "family_name": "Example",
    }
    assert machine.post(reverse("api:result_files"), sent).status_code in (400, 404)
    assert others.ada.files.count() == 1


def test_13_no_evidence_can_be_destroyed_or_rewritten(clinic: Clinic) -> None:
    """A thousand attacks on both logs: `test_tampering.py`, `tests/consent/test_chain.py`."""
    acts = ConsentEvent.objects.filter(subject=clinic.ada.subject)
    for attempt in (
        lambda: acts.update(decision="permit"),
        lambda: acts.delete(),
        lambda: acts.get().delete(),
        lambda: acts.get().save(),
        lambda: ConsentEvent.objects.bulk_update([acts.get()], ["decision"]),
    ):
        with pytest.raises(RowsAreOnlyAdded), transaction.atomic():
            attempt()
    with pytest.raises(Exception, match="only added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM consent_ledger_consentevent")
    before = list(acts.values_list("pk", "seal"))
    withdraw(clinic.ada_user, clinic.ada, "pgx")
    assert list(acts.order_by("sequence").values_list("pk", "seal"))[: len(before)] == before
    assert not permission(clinic.ada, "pgx").permitted


def test_14_guessing_is_limited_and_staff_need_a_second_step(clinic: Clinic, settings: Any) -> None:
    """Fifty at once, in ten spellings, with borrowed heads: `test_sign_in_limits.py`."""
    answers = []
    for number in range(20):
        facts = {"login": clinic.ada_user.email.upper() if number % 2 else clinic.ada_user.email, "password": "guess"}
        answers.append(
            Client().post(reverse("account_login"), facts, headers={"X-Forwarded-For": f"10.0.0.{number}"})
        )
    refused = [answer for answer in answers if answer.status_code == 429 or b"too many" in answer.content.lower()]
    assert len(refused) >= 10
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    answer = signed_in(clinic.clinician).get(reverse("delivery:report", args=[clinic.report.pk]))
    assert answer.status_code == 302 and "2fa" in answer.url


def test_15_neither_reader_nor_renderer_is_a_weapon() -> None:
    """Ninety files: `test_hostile_files.py`; thirty payloads: `test_paper_reaches_nothing.py`."""
    for address in (
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "ftp://x/",
        "data:text/html,x",
        "//x/y",
        "/etc/passwd",
    ):
        with pytest.raises(FetchRefused):
            _fetch(address)
    from tests.house_rules import findings_in

    assert {"no_question_from_a_dictionary"} == {
        name for name, _line in findings_in("Report.objects.filter(**request.GET.dict())")
    }


def test_a_decision_takes_no_request(clinic: Clinic) -> None:
    """The function that decides has no way to be handed a request, and one refuses everything it does not know."""
    request = RequestFactory().get("/", headers={"X-Role": "operator"})
    with pytest.raises(Http404):
        require(clinic.ben_user, "read.report", clinic.report)
    assert not decide(request, "read.report", clinic.report)  # type: ignore[arg-type]
    assert {rule.role for rule in RULES} <= set(Role)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(request_id.get).result() == ""
