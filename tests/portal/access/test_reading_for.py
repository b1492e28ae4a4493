"""A helper reads what the patient let them see, says for whom on every address, and loses it when it is over."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk import guardians
from consent.desk.capacity import comes_of_age
from consent.ledger.models import Decision as Act
from portal.access import proxies
from portal.access.decide import decide
from portal.access.matrix import RULES, Relation
from portal.access.models import AccessEvent
from portal.access.standing_in import helped_by, helpers_of, standing_in
from portal.people.models import Patient, Role, User
from portal.results.models import Interpretation
from tests.people import (
    Clinic,
    allow,
    care,
    help_with,
    make_clinic,
    make_file,
    make_interpretation,
    make_patient,
    make_report,
    make_user,
    release,
    say_yes,
    sign,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


@pytest.fixture
def helper() -> User:
    return make_user(Role.PATIENT, "Hana Helper")


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pages(clinic: Clinic) -> dict[str, list[str]]:
    """Every address a helper reads at, by the part of the record it belongs to."""
    ada, report, file = clinic.ada.pk, clinic.report.pk, clinic.file.pk
    behalf = f"?on_behalf_of={ada}"
    return {
        "any": [reverse("helped", args=[ada])],
        "reports": [
            reverse("delivery:for:report", args=[ada, report]),
            reverse("delivery:for:pdf", args=[ada, report]),
            reverse("delivery:for:pdf_state", args=[ada, report]),
            reverse("api:report", args=[report]) + behalf,
            reverse("api:report_pdf", args=[report]) + behalf,
            reverse("api:interpretation", args=[clinic.interpretation.pk]) + behalf,
        ],
        "files": [
            reverse("results:for:file", args=[ada, file]),
            reverse("results:for:file_progress", args=[ada, file]),
            reverse("api:result_file", args=[file]) + behalf,
        ],
    }


def statuses(client: Client, addresses: list[str]) -> set[int]:
    return {client.get(address).status_code for address in addresses}


def test_a_helper_reads_every_part_that_was_opened_and_no_other(clinic: Clinic, helper: User) -> None:
    help_with(clinic.ada, helper, "reports")
    client, found = at(helper), pages(clinic)
    assert statuses(client, found["any"] + found["reports"]) == {200}
    assert statuses(client, found["files"]) == {404}
    help_with(clinic.ben, helper, "files")
    assert statuses(client, [reverse("helped", args=[clinic.ben.pk])]) == {200}
    mixed = reverse("delivery:for:report", args=[clinic.ben.pk, clinic.report.pk])
    assert statuses(client, [mixed]) == {404}, "a report is read for the person it is about, or not at all"


def test_without_saying_for_whom_a_helper_reads_nothing(clinic: Clinic, helper: User) -> None:
    help_with(clinic.ada, helper, "reports", "files")
    client = at(helper)
    for name, key in (
        ("delivery:report", clinic.report),
        ("delivery:pdf", clinic.report),
        ("api:report", clinic.report),
    ):
        assert client.get(reverse(name, args=[key.pk])).status_code == 404
    assert client.get(reverse("results:file", args=[clinic.file.pk])).status_code == 404
    assert client.get(reverse("api:reports")).json()["results"] == []
    assert [
        row["id"] for row in client.get(reverse("api:reports"), {"on_behalf_of": clinic.ada.pk}).json()["results"]
    ]
    assert client.get(reverse("api:reports"), {"on_behalf_of": clinic.ben.pk}).status_code == 404
    assert client.get(reverse("api:reports"), {"on_behalf_of": "nobody"}).status_code == 404


@pytest.mark.parametrize("how", ["the patient ends it", "the patient takes the yes back", "the helper ends it"])
def test_the_next_request_after_the_end_is_refused(clinic: Clinic, helper: User, how: str) -> None:
    grant = help_with(clinic.ada, helper, "reports", "files")
    client, found = at(helper), pages(clinic)
    every = [address for part in found.values() for address in part]
    assert statuses(client, every) == {200}
    if how == "the patient ends it":
        at(clinic.ada_user).post(reverse("access:end", args=[grant.pk]))
    elif how == "the helper ends it":
        proxies.end(helper, grant)
    else:
        for part in ("reports", "files"):
            address = reverse("consent:choice", args=[f"proxy.{helper.pk}.{part}"])
            at(clinic.ada_user).post(address, {"answer": "withdraw"})
    assert statuses(client, every) == {404}
    assert not helped_by(helper) and not helpers_of(clinic.ada)


def test_a_helper_is_not_told_that_the_patient_closed_their_genes(clinic: Clinic, helper: User) -> None:
    help_with(clinic.ada, helper, "reports")
    allow(clinic.ada, "pgx", Act.WITHDRAW)
    page = at(helper).get(reverse("delivery:for:report", args=[clinic.ada.pk, clinic.report.pk]))
    assert page.status_code == 404 and "allow" not in page.content.decode().split("<main")[1].split("</main>")[0]
    assert (
        "There is no report to read now." in at(helper).get(reverse("helped", args=[clinic.ada.pk])).content.decode()
    )


def test_what_is_not_released_is_not_there_for_a_helper(clinic: Clinic, helper: User) -> None:
    help_with(clinic.ada, helper, "reports")
    draft = reverse("delivery:for:report", args=[clinic.ada.pk, clinic.draft.pk])
    assert at(helper).get(draft).status_code == 404
    assert str(clinic.draft.pk) not in at(helper).get(reverse("helped", args=[clinic.ada.pk])).content.decode()


def test_every_page_says_whose_record_it_is_and_the_log_says_who_helped(clinic: Clinic, helper: User) -> None:
    help_with(clinic.ada, helper, "reports", "files")
    client = at(helper)
    for name, arguments in (
        ("helped", []),
        ("delivery:for:report_list", []),
        ("delivery:for:report", [clinic.report.pk]),
        ("results:for:files", []),
        ("results:for:file", [clinic.file.pk]),
    ):
        page = client.get(reverse(name, args=[clinic.ada.pk, *arguments])).content.decode()
        assert f"You are reading for {clinic.ada.full_name}." in page, name
    read = AccessEvent.objects.filter(actor=helper, action="read.report").get()
    assert (read.on_behalf_of, read.purpose, len(read.consent_events)) == (clinic.ada, "family", 2)
    log = " ".join(at(clinic.ada_user).get(reverse("access:log")).content.decode().split())
    assert "Hana Helper, helping you, read a report." in log
    clinic.release.refresh_from_db()
    assert clinic.release.first_read_at is None, "only the patient's own reading is theirs"


def test_a_report_kept_private_is_not_there_for_a_helper(clinic: Clinic, helper: User) -> None:
    help_with(clinic.ada, helper, "reports", "files")
    patient, client, found = at(clinic.ada_user), at(helper), pages(clinic)
    hide = reverse("delivery:keep_private", args=[clinic.report.pk])
    assert client.post(hide, {"keep": "1"}).status_code == 404
    patient.post(hide, {"keep": "1"})
    assert statuses(client, found["reports"]) == {404}
    assert str(clinic.report.pk) not in client.get(reverse("helped", args=[clinic.ada.pk])).content.decode()
    behalf = {"on_behalf_of": clinic.ada.pk}
    assert client.get(reverse("api:reports"), behalf).json()["results"] == []
    assert client.get(reverse("api:interpretations"), behalf).json()["results"] == []
    later = make_report(clinic.interpretation, edition=3)
    sign(later, clinic.clinician)
    release(later)
    assert not decide(helper, "read.report", later, on_behalf_of=clinic.ada), "a new edition does not come to light"
    assert patient.get(reverse("delivery:report", args=[clinic.report.pk])).status_code == 200
    assert decide(clinic.clinician, "read.report", clinic.report)
    patient.post(hide, {"keep": "0"})
    assert statuses(client, found["reports"]) == {200}


def test_a_file_kept_private_is_not_there_for_a_helper(clinic: Clinic, helper: User) -> None:
    help_with(clinic.ada, helper, "reports", "files")
    client, found = at(helper), pages(clinic)
    at(clinic.ada_user).post(reverse("results:keep_private", args=[clinic.file.pk]), {"keep": "1"})
    assert statuses(client, found["files"]) == {404}
    again = Interpretation.objects.get(pk=clinic.interpretation.pk)
    assert not decide(helper, "read.interpretation", again, on_behalf_of=clinic.ada)
    assert not decide(helper, "read.test_order", clinic.order, on_behalf_of=clinic.ada)


def test_what_a_helper_never_sees() -> None:
    """Not who looked, not what is allowed, not who else helps: somebody who pushes a patient learns nothing of it."""
    kept = {"access_event", "consent_event", "question", "break_glass", "proxy_invitation", "comprehension_check"}
    seen = {rule.action.partition(".")[2] for rule in RULES if rule.relation is Relation.PROXY}
    assert seen.isdisjoint(kept)
    changing = {rule.action for rule in RULES if rule.relation is Relation.PROXY}
    assert {action.partition(".")[0] for action in changing} <= {"read", "download", "end"}


def test_another_helper_is_not_seen(clinic: Clinic, helper: User) -> None:
    help_with(clinic.ada, helper, "reports")
    help_with(clinic.ada, make_user(Role.PATIENT, "Olga Other"), "reports")
    for address in (reverse("helped", args=[clinic.ada.pk]), reverse("access:helpers")):
        assert "Olga" not in at(helper).get(address, follow=True).content.decode()


# Who decides for somebody reads for them, by the same door.


@pytest.fixture
def child(clinic: Clinic) -> Patient:
    child = make_patient("Cleo", "Example", birth_date=timezone.localdate() - datetime.timedelta(days=365 * 10))
    care(clinic.clinician, child)
    care(clinic.counsellor, child)
    return child


def guard(clinic: Clinic, child: Patient) -> None:
    facts = {"capacity": "parent", "basis": "birth certificate seen"}
    recorded = guardians.record(clinic.counsellor, child, clinic.ben_user, **facts)
    guardians.confirm(clinic.clinician, recorded)


def test_a_parent_reads_what_they_decide_about_until_the_child_is_of_age(clinic: Clinic, child: Patient) -> None:
    file = make_file(child, clinic.laboratory_user)
    report = make_report(make_interpretation(file))
    sign(report, clinic.clinician)
    release(report)
    parent = clinic.ben_user
    address = reverse("delivery:for:report", args=[child.pk, report.pk])
    assert at(parent).get(address).status_code == 404
    guard(clinic, child)
    assert at(parent).get(address).status_code == 404, "nobody has said yes"
    say_yes(parent, child)
    assert at(parent).get(address).status_code == 200
    assert [one.patient for one in helped_by(parent)] == [child]
    birthday = comes_of_age(child)
    before = birthday - datetime.timedelta(seconds=1)
    assert decide(parent, "read.report", report, on_behalf_of=child, at=before)
    assert not decide(parent, "read.report", report, on_behalf_of=child, at=birthday)
    assert standing_in(parent, child, birthday) is None and helped_by(parent, birthday) == []
    child.birth_date = timezone.localdate() - datetime.timedelta(days=366 * 19)
    child.save()
    assert at(parent).get(address).status_code == 404


def test_whom_a_child_let_help_is_asked_about_again_at_eighteen(clinic: Clinic, child: Patient) -> None:
    """One truth for both: a child's own yes to a helper ends on the same day as a parent's footing."""
    child.birth_date = timezone.localdate() - datetime.timedelta(days=365 * 17)
    child.save()
    helper, birthday = make_user(Role.PATIENT), comes_of_age(child)
    for part in ("reports", "files"):
        say_yes(child.account, child, f"proxy.{helper.pk}.{part}")
    help_with(child, helper)
    grant = helper.acts_for.get()
    grant.covers = ["reports", "files"]
    grant.save()
    assert standing_in(helper, child, birthday - datetime.timedelta(seconds=1)) is not None
    assert standing_in(helper, child, birthday) is None
    assert not decide(helper, "read.patient", child, on_behalf_of=child, at=birthday)


def test_a_footing_of_one_person_reads_nothing(clinic: Clinic, child: Patient) -> None:
    guardians.record(clinic.counsellor, child, clinic.ben_user, capacity="parent", basis="seen")
    assert standing_in(clinic.ben_user, child) is None
    assert at(clinic.ben_user).get(reverse("helped", args=[child.pk])).status_code == 404
