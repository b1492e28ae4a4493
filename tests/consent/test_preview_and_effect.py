"""What an answer changes is shown before it is kept, and what a no has stopped is checked, not claimed."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk import actions, hooks
from consent.desk.effect import effect_of
from consent.desk.models import Guardianship
from consent.desk.preview import Change, preview
from consent.ledger.models import ConsentEvent
from portal.access import log
from portal.access.decide import decide
from portal.access.models import AccessEvent
from portal.people.models import Role
from tests.people import Clinic, allow, help_with, make_clinic, make_patient, make_user, say_yes

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(consent=False)


def said(changes: tuple[Change, ...]) -> set[tuple[str, str]]:
    return {(change.person.name, change.action) for change in changes}


def test_the_preview_is_what_then_happens(clinic: Clinic) -> None:
    """For every person and act named, the engine says no before, and yes after the answer is kept; and back."""
    before = preview(clinic.ada, "pgx", yes=True)
    assert before.gains and not before.loses
    named = said(before.gains)
    assert ("Dr Carla Clinician", "read.report") in named
    assert (clinic.ada_user.name, "read.report") in named
    assert ("Cora Counsellor", "sign.report") not in named, "a counsellor does not sign"
    people = {user.name: user for user in clinic.everyone().values()}
    open_before = {
        (who, act) for who, act in named if act.endswith(".report") if decide(people[who], act, clinic.report)
    }
    assert open_before == set()
    say_yes(clinic.ada_user, clinic.ada)
    assert all(decide(people[who], act, clinic.report) for who, act in named if act.endswith(".report"))
    back = preview(clinic.ada, "pgx", yes=False)
    assert said(back.loses) == named and not back.gains


def test_looking_at_a_preview_changes_and_opens_nothing(clinic: Clinic) -> None:
    preview(clinic.ada, "pgx", yes=True)
    assert not ConsentEvent.objects.exists()
    assert not decide(clinic.clinician, "read.report", clinic.report)


def test_saying_again_what_holds_changes_nothing(clinic: Clinic) -> None:
    allow(clinic.ada)
    assert not preview(clinic.ada, "pgx", yes=True).changes


def test_without_a_report_yet_the_preview_says_who_could_read_one(clinic: Clinic) -> None:
    patient = make_patient("New", "Person")
    found = preview(patient, "pgx", yes=True)
    assert {change.now for change in found.gains} == {0}
    assert (patient.account.name, "read.report") in said(found.gains)


def test_a_scope_that_nothing_rests_on_yet_says_so(clinic: Clinic) -> None:
    found = preview(clinic.ada, "carrier", yes=True)
    assert not found.changes and not found.rests_on_it


def test_an_assumption_opens_nothing_but_its_own_scope(clinic: Clinic) -> None:
    for assumed in ({}, {"carrier": True}, {"pgx": False}, {"pgx": "yes"}, {"pgx": 1}):
        assert not decide(clinic.clinician, "read.report", clinic.report, assume=assumed)
    assert not decide(clinic.other_clinician, "read.report", clinic.report, assume={"pgx": True}), "no tie"
    assert not decide(clinic.operator, "read.report", clinic.report, assume={"pgx": True}), "no rule"


def test_a_withdrawal_closes_everything_and_the_statement_checks_it(clinic: Clinic) -> None:
    say_yes(clinic.ada_user, clinic.ada)
    event = actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    effect = effect_of(clinic.ada, event, timezone.now())
    counts = {row.resource: row.count for row in effect.closed}
    assert counts["report"] == 2 and counts["interpretation"] == counts["finding"] == 1
    assert {row.still_open for row in effect.closed} == {0}


def test_a_statement_does_not_claim_what_is_not_so(clinic: Clinic) -> None:
    """Said yes again since: the old statement shows that things are open."""
    say_yes(clinic.ada_user, clinic.ada)
    event = actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    say_yes(clinic.ada_user, clinic.ada)
    assert any(row.still_open for row in effect_of(clinic.ada, event, timezone.now()).closed)


def test_copies_taken_home_are_named_as_not_to_be_called_back(clinic: Clinic) -> None:
    say_yes(clinic.ada_user, clinic.ada)
    log.record(clinic.clinician, "download.report", clinic.report)
    event = actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    (copy,) = effect_of(clinic.ada, event, timezone.now()).outside
    assert (copy.kind, copy.holder) == ("download.report", "Dr Carla Clinician")
    client = Client()
    client.force_login(clinic.ada_user)
    page = client.get(reverse("consent:effect", args=[event.id])).content.decode()
    assert "The PDF of a report that Dr Carla Clinician saved on" in page
    assert "2 reports are closed." in page


def test_whoever_reads_the_statement_is_not_spoken_of_by_name(clinic: Clinic) -> None:
    say_yes(clinic.ada_user, clinic.ada)
    log.record(clinic.ada_user, "download.report", clinic.report)
    event = actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    client = Client()
    client.force_login(clinic.ada_user)
    page = client.get(reverse("consent:effect", args=[event.id])).content.decode()
    assert "The PDF of a report that you saved on" in page
    assert "that Ada Example saved" not in page


def test_other_rooms_can_say_which_copies_they_hold(clinic: Clinic) -> None:
    yesterday = timezone.now() - datetime.timedelta(days=1)

    @hooks.holds_copies
    def registry(patient, scope):
        yield hooks.Copy("export", "A registry", yesterday, recalled=True)
        yield hooks.Copy("export", "Another registry", yesterday)
        yield hooks.Copy("export", "Made afterwards", timezone.now() + datetime.timedelta(days=1))

    try:
        event = actions.withdraw(clinic.ada_user, clinic.ada, "rare.registry")
        effect = effect_of(clinic.ada, event, timezone.now())
    finally:
        hooks._registers.remove(registry)
    assert [copy.holder for copy in effect.recalled] == ["A registry"]
    assert [copy.holder for copy in effect.outside] == ["Another registry"]


# Helpers, and who decides for somebody, are people too.


def test_the_preview_names_helpers_and_what_they_gain_and_lose(clinic: Clinic) -> None:
    helper = make_user(Role.PATIENT, "Hana Helper")
    help_with(clinic.ada, helper, "reports")
    assert ("Hana Helper", "read.report") in said(preview(clinic.ada, "pgx", yes=True).gains)
    assert ("Hana Helper", "read.result_file") not in said(preview(clinic.ada, "pgx", yes=True).gains)
    say_yes(clinic.ada_user, clinic.ada)
    lost = preview(clinic.ada, "pgx", yes=False).loses
    assert ("Hana Helper", "read.report") in said(lost)
    assert not [change for change in lost if change.person == helper and change.you], "not the patient themselves"


def test_an_answer_about_one_helper_concerns_that_helper_alone(clinic: Clinic) -> None:
    hana, olga = make_user(Role.PATIENT, "Hana Helper"), make_user(Role.PATIENT, "Olga Other")
    for helper in (hana, olga):
        help_with(clinic.ada, helper, "reports", "files")
    say_yes(clinic.ada_user, clinic.ada)
    found = preview(clinic.ada, f"proxy.{hana.pk}.files", yes=False)
    assert said(found.loses) == {("Hana Helper", "read.result_file"), ("Hana Helper", "read.test_order")}
    assert not found.gains


def test_the_statement_after_ending_help_says_what_closed_for_whom_and_what_was_saved(clinic: Clinic) -> None:
    hana, olga = make_user(Role.PATIENT, "Hana Helper"), make_user(Role.PATIENT, "Olga Other")
    for helper in (hana, olga):
        help_with(clinic.ada, helper, "reports")
    say_yes(clinic.ada_user, clinic.ada)
    for helper in (hana, olga):
        client = Client()
        client.force_login(helper)
        client.get(reverse("delivery:for:pdf", args=[clinic.ada.pk, clinic.report.pk]))
    event = actions.withdraw(clinic.ada_user, clinic.ada, f"proxy.{hana.pk}.reports")
    effect = effect_of(clinic.ada, event, timezone.now())
    assert {row.still_open for row in effect.closed} == {0}
    assert [(copy.kind, copy.holder) for copy in effect.outside] == [("download.report", "Hana Helper")]
    client = Client()
    client.force_login(clinic.ada_user)
    page = client.get(reverse("consent:effect", args=[event.id])).content.decode()
    assert "What has stopped for Hana Helper" in page and "Olga" not in page


def test_a_guardian_is_named_in_the_preview(clinic: Clinic) -> None:
    Guardianship.objects.create(
        patient=clinic.ada,
        guardian=clinic.ben_user,
        capacity="attorney",
        basis="power of attorney seen",
        recorded_by=clinic.counsellor,
        confirmed_by=clinic.clinician,
    )
    assert (clinic.ben_user.name, "read.report") in said(preview(clinic.ada, "pgx", yes=True).gains)


@pytest.mark.parametrize(("way", "kind"), [("api", "api"), ("draft_pdf", "draft_pdf")])
def test_what_left_another_way_is_a_copy_too(clinic: Clinic, way: str, kind: str) -> None:
    say_yes(clinic.ada_user, clinic.ada)
    log.record(clinic.clinician, "read.report", clinic.report, reason=way)
    log.record(clinic.clinician, "read.report", clinic.report)
    event = actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    assert [copy.kind for copy in effect_of(clinic.ada, event, timezone.now()).outside] == [kind]


def test_a_yes_has_no_statement_of_effect(clinic: Clinic) -> None:
    event = say_yes(clinic.ada_user, clinic.ada)
    client = Client()
    client.force_login(clinic.ada_user)
    assert client.get(reverse("consent:effect", args=[event.id])).status_code == 404


def test_previewing_is_no_look_at_the_record(clinic: Clinic) -> None:
    before = AccessEvent.objects.count()
    preview(clinic.ada, "pgx", yes=True)
    assert AccessEvent.objects.count() == before
