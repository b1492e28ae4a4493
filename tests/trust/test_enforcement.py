"""Every way out for data closes when the yes is missing, in each of the four ways in which it can be missing.

Each way out is first shown to be open, with a yes; so a way that never opens cannot pass. Then the yes is taken away
in one of four ways (`tests/trust/faults.py`), and nothing may come out. Ways out whose room has not been built (E7,
E10, E11 and FHIR) are refused by name, and have no address. E13, a restored backup, is in
`test_enforcement_of_restores.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.base import ContentFile
from django.db import DatabaseError
from django.http import Http404
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from portal.access import proxies
from portal.access.canonical import authentication_code
from portal.access.decide import decide
from portal.access.matrix import NOT_BUILT
from portal.access.models import NoticeOwed
from portal.access.notices import send_owed
from portal.delivery import actions as delivery
from portal.delivery import sharing
from portal.delivery.errors import DeliveryRefused
from portal.delivery.models import Release, Share
from portal.delivery.queries import recently_signed, to_review
from portal.home.navigation import waiting_for_review
from portal.people.models import Patient, ProxyGrant, Role, User
from portal.reports import making
from portal.reports.models import Report
from portal.results import interpreting, jobs
from portal.results.explanations import NotAccepted
from portal.results.models import FileStatus, Interpretation, Job, ResultFile, TestOrder
from tests.people import allow, make_order, make_user
from tests.portal.delivery.conftest import Ward, make_ward
from tests.road import made_up_file, run_jobs, send
from tests.trust.faults import FAULTS, Fault

pytestmark = pytest.mark.django_db

NOTE = "Canary note seven three nine."
PAPER = b"%PDF-1.7 canary paper 739\n%%EOF\n"
CANARIES = (NOTE, PAPER.decode(), "clopidogrel", "CYP2C19", "*2/*2")
RELATIVE = {"CYP2C19": "*1/*17"}


@dataclass
class Scene:
    """Rosa's first report is signed, released and on paper; a second one is a draft; a helper and a sister exist."""

    ward: Ward
    helper: User
    sister: User
    clients: dict[uuid.UUID, Client] = field(default_factory=dict)

    @property
    def patient(self) -> Patient:
        return self.ward.patient

    @property
    def report(self) -> Report:
        return self.ward.draft


@pytest.fixture
def scene() -> Scene:
    ward = make_ward()
    delivery.annotate(ward.clinician, ward.draft, "", NOTE)
    notes = ward.draft.annotations.all()
    delivery.sign(ward.clinician, ward.draft, delivery.shown_hash(ward.draft, notes))
    ward.draft.refresh_from_db()
    ward.draft.pdf.save("canary.pdf", ContentFile(PAPER), save=False)
    ward.draft.pdf_hash = ward.draft.content_hash
    ward.draft.save()
    helper = make_user(Role.PATIENT)
    ProxyGrant.objects.create(patient=ward.patient, proxy=helper, covers=["reports", "files"])
    for part in ("reports", "files"):
        allow(ward.patient, f"proxy.{helper.pk}.{part}")
    scene = Scene(ward, helper, make_user(Role.PATIENT, "Lucia Alvarez"))
    for user in (ward.clinician, ward.account, helper, scene.sister):
        signed_in(scene, user)
    return scene


def signed_in(scene: Scene, user: User) -> Client:
    """Somebody who was there before anything went wrong."""
    if user.pk not in scene.clients:
        client = scene.clients[user.pk] = Client(raise_request_exception=False)
        client.force_login(user)
    return scene.clients[user.pk]


def pages(scene: Scene, user: User, *addresses: str) -> str:
    """What comes back from these addresses, heads and bodies, as one text."""
    client = signed_in(scene, user)
    return "".join(_whole(client, address) for address in addresses)


def _whole(client: Client, address: str) -> str:
    """An answer that cannot be had is no answer: the session itself lies in the database."""
    with suppress(DatabaseError):
        answer = client.get(address)
        body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        return f"{answer.headers} {body.decode('utf-8', 'replace')}"
    return ""


def seen(text: str) -> set[str]:
    return {canary for canary in CANARIES if canary in text}


# --- the ways out: each tries, and gives a look at what came out; nothing (empty, False) means closed ------------

Look = Callable[[], object]


def another_file(scene: Scene) -> ResultFile:
    order = make_order(scene.patient, scene.ward.laboratory, scene.ward.clinician)
    return send(scene.ward.laboratory_user, order, made_up_file("second", **RELATIVE))


def order_only(scene: Scene) -> TestOrder:
    return make_order(scene.patient, scene.ward.laboratory, scene.ward.clinician)


def kept_files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def e1_intake(scene: Scene, order: TestOrder) -> Look:
    """A file comes in and is put on the road to be read."""
    kept = kept_files()
    with suppress(DatabaseError, NotAccepted):
        file = send(scene.ward.laboratory_user, order, made_up_file("second", **RELATIVE))
        return lambda: file.status == FileStatus.QUEUED or Job.objects.filter(target=file.pk).exists()
    assert kept_files() == kept, "a file that could not be taken in is not kept"
    return lambda: ResultFile.objects.filter(order=order).exists()


def e2_start(scene: Scene, file: ResultFile) -> Look:
    """A waiting file is opened and read."""
    with suppress(DatabaseError):
        run_jobs("interpret")
    return lambda: read(file)


def read(file: ResultFile) -> bool:
    file = ResultFile.objects.get(pk=file.pk)
    return bool(file.fingerprint) or Interpretation.objects.filter(result_file=file).exists()


@dataclass
class Held:
    """A job that has done its work and is about to write what it found."""

    running: jobs.RunningJob
    commit: jobs.Commit
    target: uuid.UUID


def hold_job(kind: str, target: uuid.UUID, work: jobs.Work) -> Held:
    running = jobs._claim(Job.objects.get(kind=kind, target=target).pk)
    assert running is not None
    return Held(running, work(running), target)


def hold_interpretation(scene: Scene) -> Held:
    return hold_job("interpret", another_file(scene).pk, interpreting.interpret)


def e3_write(scene: Scene, held: Held) -> Look:
    """What a running job found is written down."""
    with suppress(DatabaseError, jobs.ClaimLost):
        jobs._finish(held.running, held.commit)
    return lambda: read(ResultFile.objects.get(pk=held.target))


def second_draft(scene: Scene) -> Report:
    file = another_file(scene)
    run_jobs("interpret", "compose")
    return Report.objects.select_related("interpretation__result_file__order").get(interpretation__result_file=file)


def seen_draft(scene: Scene) -> tuple[Report, str]:
    draft = second_draft(scene)
    return draft, delivery.shown_hash(draft, [])


def e4_release(scene: Scene, seen_by_clinician: tuple[Report, str]) -> Look:
    """A draft is signed and becomes the patient's to read."""
    draft, shown = seen_by_clinician
    with suppress(DatabaseError, DeliveryRefused, Http404):
        delivery.sign(scene.ward.clinician, draft, shown)
    return lambda: Release.objects.filter(report_id=draft.pk).exists()


def e5_staff(scene: Scene, draft: Report) -> Look:
    """Lists, details and counts for the care team."""
    clinician = scene.ward.clinician
    text = pages(
        scene,
        clinician,
        reverse("home"),
        reverse("results:files"),
        reverse("delivery:report_list"),
        reverse("delivery:report", args=[scene.report.pk]),
        reverse("delivery:review", args=[draft.pk]),
        reverse("results:file", args=[draft.interpretation.result_file_id]),
    )
    counted = 0
    with suppress(DatabaseError):
        counted = waiting_for_review(clinician) + to_review(clinician).count() + recently_signed(clinician).count()
    return lambda: seen(text) or counted


DETAILS = ("api:report", "api:report_pdf")


def e6_proxy(scene: Scene, before: None) -> Look:
    """Somebody whom the patient lets help them, who says for whom they read."""
    both = [scene.patient.pk, scene.report.pk]
    text = pages(
        scene,
        scene.helper,
        reverse("home"),
        *(reverse(f"delivery:{name}", args=[scene.report.pk]) for name in ("report", "pdf", "pdf_state")),
        *(reverse(f"delivery:for:{name}", args=both) for name in ("report", "pdf", "pdf_state")),
        *(f"{reverse(name, args=[scene.report.pk])}?on_behalf_of={scene.patient.pk}" for name in DETAILS),
        *(f"{reverse(name)}?on_behalf_of={scene.patient.pk}" for name in ("api:reports", "api:interpretations")),
    )
    may = decide(scene.helper, "read.report", scene.report, on_behalf_of=scene.patient)
    return lambda: seen(text) or may.permitted


def paper_in_hand(scene: Scene) -> tuple[Report, Held]:
    """A draft, and a job that has drawn its PDF and is about to keep it."""
    draft = second_draft(scene)
    return draft, hold_job("render", draft.pk, making.render)


def e8_paper(scene: Scene, in_hand: tuple[Report, Held]) -> Look:
    """The PDF, on the page and over the API, for the patient and the care team; and the one that is being kept."""
    draft, held = in_hand
    report = scene.report.pk
    text = pages(
        scene,
        scene.ward.account,
        reverse("delivery:pdf", args=[report]),
        reverse("delivery:pdf_state", args=[report]),
        reverse("api:report_pdf", args=[report]),
    )
    papers = [reverse(name, args=[report]) for name in ("delivery:pdf", "api:report_pdf")]
    text += pages(scene, scene.ward.clinician, *papers)
    drawn = pages(scene, scene.ward.clinician, reverse("delivery:draft_pdf", args=[draft.pk]))
    with suppress(DatabaseError, jobs.ClaimLost, jobs.JobRefused):
        jobs._finish(held.running, held.commit)
    return lambda: seen(text) or "application/pdf" in drawn or Report.objects.get(pk=draft.pk).pdf.name


def e12_machines(scene: Scene, before: None) -> Look:
    """Every list and every detail of the API, and the words held in memory for the next reader."""
    report, interpretation = scene.report.pk, scene.report.interpretation_id
    text = ""
    for user in (scene.ward.clinician, scene.ward.account):
        text += pages(
            scene,
            user,
            reverse("api:reports"),
            reverse("api:report", args=[report]),
            reverse("api:interpretations"),
            reverse("api:interpretation", args=[interpretation]),
            reverse("delivery:report", args=[report]),
        )
        text += pages(scene, user, f"{reverse('api:reports')}?page=1", f"{reverse('api:interpretations')}?page=1")
    listed = pages(scene, scene.ward.clinician, reverse("api:reports"))
    return lambda: seen(text) or str(report) in listed


Prepare = Callable[[Scene], Any]
Use = Callable[[Scene, Any], Look]


def with_a_doctor(scene: Scene) -> tuple[Share, Client]:
    """Another doctor reads already: link and code were used before anything went wrong."""
    share = Share.objects.create(
        report=scene.report, shared_by=scene.ward.account, doctor="Dr X", email="x@example.org", days=7
    )
    allow(scene.patient, sharing.scope_of(share))
    Share.objects.filter(pk=share.pk).update(
        given_at=timezone.now(),
        until=timezone.now() + timedelta(days=7),
        used_at=timezone.now(),
        reader_hash=authentication_code(f"share:reader:{share.pk}:kept".encode()),
    )
    share.refresh_from_db()
    guest = Client(raise_request_exception=False)
    guest.cookies["shared"] = "kept"
    return share, guest


def e14_another_doctor(scene: Scene, shared: tuple[Share, Client]) -> Look:
    """A doctor outside the clinic, with whom the patient shares the report for a time."""
    share, guest = shared
    came = "".join(_whole(guest, reverse(f"shared:{page}", args=[share.pk])) for page in ("report", "pdf"))
    return lambda: seen(came)


def nothing(_scene: Scene) -> None:
    return None


WAYS_OUT: dict[str, tuple[Prepare, Use]] = {
    "E1": (order_only, e1_intake),
    "E2": (another_file, e2_start),
    "E3": (hold_interpretation, e3_write),
    "E4": (seen_draft, e4_release),
    "E5": (second_draft, e5_staff),
    "E6": (nothing, e6_proxy),
    "E8": (paper_in_hand, e8_paper),
    "E12": (nothing, e12_machines),
    "E14": (with_a_doctor, e14_another_doctor),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_with_a_yes_the_way_is_open(scene: Scene, way: str) -> None:
    prepare, use = WAYS_OUT[way]
    assert use(scene, prepare(scene))(), f"{way} is never open: what follows would prove nothing"


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        pytest.param(way, fault, id=f"{way}-{name}" + (f"-{fault.__name__}" if len(faults) > 1 else ""))
        for way in WAYS_OUT
        for name, faults in FAULTS.items()
        for fault in faults
    ],
)
def test_without_a_yes_nothing_comes_out(scene: Scene, way: str, fault: Fault) -> None:
    prepare, use = WAYS_OUT[way]
    before = prepare(scene)
    with fault(scene.patient):
        look = use(scene, before)
    assert not (came_out := look()), f"{way}: {came_out}"


# --- E7 and the other ways out whose room has not been built ------------------------------------------------------

MISSING = {"E7": "read.family_share", "E10": "build.research_export", "E11": "download.research_export"}
MISSING["FHIR"] = "read.fhir"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", MISSING)
def test_a_way_out_that_is_not_built_stays_closed(scene: Scene, way: str, fault: str) -> None:
    """Even everything allowed opens nothing here, so taking it away cannot open it either."""
    for scope in ("research.gru", "research.hmb", "research.commercial", f"family.{uuid.uuid4()}"):
        allow(scene.patient, scope)
    everyone = [make_user(role) for role in Role] + [scene.sister, scene.ward.account, scene.ward.clinician]
    things = [None, scene.patient, scene.report, scene.report.interpretation]
    for trouble in FAULTS[fault]:
        with trouble(scene.patient):
            for user in everyone:
                answers = {decide(user, MISSING[way], thing).reason for thing in things}
                assert answers == {"room_not_built"}
                assert not any(decide(user, MISSING[way], thing) for thing in things)


def test_a_way_out_that_is_not_built_has_no_address_and_is_named() -> None:
    assert set(MISSING.values()) == set(NOT_BUILT)
    client = Client()
    for address in ("/fhir/", "/api/fhir/", "/api/fhir/Patient", "/api/v1/fhir/", "/research/", "/family/"):
        assert client.get(address).status_code == 404
    names = [str(key).lower() for key in get_resolver().reverse_dict]
    assert not any("fhir" in name or "research" in name for name in names)


def test_a_sister_sees_nothing_of_her_sister(scene: Scene) -> None:
    report = scene.report.pk
    for name in ("delivery:report", "delivery:pdf", "api:report", "api:report_pdf"):
        assert not seen(pages(scene, scene.sister, reverse(name, args=[report])))


# --- E9: messages ------------------------------------------------------------------------------------------------


def messages_are_sent(scene: Scene) -> int:
    """Every message the portal sends by itself about a patient."""
    with suppress(DatabaseError):
        NoticeOwed.objects.create(patient=scene.patient, kind="break_glass", about=uuid.uuid4())
        send_owed()
    with suppress(DatabaseError, Http404):
        proxies.invite_proxy(scene.ward.account, scene.patient, email="brother@example.org", covers=["reports"])
    return len(mail.outbox)


def test_with_a_yes_messages_go_out(scene: Scene, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert messages_are_sent(scene) >= 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"E9-{fault}")
def test_a_message_says_nothing_about_health(
    scene: Scene, fault: str, django_capture_on_commit_callbacks: Any
) -> None:
    for trouble in FAULTS[fault]:
        with trouble(scene.patient), django_capture_on_commit_callbacks(execute=True):
            messages_are_sent(scene)
    told = "".join(f"{message.message().as_string()}" for message in mail.outbox)
    assert not seen(told)
    for private in (scene.patient.family_name, scene.patient.record_number, "gene", "result of"):
        assert private not in told, private
