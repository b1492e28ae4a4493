"""Every cell of the permission matrix, both ways: each role, by each tie, for each action, in each state of consent.

The expectation is read off the matrix by the few lines of `expected`, which know nothing of the engine. The two fixed
gates (released, and what a proxy grant covers) have their own tests below.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils import timezone

from consent.desk.models import CounsellorTask, Guardianship
from consent.ledger.models import ConsentTemplate
from consent.ledger.models import Decision as Act
from portal.access import log
from portal.access.decide import decide
from portal.access.matrix import ACTIONS, RESOURCE_NAMED, RULES, Purpose, Relation, Rule, asked_about
from portal.access.models import (
    BreakGlass,
    EmailChange,
    FactorRecovery,
    IdentityCheck,
    PatientInvitation,
    Question,
)
from portal.api.models import MachineToken
from portal.contact.models import Attachment, Message, Thread, VisitQuestion
from portal.delivery.models import FirstSignature, Hold, OptionChange, ReleasePreference, Share, Withdrawal
from portal.people.models import CareRelationship, Patient, ProxyGrant, ProxyInvitation, Role, User
from portal.record.models import BodyFact, ListedMedicine, Reaction
from portal.rights.models import Erasure, Export, LifeEvent, RetentionDue, RetentionRule
from tests.people import Clinic, allow, care, decided, help_with, make_clinic, make_user

pytestmark = pytest.mark.django_db

TIES = [None, *(tie for tie in Relation if tie is not Relation.ANY)]
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def shared(clinic: Clinic) -> Share:
    """A share with the patient's yes to it, so that only the yes behind it is tried."""
    share: Share = Share.objects.create(
        report=clinic.report, shared_by=clinic.ada_user, doctor="Dr X", email="x@example.org", days=7
    )
    allow(clinic.ada, f"share.{share.pk}")
    return share


def things(clinic: Clinic) -> dict[str, Model]:
    """One of everything of Ada's, by the name of its resource."""
    ada, now = clinic.ada, timezone.now()
    relationship = ada.care.first()
    assert relationship is not None
    relationship.patient = ada
    event = log.record(clinic.clinician, "read.patient", ada)
    return {
        "user": clinic.ada_user,
        "laboratory": clinic.laboratory,
        "patient": ada,
        "care_relationship": relationship,
        "access_event": event,
        "question": Question.objects.create(event=event, asked_by=clinic.ada_user),
        "break_glass": BreakGlass.objects.create(
            patient=ada, member=clinic.clinician, reason="x", until=now, review_due_at=now
        ),
        "factor_recovery": FactorRecovery.objects.create(user=clinic.clinician, asked_by=clinic.operator),
        "proxy_grant": ProxyGrant.objects.create(patient=ada, proxy=clinic.ben_user, until=now),
        "proxy_invitation": ProxyInvitation.objects.create(patient=ada, email="x@example.org", expires_at=now),
        "consent_event": allow(ada, "another_scope"),
        "test_order": clinic.order,
        "result_file": clinic.file,
        "job": clinic.job,
        "consent_template": ConsentTemplate(scope="pgx", locale="en", version="2.0"),
        "counsellor_task": CounsellorTask(patient=ada, scope="pgx", group="medicines"),
        "guardianship": Guardianship(patient=ada, guardian=clinic.ben_user, capacity="parent"),
        "interpretation": clinic.interpretation,
        "finding": clinic.interpretation.findings.first(),
        "report": clinic.report,
        "annotation": clinic.annotation,
        "sign_off": clinic.sign_off,
        "release": clinic.release,
        "release_preference": ReleasePreference(patient=ada, kind="medicines", choice="now"),
        "hold": Hold(report=clinic.report, reason="talk_first", until=now, placed_by=clinic.clinician),
        "thread": (thread := Thread(patient=ada, kind="message")),
        "message": (message := Message(thread=thread, author=clinic.clinician, text="x")),
        "attachment": Attachment(message=message, kind="pdf", size=1),
        "visit_question": VisitQuestion(patient=ada, text="x"),
        "option_change": OptionChange.objects.create(
            report=clinic.report, act="added", about="x", author=clinic.clinician
        ),
        "first_signature": FirstSignature.objects.create(report=clinic.report, signed_by=clinic.clinician, at=now),
        "withdrawal": Withdrawal.objects.create(
            report=clinic.report, reason="other", withdrawn_by=clinic.clinician, at=now
        ),
        **decided(clinic),
        "identity_check": IdentityCheck(patient=ada, checked_by=clinic.clinician, identifiers=["name", "birth_date"]),
        "patient_invitation": PatientInvitation(patient=ada, email="x@example.org", expires_at=now),
        "email_change": EmailChange(user=clinic.ada_user, old_email="x@example.org", undo_until=now),
        "share": shared(clinic),
        "listed_medicine": ListedMedicine(patient=ada, name="x"),
        "reaction": Reaction(patient=ada, kind="allergy", name="x"),
        "body_fact": BodyFact(patient=ada, part="kidneys", said="usual"),
        "export": Export.objects.create(patient=ada, asked_by=clinic.ada_user),
        "erasure": Erasure.objects.create(patient=ada),
        "life_event": LifeEvent.objects.create(patient=ada, kind="moved", basis="seen", recorded_by=clinic.clinician),
        "retention_rule": RetentionRule(kind="moved", years=10),
        "retention_due": RetentionDue.objects.create(patient=ada, kind="moved", since=now),
        "machine_token": MachineToken.objects.create(account=clinic.laboratory_user, label="x", token_hash="0" * 64),
    }


def states(ada: Patient) -> Iterator[tuple[str, bool]]:
    """Puts Ada's answer about every scope of the matrix into each state in turn; whether it lets data move."""
    yield "not_asked", False
    scopes = {rule.consent for rule in RULES if rule.consent}

    def answer(**facts: Any) -> None:
        for scope in sorted(scopes):
            allow(ada, scope, **facts)

    answer()
    yield "permitted", True
    answer(decision=Act.WITHDRAW)
    yield "withdrawn", False
    answer(decision=Act.DENY)
    yield "denied", False
    answer(expires_at=timezone.now() - HOUR)
    yield "expired", False


def tied(role: Role, tie: Relation | None, clinic: Clinic) -> User:
    """Somebody of a role who stands to Ada by one tie only."""
    user = make_user(role)
    match tie:
        case Relation.CARES_FOR:
            care(user, clinic.ada)
        case Relation.EMERGENCY:
            CareRelationship.objects.create(
                member=user, patient=clinic.ada, emergency=True, until=timezone.now() + HOUR
            )
        case Relation.SENT:
            user.laboratory = clinic.laboratory
            user.save()
        case Relation.PROXY:
            help_with(clinic.ada, user, "files", "reports")
        case Relation.REPRESENTS:
            represent(user, clinic)
    return user


def represent(user: User, clinic: Clinic) -> None:
    Guardianship.objects.create(
        patient=clinic.ada,
        guardian=user,
        capacity="attorney",
        basis="power of attorney seen",
        recorded_by=clinic.counsellor,
        confirmed_by=clinic.clinician,
    )


def own(clinic: Clinic, user: User) -> None:
    Patient.objects.filter(pk=clinic.ada.pk).update(account=user)
    clinic.ada.account = user


@dataclass(frozen=True)
class Cell:
    role: Role | None
    tie: Relation | None
    action: str
    thing: str
    consent: str


def expected(cell: Cell, permitted: bool) -> bool:
    resource = RESOURCE_NAMED[cell.thing]
    for rule in RULES:
        if (rule.role, rule.action) != (cell.role, cell.action):
            continue
        about = resource.laboratory if rule.relation is Relation.SENT else resource.patient
        # One tie opens only what is somebody's; a proxy who says so has the proxy's rules and no others.
        stands = rule.relation is cell.tie and about is not None
        if rule.relation is Relation.ANY:
            stands = cell.tie is not Relation.PROXY
        if stands and (rule.consent is None or permitted):
            return True
    return False


def test_every_cell_both_ways(record_property) -> None:
    """Nobody gets in who has no rule, nobody with a rule is kept out: all cells, in all states of consent."""
    clinic = make_clinic(consent=False)
    found = things(clinic)
    people = {(role, tie): tied(role, tie, clinic) for role in Role for tie in TIES}
    owner = clinic.ada_user
    cells = allowed = 0
    wrong: list[str] = []
    for state, permitted in states(clinic.ada):
        for tie in TIES:
            for role in [*Role, None]:
                actor = people[role, tie] if role else AnonymousUser()
                own(clinic, actor if role and tie is Relation.OWN else owner)
                behalf = clinic.ada if tie is Relation.PROXY else None
                for action in ACTIONS:
                    for name in asked_about(action):
                        cell = Cell(role, tie, action, name, state)
                        if tie is Relation.PROXY and RESOURCE_NAMED[name].patient is None:
                            continue  # nobody's record: there is nothing to act on for somebody
                        decision = decide(actor, action, found[name], on_behalf_of=behalf)
                        cells += 1
                        allowed += decision.permitted
                        if decision.permitted != expected(cell, permitted) or decision.reason == "error":
                            wrong.append(f"{cell}: {decision}")
    print(f"\n{cells} cells, {allowed} allowed, {cells - allowed} refused, {len(wrong)} wrong")
    record_property("cells", cells)
    assert wrong == [], wrong[:20]
    assert cells > 9_700
    assert allowed > 400, "and a matrix that refuses everything would not pass"


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.gate], ids=lambda rule: f"{rule.relation}-{rule.action}"
)
def test_what_needs_a_release_is_closed_before_it(clinic: Clinic, rule: Rule) -> None:
    user = clinic.ada_user if rule.relation is Relation.OWN else tied(rule.role, rule.relation, clinic)
    behalf = clinic.ada if rule.relation is Relation.PROXY else None
    found = things(clinic)
    clinic.release.delete()
    for name in asked_about(rule.action):
        if name != "release":
            again = type(found[name]).objects.get(pk=found[name].pk)
            assert decide(user, rule.action, again, on_behalf_of=behalf).reason == "not_released"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.role}-{rule.relation}-{rule.action}")
def test_another_purpose_than_the_rules_own_opens_nothing(clinic: Clinic, rule: Rule) -> None:
    found = things(clinic)
    user = clinic.ada_user if rule.relation is Relation.OWN else tied(rule.role, rule.relation, clinic)
    behalf = clinic.ada if rule.relation is Relation.PROXY else None
    own_purposes = {other.purpose for other in RULES if (other.role, other.action) == (rule.role, rule.action)}
    for name in asked_about(rule.action):
        thing = found[name]
        plain = decide(user, rule.action, thing, on_behalf_of=behalf)
        assert decide(user, rule.action, thing, on_behalf_of=behalf, purpose=rule.purpose) == plain
        if plain:
            assert plain.purpose == rule.purpose
        for purpose in set(Purpose) - own_purposes:
            assert decide(user, rule.action, thing, on_behalf_of=behalf, purpose=purpose).reason == "wrong_purpose"


def test_a_proxy_sees_what_the_grant_covers_says_so_and_sees_it_until_it_ends(clinic: Clinic) -> None:
    proxy = make_user(Role.PATIENT)
    grant = help_with(clinic.ada, proxy, "reports")
    assert decide(proxy, "read.report", clinic.report, on_behalf_of=clinic.ada)
    assert not decide(proxy, "read.report", clinic.report), "not without saying for whom"
    assert not decide(proxy, "read.report", clinic.report, on_behalf_of=clinic.ben)
    assert not decide(proxy, "read.result_file", clinic.file, on_behalf_of=clinic.ada), "not covered"
    assert not decide(proxy, "give.consent_event", clinic.ada, on_behalf_of=clinic.ada), "never decides"
    assert not decide(clinic.ada_user, "read.report", clinic.report, on_behalf_of=clinic.ada), "she needs no proxy"
    grant.until = timezone.now()
    grant.save()
    assert not decide(proxy, "read.report", clinic.report, on_behalf_of=clinic.ada)


def test_a_supposed_answer_is_for_a_preview_and_marked_as_such(clinic: Clinic) -> None:
    real = decide(clinic.clinician, "read.report", clinic.report)
    without = decide(clinic.clinician, "read.report", clinic.report, assume={"pgx": False})
    assert real and not real.assumed
    assert (without.permitted, without.reason, without.assumed) == (False, "no_consent", True)
    allow(clinic.ada, decision=Act.WITHDRAW)
    with_yes = decide(clinic.clinician, "read.report", clinic.report, assume={"pgx": True})
    assert with_yes.permitted and with_yes.assumed and with_yes.consent_events == ()
    assert not decide(clinic.other_clinician, "read.report", clinic.report, assume={"pgx": True})
    assert not decide(clinic.clinician, "read.report", clinic.report, assume={"other": True})
    assert not decide(clinic.clinician, "read.report", clinic.report, assume={"pgx": "yes"})  # type: ignore[dict-item]


def test_a_decision_is_a_value_that_nobody_can_change(clinic: Clinic) -> None:
    decision = decide(clinic.other_clinician, "read.report", clinic.report)
    with pytest.raises(AttributeError):
        decision.permitted = True  # type: ignore[misc]
    assert replace(decision, permitted=True) != decision
