"""A whole life of consent, at random: whatever people do, the ledger says what a plain model says."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from consent.desk import actions, understanding
from consent.desk.errors import NotUnderstood
from consent.desk.models import CounsellorTask
from consent.desk.queries import current_text, permission
from consent.ledger.chain import faults
from consent.ledger.models import ConsentEvent
from consent.ledger.standing import permitted_subjects
from portal.access.decide import decide
from portal.people.models import Patient
from tests.people import Clinic, make_clinic

pytestmark = pytest.mark.django_db
SCOPES = st.sampled_from(["pgx", "rare.match", "carrier"])
LIFETIME = datetime.timedelta(days=730)


class Life(RuleBasedStateMachine):
    """The model keeps, per scope, only the last thing that counts, and whether the questions were understood."""

    make: Callable[[], Clinic]

    @initialize()
    def begin(self) -> None:
        self.inside = transaction.atomic()
        self.inside.__enter__()
        self.clinic = type(self).make()
        self.held: dict[str, str] = {}
        self.understood: set[str] = set()
        self.tries: dict[str, int] = {}

    @property
    def ada(self) -> Patient:
        return self.clinic.ada

    @rule(scope=SCOPES)
    def reads(self, scope: str) -> None:
        actions.show(self.clinic.ada_user, self.ada, scope)
        self.held.setdefault(scope, "shown")

    @rule(scope=SCOPES, right=st.booleans())
    def answers_the_questions(self, scope: str, right: bool) -> None:
        text = current_text(scope, "en")
        answers = understanding.right_answers(text) if right else {}
        outcome = understanding.answer(self.clinic.ada_user, self.ada, scope, answers)
        if text.group in self.understood:
            assert outcome.passed
        elif self.held.get(scope) == "needs_counsellor":
            assert not outcome.passed and outcome.task
        elif right:
            assert outcome.passed
            self.understood.add(text.group)
        else:
            self.tries[text.group] = self.tries.get(text.group, 0) + 1
            if self.tries[text.group] == 2:
                assert outcome.task
                self.tries[text.group] = 0
                self.held[scope] = "needs_counsellor"

    @rule(scope=SCOPES)
    def says_yes(self, scope: str) -> None:
        group = current_text(scope, "en").group
        may = group in self.understood and self.held.get(scope) != "needs_counsellor"
        try:
            actions.give(self.clinic.ada_user, self.ada, scope)
        except NotUnderstood:
            assert not may
        else:
            assert may
            self.held[scope] = "permitted"

    @rule(scope=SCOPES)
    def says_no(self, scope: str) -> None:
        actions.refuse(self.clinic.ada_user, self.ada, scope)
        self.held[scope] = "denied"

    @rule(scope=SCOPES)
    def takes_it_back(self, scope: str) -> None:
        actions.withdraw(self.clinic.ada_user, self.ada, scope)
        self.held[scope] = "withdrawn"

    @rule()
    def counsellor_talks(self) -> None:
        for task in CounsellorTask.objects.filter(settled_at=None):
            understanding.settle(self.clinic.counsellor, task)
            if self.held.get(task.scope) == "needs_counsellor":
                self.held[task.scope] = "shown"

    @rule(scope=SCOPES)
    def the_privacy_officer_strikes_out_the_last_answer(self, scope: str) -> None:
        found = permission(self.ada, scope)
        if found.event is not None:
            actions.correct(self.clinic.privacy_officer, found.event)
            self.held[scope] = "entered_in_error"

    @rule(scope=SCOPES, who=st.sampled_from(["ben_user", "clinician", "counsellor", "operator", "laboratory_user"]))
    def somebody_else_tries(self, scope: str, who: str) -> None:
        for act in (actions.give, actions.refuse, actions.withdraw):
            with pytest.raises(Http404):
                act(getattr(self.clinic, who), self.ada, scope)

    def check(self) -> None:
        for scope in ("pgx", "rare.match", "carrier"):
            found = permission(self.ada, scope)
            assert found.state == self.held.get(scope, "not_asked")
            assert found.permitted is (self.held.get(scope) == "permitted")
            subjects = permitted_subjects(Patient.objects.values("subject"), scope)
            assert (self.ada.subject in subjects) is found.permitted
        assert bool(decide(self.clinic.clinician, "read.report", self.clinic.report)) is (
            self.held.get("pgx") == "permitted"
        )
        later = permission(self.ada, "rare.match", at=datetime.datetime.now(datetime.UTC) + LIFETIME)
        assert not later.permitted, "this one ends by itself"

    def teardown(self) -> None:
        if hasattr(self, "inside"):
            try:
                self.check()
                assert faults(ConsentEvent.objects.filter(subject=self.ada.subject)) == []
            finally:
                transaction.set_rollback(True)
                self.inside.__exit__(None, None, None)


def live(lives: int, steps: int) -> None:
    class Lives(Life):
        make = staticmethod(lambda: make_clinic(consent=False))

    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=lives, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_a_hundred_lives() -> None:
    live(100, 12)


@pytest.mark.thorough
def test_two_thousand_lives() -> None:
    live(2000, 50)
