"""The demonstration's whole decision: there to walk through in both languages, and no past made up."""

from __future__ import annotations

import pytest
from django.utils import timezone

from portal.access.models import AccessEvent
from portal.decisions.following.models import DiaryEntry, FollowUpTask, LookBack, LookBackKind, Plan
from portal.decisions.following.queries import waits_for_answer
from portal.decisions.models import JointDecision
from portal.delivery import actions as delivery
from portal.home.demo import clinic as demo_clinic
from portal.home.demo.following import follow_through
from tests.people import allow, make_order
from tests.road import draft_from

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_choice_is_carried_to_three_months_and_nothing_is_dated_back(language: str) -> None:
    # Given a follower of the demonstration, whose report is signed
    clinic = demo_clinic.make_clinic()
    patient = next(follower for follower in clinic.followers if follower.language == language)
    allow(patient)
    report = draft_from(clinic.technician, make_order(patient, clinic.laboratory, clinic.clinician, "N-1"))
    for signer in (clinic.clinician, clinic.second_clinician):
        report.refresh_from_db()
        if report.signed_at is None:
            delivery.sign(signer, report, delivery.shown_hash(report, []))
    report.refresh_from_db()
    begun, logged = timezone.now(), AccessEvent.objects.count()

    # When the decision is carried through, twice
    follow_through(clinic, report)
    after_once = AccessEvent.objects.count()
    follow_through(clinic, report)

    # Then it is there once, with what came after it, and the question of three months waits for its answer
    joint = JointDecision.objects.get()
    assert (joint.decision.language, joint.option) == (language, "prasugrel")
    assert Plan.objects.count() == 1 and DiaryEntry.objects.count() == 2
    assert list(FollowUpTask.objects.values_list("rule", flat=True)) == ["lasts"]
    assert patient.account is not None and patient.account.speaks == language
    waits = waits_for_answer(patient.account)
    assert waits is not None and waits.kind == LookBackKind.THREE_MONTHS
    assert LookBack.objects.get(kind=LookBackKind.TWO_WEEKS).answers["still_right"] == "yes"

    # And every act stands in the log at the time it was done, none twice
    assert AccessEvent.objects.count() == after_once > logged
    assert AccessEvent.objects.filter(at__gte=begun).count() == after_once - logged
    assert joint.made_at >= begun
