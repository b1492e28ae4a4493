"""Who may do what: the right people may, everybody else may not, and doubt is a no."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404
from django.utils import timezone

from consent.ledger.models import Decision as Act
from portal.access.decide import Denied, decide, require
from portal.access.matrix import ACTIONS, RULES
from portal.access.models import AccessEvent, Outcome
from portal.people.models import CareRelationship
from tests.people import Clinic, allow, make_clinic, make_interpretation

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def may(clinic: Clinic, action: str, obj: object) -> set[str]:
    return {name for name, user in clinic.everyone().items() if decide(user, action, obj)}


@pytest.mark.parametrize(
    ("action", "thing", "people"),
    [
        ("read.patient", "ada", {"ada", "clinician", "counsellor"}),
        ("order.test_order", "ada", {"clinician"}),
        ("read.test_order", "order", {"ada", "clinician", "counsellor", "laboratory_user"}),
        ("upload.result_file", "order", {"ada", "clinician", "laboratory_user"}),
        ("upload.result_file", "ada", {"ada", "clinician"}),
        ("read.result_file", "file", {"ada", "clinician", "counsellor", "laboratory_user"}),
        ("review.result_file", "file", {"clinician", "counsellor"}),
        ("read.interpretation", "interpretation", {"ada", "clinician", "counsellor"}),
        ("read.report", "report", {"ada", "clinician", "counsellor"}),
        ("download.report", "report", {"ada", "clinician", "counsellor"}),
        ("annotate.report", "report", {"clinician"}),
        ("compose.report", "report", {"clinician"}),
        ("sign.report", "report", {"clinician"}),
        ("release.report", "report", {"clinician"}),
        ("read.annotation", "annotation", {"ada", "clinician", "counsellor"}),
        ("read.sign_off", "sign_off", {"ada", "clinician", "counsellor"}),
        ("give.consent_event", "ada", {"ada"}),
        ("withdraw.consent_event", "ada", {"ada"}),
        ("read.consent_event", "ada", {"ada", "clinician", "counsellor", "privacy_officer"}),
        ("read.access_event", "ada", {"ada", "privacy_officer"}),
        ("administer.user", "clinician", {"operator"}),
        ("read.job", "job", {"operator"}),
    ],
)
def test_exactly_these_people_may(clinic: Clinic, action: str, thing: str, people: set[str]) -> None:
    assert may(clinic, action, getattr(clinic, thing)) == people


def test_no_rule_lets_anyone_in_who_is_not_signed_in_or_switched_off(clinic: Clinic) -> None:
    things = [clinic.ada, clinic.order, clinic.file, clinic.interpretation, clinic.report, clinic.job, None]
    clinic.clinician.is_active = False
    for action in ACTIONS:
        for thing in things:
            assert not decide(None, action, thing)
            assert not decide(AnonymousUser(), action, thing)
            assert not decide(clinic.clinician, action, thing)


def test_a_patient_reads_nothing_that_is_not_released(clinic: Clinic) -> None:
    draft = clinic.draft
    assert decide(clinic.ada_user, "read.report", draft).reason == "not_released"
    assert decide(clinic.clinician, "read.report", draft)
    unread = make_interpretation(clinic.file, knowledge_release="newer")
    assert decide(clinic.ada_user, "read.interpretation", unread).reason == "not_released"


def test_a_release_without_a_signature_releases_nothing(clinic: Clinic) -> None:
    clinic.sign_off.delete()
    clinic.report.refresh_from_db()
    assert decide(clinic.ada_user, "read.report", clinic.report).reason == "not_released"


def test_a_release_in_the_future_releases_nothing_yet(clinic: Clinic) -> None:
    clinic.release.at = timezone.now() + datetime.timedelta(hours=1)
    clinic.release.save()
    clinic.report.refresh_from_db()
    assert decide(clinic.ada_user, "read.report", clinic.report).reason == "not_released"
    later = timezone.now() + datetime.timedelta(hours=2)
    assert decide(clinic.ada_user, "read.report", clinic.report, at=later)


@pytest.mark.parametrize("act", [Act.WITHDRAW, Act.DENY])
def test_taking_back_the_yes_closes_what_rests_on_it_at_once(clinic: Clinic, act: Act) -> None:
    assert decide(clinic.clinician, "read.report", clinic.report)
    allow(clinic.ada, decision=act)
    for person in (clinic.ada_user, clinic.clinician, clinic.counsellor):
        assert decide(person, "read.report", clinic.report).reason == "no_consent"
        assert decide(person, "read.interpretation", clinic.interpretation).reason == "no_consent"
    assert decide(clinic.ada_user, "give.consent_event", clinic.ada), "changing your mind stays possible"


def test_a_yes_names_the_consent_it_rests_on(clinic: Clinic) -> None:
    newer = allow(clinic.ada)
    assert decide(clinic.clinician, "read.report", clinic.report).consent_events == (str(newer.id),)


def test_somebody_elses_yes_does_not_count(clinic: Clinic) -> None:
    allow(clinic.ada, decision=Act.WITHDRAW)
    allow(clinic.ben)
    assert not decide(clinic.clinician, "read.report", clinic.report)


def test_care_that_has_ended_or_not_begun_opens_nothing(clinic: Clinic) -> None:
    relationship = CareRelationship.objects.get(member=clinic.clinician, patient=clinic.ada)
    relationship.until = timezone.now()
    relationship.save()
    assert decide(clinic.clinician, "read.patient", clinic.ada).reason == "no_relation"
    relationship.until, relationship.since = None, timezone.now() + datetime.timedelta(hours=1)
    relationship.save()
    assert decide(clinic.clinician, "read.patient", clinic.ada).reason == "no_relation"


def test_a_person_without_a_laboratory_is_not_every_laboratory(clinic: Clinic) -> None:
    clinic.laboratory_user.laboratory = None
    clinic.laboratory_user.save()
    own_file = clinic.file
    own_file.order = None
    assert not decide(clinic.laboratory_user, "read.result_file", own_file)


def test_a_patient_record_without_an_account_is_nobodys_own(clinic: Clinic) -> None:
    clinic.ada.account = None
    clinic.ada.save()
    assert not decide(clinic.ben_user, "read.patient", clinic.ada)


def test_asking_about_the_wrong_thing_or_in_unknown_words_is_a_no(clinic: Clinic) -> None:
    assert decide(clinic.clinician, "read.report", clinic.ada).reason == "wrong_object"
    assert decide(clinic.clinician, "read.everything", clinic.report).reason == "unknown_action"
    assert decide(clinic.clinician, "read.report", None).reason == "no_relation"
    assert decide(clinic.clinician, "", object()).reason == "unknown_action"
    assert decide(clinic.clinician, "read.report", object()).reason == "error"


def test_a_broken_database_is_a_no_not_a_crash(clinic: Clinic) -> None:
    def broken(execute, sql, params, many, context):
        raise RuntimeError("the disk is gone")

    with connection.execute_wrapper(broken):
        for rule in RULES:
            if rule.relation != "any":
                decision = decide(clinic.clinician, rule.action, clinic.report)
                assert not decision.permitted
        assert decide(clinic.clinician, "read.report", clinic.report).reason == "error"


def test_a_refusal_is_noted_and_looks_like_an_unknown_address(clinic: Clinic) -> None:
    with pytest.raises(Http404) as refused:
        require(clinic.ben_user, "read.report", clinic.report)
    assert isinstance(refused.value, Denied)
    assert str(refused.value) == ""
    event = AccessEvent.objects.latest("sequence")
    assert (event.actor, event.patient, event.outcome) == (clinic.ben_user, clinic.ada, Outcome.DENY)
    assert (event.action, event.reason, event.resource_id) == ("read.report", "no_relation", str(clinic.report.pk))
