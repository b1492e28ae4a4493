"""A stranger gets 404: every address with somebody's id in it, found by looking at the addresses themselves."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from consent.desk import publishing, texts
from consent.desk.models import CounsellorTask, Guardianship
from consent.ledger.models import ConsentTemplate
from consent.ledger.models import Decision as Act
from portal.access import log
from portal.access.models import BreakGlass, FactorRecovery, Question
from portal.contact import actions as contact
from portal.contact.models import Thread
from portal.decisions import actions, preparing
from portal.decisions.models import Decision, JointDecision
from portal.delivery.models import Share
from portal.people.models import ProxyGrant, ProxyInvitation, Role, User
from portal.rights.models import Erasure, Export, LifeEvent, RetentionDue
from tests.people import PASSWORD, Clinic, allow, decided, followed, help_with, make_clinic, make_user
from tests.portal.decisions.examples import aid

pytestmark = pytest.mark.django_db


def broken(clinic: Clinic) -> BreakGlass:
    now = timezone.now()
    facts = {"reason": "x", "until": now, "review_due_at": now}
    return BreakGlass.objects.create(patient=clinic.ada, member=clinic.other_clinician, **facts)


def invited(clinic: Clinic) -> ProxyInvitation:
    until = timezone.now() + timedelta(days=1)
    return ProxyInvitation.objects.create(patient=clinic.ada, email=clinic.ada_user.email, expires_at=until)


def helping(clinic: Clinic) -> ProxyGrant:
    return help_with(clinic.ada, make_user(Role.PATIENT), "reports")


def lost(clinic: Clinic) -> FactorRecovery:
    return FactorRecovery.objects.get_or_create(user=clinic.clinician, defaults={"asked_by": clinic.operator})[0]


def asked(clinic: Clinic) -> Question:
    event = log.record(clinic.clinician, "read.patient", clinic.ada)
    return Question.objects.create(event=event, asked_by=clinic.ada_user)


def decided_about(clinic: Clinic) -> Decision:
    there = Decision.objects.filter(patient=clinic.ada).first()
    if there is None:
        there = actions.open_decision(clinic.clinician, clinic.ada)
        actions.save(clinic.clinician, there, 1, aid())
        actions.release(clinic.clinician, there, 2)
        preparing.answer_ready(clinic.ada_user, there, "en", dict.fromkeys("sure", False))
    return there


def drafted(clinic: Clinic) -> ConsentTemplate:
    there = ConsentTemplate.objects.filter(scope="carrier", version="9.0").first()
    return there or publishing.draft(
        clinic.counsellor, "carrier", "en", "9.0", texts.shipped("carrier", "en"), material=False
    )


def written(clinic: Clinic) -> Thread:
    files = [SimpleUploadedFile("x.pdf", b"%PDF-1.7")]
    there = Thread.objects.filter(patient=clinic.ada).first()
    return there or contact.write(clinic.clinician, clinic.ada, "Please call us.", files=files)


def chosen(clinic: Clinic) -> JointDecision:
    there = JointDecision.objects.filter(decision__patient=clinic.ada).first()
    joint = there or decided(clinic)["joint_decision"]
    assert isinstance(joint, JointDecision)
    return joint


def after_a_choice(clinic: Clinic, name: str) -> list[uuid.UUID]:
    """One row of what comes after a choice. Each visit may remove it: it is made anew."""
    joint = chosen(clinic)
    joint.look_backs.all().delete()
    joint.adherence_checks.all().delete()
    joint.decision.patient.plans.all().delete()
    joint.decision.patient.follow_up_tasks.all().delete()
    return [followed(joint)[name].pk]


# Where the id in an address comes from. A new kind of id needs a line here, or the test below fails.
MAKERS: dict[str, Callable[[Clinic], list[uuid.UUID] | list[str]]] = {
    "order_id": lambda clinic: [clinic.order.pk],
    "file_id": lambda clinic: [clinic.file.pk],
    "event_id": lambda clinic: [
        log.record(clinic.clinician, "read.patient", clinic.ada).id,
        allow(clinic.ada, "carrier", Act.WITHDRAW).id,
    ],
    "break_glass_id": lambda clinic: [broken(clinic).pk],
    "invitation_id": lambda clinic: [invited(clinic).pk],
    "grant_id": lambda clinic: [helping(clinic).pk],
    "recovery_id": lambda clinic: [lost(clinic).pk],
    "question_id": lambda clinic: [asked(clinic).pk],
    "interpretation_id": lambda clinic: [clinic.interpretation.pk],
    "report_id": lambda clinic: [clinic.report.pk, clinic.draft.pk],
    "patient_id": lambda clinic: [clinic.ada.pk],
    "task_id": lambda clinic: [
        CounsellorTask.objects.get_or_create(
            patient=clinic.ada, scope="pgx", group="medicines", kind="wants_to_talk"
        )[0].pk
    ],
    "guardianship_id": lambda clinic: [
        Guardianship.objects.get_or_create(
            patient=clinic.ada,
            guardian=clinic.ben_user,
            capacity="attorney",
            defaults={"basis": "power of attorney seen", "recorded_by": clinic.counsellor},
        )[0].pk
    ],
    "template_id": lambda clinic: [drafted(clinic).pk],
    "scope": lambda clinic: ["carrier"],
    "thread_id": lambda clinic: [written(clinic).pk],
    "attachment_id": lambda clinic: [
        attachment.pk for message in written(clinic).messages.all() for attachment in message.attachments.all()
    ],
    "share_id": lambda clinic: [
        Share.objects.create(
            report=clinic.report, shared_by=clinic.ada_user, doctor="Dr X", email="x@example.org", days=7
        ).pk
    ],
    "decision_id": lambda clinic: [decided_about(clinic).pk],
    "call_id": lambda clinic: [decided_about(clinic).tasks.get().pk],
    "joint_decision_id": lambda clinic: [chosen(clinic).pk],
    "plan_id": lambda clinic: after_a_choice(clinic, "plan"),
    "reminder_id": lambda clinic: after_a_choice(clinic, "reminder"),
    "check_id": lambda clinic: after_a_choice(clinic, "adherence_check"),
    "entry_id": lambda clinic: after_a_choice(clinic, "diary_entry"),
    "look_back_id": lambda clinic: after_a_choice(clinic, "look_back"),
    "follow_up_id": lambda clinic: after_a_choice(clinic, "follow_up_task"),
    "instrument": lambda clinic: ["none"],
    "export_id": lambda clinic: [
        Export.objects.create(patient=clinic.ada, asked_by=clinic.ada_user, status=state).pk
        for state in ("failed", "removed")
    ],
    "erasure_id": lambda clinic: [Erasure.objects.get_or_create(patient=clinic.ada)[0].pk],
    "life_event_id": lambda clinic: [
        LifeEvent.objects.get_or_create(
            patient=clinic.ada, kind="moved", recorded_by=clinic.clinician, defaults={"basis": "seen"}
        )[0].pk
    ],
    "due_id": lambda clinic: [
        RetentionDue.objects.get_or_create(patient=clinic.ada, kind="moved", defaults={"since": timezone.now()})[0].pk
    ],
}
# Addresses with something in them that is nobody's: sign-in pages, the operators' desk, codes (tested elsewhere).
NOBODYS = {"account", "mfa", "usersessions", "admin"}
CODES = {f"consent:{step}" for step in ("choice", "understand", "decide", "talk", "write_text")}
CODES |= {"access:welcome", "access:undo"}
CODES |= {"shared:open", "shared:report", "shared:pdf"}  # for a guest without an account: test_sharing.py


def patterns(
    resolver: URLResolver, spaces: tuple[str, ...] = (), before: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern, tuple[str, ...]]]:
    """Full name, pattern, and the names of the ids in what comes before it."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from patterns(entry, inner, (*before, *getattr(entry.pattern, "converters", {})))
        else:
            yield ":".join((*spaces, entry.name or repr(entry.pattern))), entry, before


def addresses_with_ids() -> dict[str, list[str]]:
    """Full name of each address → the names of the ids in it."""
    found = {}
    for name, entry, before in patterns(get_resolver()):
        arguments = [
            *before,
            *getattr(entry.pattern, "converters", {}),
            *(
                getattr(entry.pattern, "regex", re.compile("")).groupindex
                if not hasattr(entry.pattern, "_route")
                else ()
            ),
        ]
        space = name.split(":")[0] if ":" in name else name.split("_")[0]
        if arguments and space not in NOBODYS and name not in CODES:
            found[name] = arguments
    return found


ADDRESSES = sorted(addresses_with_ids())


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def addresses(name: str, clinic: Clinic) -> list[str]:
    """The address with Ada's things in it, one for each stage a thing can be in."""
    ids = addresses_with_ids()[name]
    return [
        reverse(name, kwargs=dict(zip(ids, found, strict=True)))
        for found in product(*(MAKERS[key](clinic) for key in ids))
    ]


def unknown_address(name: str) -> str:
    made_up = {key: uuid.uuid4() for key in addresses_with_ids()[name]}
    return reverse(name, kwargs=made_up | ({"scope": "carrier"} if "scope" in made_up else {}))


def signed_in(user: User) -> Client:
    """With the password shown once more just now, so that no page asks for it first."""
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_there_is_something_to_look_at() -> None:
    assert {"api:order", "api:result_file", "api:interpretation", "api:report", "api:report_pdf"} <= set(ADDRESSES)


def test_every_id_in_an_address_is_known_here() -> None:
    unknown = {name: set(ids) - MAKERS.keys() for name, ids in addresses_with_ids().items()}
    assert not {name: ids for name, ids in unknown.items() if ids}, "add where this id comes from to MAKERS"


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_not_signed_in_is_sent_to_sign_in(clinic: Clinic, name: str, method: str) -> None:
    for address in addresses(name, clinic):
        answer = getattr(Client(), method)(address)
        if answer.status_code == 302:
            assert answer.url.startswith(reverse("account_login"))
        else:
            assert answer.status_code in (401, 405)


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_stranger_cannot_tell_it_from_an_unknown_address(clinic: Clinic, name: str) -> None:
    for who, user in clinic.strangers().items():
        client = signed_in(user)
        for method, address in product((client.get, client.post), addresses(name, clinic)):
            unknown, real = method(unknown_address(name)), method(address)
            assert real.status_code in (404, 405), f"{who} got {real.status_code} from {name}"
            assert real.status_code == unknown.status_code
            assert without_ids(real.content) == without_ids(unknown.content), f"{who} can tell it exists: {name}"


def without_ids(body: bytes) -> bytes:
    """A page without its one-time form token and the seconds left to the session, which tick between two requests."""
    body = re.sub(rb'(X-CSRFToken": "|csrfmiddlewaretoken" value=")[A-Za-z0-9]+', rb"\1", body)
    return re.sub(rb'(data-ends[a-z-]*=")\d+', rb"\1", body)


@pytest.mark.parametrize("name", ADDRESSES)
def test_somebody_is_let_in(clinic: Clinic, name: str) -> None:
    """Else the tests above would pass for an address that never works."""
    answers = set()
    helper = make_user(Role.PATIENT)
    help_with(clinic.ada, helper, "reports", "files")
    attorney = make_user(Role.PATIENT)
    Guardianship.objects.create(
        patient=clinic.ada,
        guardian=attorney,
        capacity="attorney",
        basis="power of attorney seen",
        recorded_by=clinic.counsellor,
        confirmed_by=clinic.clinician,
    )
    for user in (*clinic.everyone().values(), helper, attorney):
        client = Client()
        client.force_login(user)
        answers |= {client.get(address).status_code for address in addresses(name, clinic)}
    assert answers & {200, 202, 302, 405}, answers
