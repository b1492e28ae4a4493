"""Every cell of the permission matrix, both ways: who has a rule is let in, every other role is not."""

from __future__ import annotations

import pytest
from django.db.models import Model

from consent.desk.models import CounsellorTask, Guardianship
from consent.ledger.models import Decision as Act
from portal.access.decide import decide
from portal.access.matrix import ACTIONS, RULES, Relation, Rule, asked_about
from portal.people.models import CareRelationship, Role, User
from tests.people import Clinic, allow, care, make_clinic

pytestmark = pytest.mark.django_db

STANDS_TO_ADA = {
    Role.PATIENT: "ada_user",
    Role.CLINICIAN: "clinician",
    Role.COUNSELLOR: "counsellor",
    Role.LABORATORY: "laboratory_user",
    Role.RESEARCHER: "researcher",
    Role.PRIVACY_OFFICER: "privacy_officer",
    Role.OPERATOR: "operator",
}
STANDS_TO_BEN = STANDS_TO_ADA | {
    Role.PATIENT: "ben_user",
    Role.CLINICIAN: "other_clinician",
    Role.LABORATORY: "other_laboratory_user",
}
WITHOUT_A_ROW = {"access_event", "consent_event", "consent_template", "machine_token"}


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def things(clinic: Clinic, action: str) -> list[Model]:
    """One of everything of Ada's that the action may be asked about."""
    found = {
        "user": clinic.ada_user,
        "laboratory": clinic.laboratory,
        "patient": clinic.ada,
        "care_relationship": CareRelationship.objects.filter(patient=clinic.ada).first(),
        "test_order": clinic.order,
        "result_file": clinic.file,
        "job": clinic.job,
        "counsellor_task": CounsellorTask(patient=clinic.ada, scope="pgx", group="medicines"),
        "guardianship": Guardianship(patient=clinic.ada, guardian=clinic.ben_user, capacity="parent"),
        "interpretation": clinic.interpretation,
        "finding": clinic.interpretation.findings.first(),
        "report": clinic.report,
        "annotation": clinic.annotation,
        "sign_off": clinic.sign_off,
        "release": clinic.release,
    }
    return [found[name] for name in asked_about(action) if name not in WITHOUT_A_ROW]


def person(clinic: Clinic, role: Role, standing: dict[Role, str] = STANDS_TO_ADA) -> User:
    return getattr(clinic, standing[role])


def represent(user: User, clinic: Clinic) -> None:
    Guardianship.objects.create(
        patient=clinic.ada,
        guardian=user,
        capacity="attorney",
        basis="power of attorney seen",
        recorded_by=clinic.counsellor,
        confirmed_by=clinic.clinician,
    )


def reaches(rule: Rule, thing: Model) -> bool:
    """A laboratory stands to orders and files only, not to the patient."""
    return rule.relation is not Relation.SENT or thing._meta.model_name in ("testorder", "resultfile")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.role}-{rule.action}")
def test_whoever_has_a_rule_is_let_in(clinic: Clinic, rule: Rule) -> None:
    asked = [thing for thing in things(clinic, rule.action) if reaches(rule, thing)]
    standing = STANDS_TO_ADA
    if rule.relation is Relation.REPRESENTS:
        standing = STANDS_TO_BEN
        represent(clinic.ben_user, clinic)
    for thing in asked or [None]:
        assert decide(person(clinic, rule.role, standing), rule.action, thing), thing


@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_without_a_rule_is_not_even_with_every_tie(clinic: Clinic, action: str) -> None:
    allowed = {rule.role for rule in RULES if rule.action == action}
    for role in set(Role) - allowed:
        user = person(clinic, role)
        user.laboratory = clinic.laboratory
        user.save()
        CareRelationship.objects.filter(member=user).delete()
        care(user, clinic.ada)
        for thing in [*things(clinic, action), None]:
            assert decide(user, action, thing).reason == "not_for_role"


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.relation != Relation.ANY], ids=lambda rule: f"{rule.role}-{rule.action}"
)
def test_the_same_role_without_the_tie_is_not(clinic: Clinic, rule: Rule) -> None:
    CareRelationship.objects.filter(member=clinic.counsellor, patient=clinic.ada).delete()
    for thing in [*things(clinic, rule.action), None]:
        assert decide(person(clinic, rule.role, STANDS_TO_BEN), rule.action, thing).reason == "no_relation"


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.consent], ids=lambda rule: f"{rule.role}-{rule.action}"
)
@pytest.mark.parametrize("act", [Act.DENY, Act.WITHDRAW])
def test_what_needs_a_yes_stops_without_it(clinic: Clinic, rule: Rule, act: Act) -> None:
    allow(clinic.ada, decision=act)
    for thing in things(clinic, rule.action):
        assert decide(person(clinic, rule.role), rule.action, thing).reason == "no_consent"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.gate], ids=lambda rule: f"{rule.role}-{rule.action}")
def test_what_needs_a_release_is_closed_before_it(clinic: Clinic, rule: Rule) -> None:
    asked = things(clinic, rule.action)
    clinic.release.delete()
    for thing in asked:
        if thing != clinic.release:
            again = type(thing).objects.get(pk=thing.pk)
            assert decide(person(clinic, rule.role), rule.action, again).reason == "not_released"
