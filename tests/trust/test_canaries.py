"""Three hundred words that stand nowhere else are put into every corner of ten records; none is ever seen outside.

The whole road is driven with them: files are read by the real jobs, pages are opened and forms sent by everybody who
has no business there, by people not signed in, and while the database is away. Then every place that is outside is
searched: pages of others, pages that refuse, addresses and heads, mail, the log, messages to workers, caches, the
access log and the history of rows, sessions, the PDF's metadata.
"""

from __future__ import annotations

import io
import itertools
import json
import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pytest
from celery.signals import before_task_publish
from django.contrib.sessions.models import Session
from django.core import mail, signing
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk.models import Guardianship
from portal.access import log
from portal.access.logging import CodesOnlyFormatter
from portal.access.models import AccessEvent, BreakGlass, FactorRecovery, Question, RowHistory
from portal.access.notices import send_owed
from portal.access.proxies import invite_proxy
from portal.delivery.models import Annotation
from portal.people.models import User
from portal.reports.actions import render_report
from portal.results.models import Job, ResultFile
from tests.genomes import header_and_rows, vcf
from tests.people import Clinic, make_clinic, make_file, make_interpretation, make_report, release, sign
from tests.portal.access.test_strangers import ADDRESSES, addresses, signed_in
from tests.portal.delivery.conftest import make_ward
from tests.road import run_jobs, send
from tests.services import redis_server
from tests.trust.faults import database_down

pytestmark = [pytest.mark.django_db]
RECORDS = 10
LISTS = [
    *("home", "results:files", "delivery:report_list", "access:log", "consent:choices", "access:helpers"),
    *("api:orders", "api:result_files", "api:interpretations", "api:reports", "api:consents"),
]
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se"]
WORDS = ("".join(parts).capitalize() for parts in itertools.product(["Zqx"], *[SYLLABLES] * 4))


@dataclass
class Marked:
    """One record and the words that stand only in it: those that name the person, those about their health."""

    clinic: Clinic
    naming: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def name(self) -> str:
        self.naming.append(next(WORDS))
        return self.naming[-1]

    def say(self) -> str:
        self.health.append(next(WORDS))
        return self.health[-1]

    @property
    def words(self) -> list[str]:
        return self.naming + self.health


def marked_file(record: Marked) -> bytes:
    """A genome file with words in its header, its sample, its names of variants and their notes."""
    header, rows = header_and_rows(vcf({"CYP2C19": "*2/*2"}, sample=record.name()))
    header[-1:-1] = [f"##{record.say()}={record.say()}"]
    for row in range(4):
        values = rows[row].split("\t")
        values[2], values[7] = record.say(), f"NOTE={record.say()}"
        rows[row] = "\t".join(values)
    return ("\n".join([*header, *rows]) + "\n").encode()


def mark(clinic: Clinic) -> Marked:
    """Fill one record."""
    record = Marked(clinic)
    ada, user = clinic.ada, clinic.ada_user
    ada.given_name, ada.family_name, ada.record_number = record.name(), record.name(), record.name()
    ada.save()
    user.email, user.name = f"{record.name().lower()}@example.org", record.name()
    user.save()
    clinic.order.accession = record.name()
    clinic.order.save()
    file = make_file(
        ada,
        clinic.laboratory_user,
        clinic.order,
        content=marked_file(record),
        original_name=f"{record.name()}.vcf",
        sample=record.naming[-2],
        stated={"family_name": record.name(), "birth_date": "1980-02-29", "record_number": ""},
        status="held",
        reason="sex_mismatch",
        explanation=record.say(),
        review_note=record.say(),
    )
    result = {
        "sample": record.say(), "assembly": "GRCh38", "knowledge": {"id": "k" * 16}, "unanswered": [],
        "genes": {}, "guidance": [{"drug": record.say(), "code": record.say()}],
    }  # fmt: skip
    interpretation = make_interpretation(file, result=result)
    words = {"title": record.say(), "language": "en", "opening": record.say()}
    report, draft = (
        make_report(interpretation, document=words),
        make_report(interpretation, edition=2, document=words),
    )
    Annotation.objects.create(report=draft, text=record.say(), author=clinic.clinician)
    sign(report, clinic.clinician)
    release(report)
    clinic.file, clinic.interpretation, clinic.report, clinic.draft = file, interpretation, report, draft
    now = timezone.now()
    BreakGlass.objects.create(
        patient=ada,
        member=clinic.clinician,
        until=now,
        review_due_at=now,
        reason=record.say(),
        review_note=record.say(),
    )
    event = log.record(clinic.clinician, "read.patient", ada)
    Question.objects.create(event=event, asked_by=user, answer=record.say())
    FactorRecovery.objects.create(user=user, asked_by=clinic.operator, identity_note=record.say())
    Guardianship.objects.create(
        patient=ada, guardian=clinic.ben_user, capacity="attorney", basis=record.say(), recorded_by=clinic.counsellor
    )
    return record


@dataclass
class Outside:
    """Whatever was seen outside, by place."""

    seen: dict[str, list[str]] = field(default_factory=dict)

    def note(self, place: str, *texts: object) -> None:
        self.seen.setdefault(place, []).extend(str(text) for text in texts)

    def found(self, words: list[str], *places: str) -> set[tuple[str, str]]:
        return {
            (place, word)
            for place in places or self.seen
            for text in self.seen.get(place, [])
            for word in words
            if word.lower() in text.lower()
        }


@pytest.fixture
def outside() -> Iterator[Outside]:
    """Listens at the log, on every level, and at the door to the workers."""
    outside, stream = Outside(), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(CodesOnlyFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)

    def sent(body: Any = None, headers: Any = None, **_signal: Any) -> None:
        outside.note("messages to workers", json.dumps([body, headers], default=str))

    before_task_publish.connect(sent, weak=False)
    yield outside
    before_task_publish.disconnect(sent)
    root.removeHandler(handler)
    root.setLevel(level)
    outside.note("the log", stream.getvalue())


def ask(outside: Outside, who: str, client: Client, method: str, address: str, data: Any = None) -> None:
    try:
        answer = getattr(client, method)(address, data or {})
    except DatabaseError:
        return  # not even the session could be read
    body = b"".join(answer) if answer.streaming else answer.content
    outside.note("heads", *(f"{key}: {value}" for key, value in answer.headers.items()))
    outside.note("cookies", *(morsel.OutputString() for morsel in answer.cookies.values()))
    place = "pages that refuse" if answer.status_code >= 400 else f"pages of {who}"
    outside.note(place, body.decode("utf-8", "replace"))


def drive(outside: Outside, records: list[Marked]) -> None:
    """Everybody who has nothing to do with a record tries every address of it."""
    first = records[0]
    typed = {"reason": first.say(), "text": first.say(), "answer": first.say(), "q": first.say()}
    clinic = first.clinic
    outsiders: dict[str, User | None] = {**clinic.strangers(), "an operator": clinic.operator, "nobody": None}
    for who, user in outsiders.items():
        client = signed_in(user) if user else Client()
        client.raise_request_exception = False
        for place in (
            "home",
            "results:files",
            "delivery:report_list",
            "access:log",
            "api:orders",
            "api:result_files",
        ):
            ask(outside, who, client, "get", reverse(place))
        for name in ("api:interpretations", "api:reports", "api:consents", "consent:choices", "access:helpers"):
            ask(outside, who, client, "get", reverse(name))
        for name in ADDRESSES:
            for address in addresses(name, clinic):
                ask(outside, who, client, "get", address)
                if who != "an operator":
                    ask(outside, who, client, "post", address, {"note": "x", "code": "000000"})
    for record in records:
        stranger = signed_in(clinic.ben_user)
        for address in (
            reverse("delivery:report", args=[record.clinic.report.pk]),
            reverse("api:interpretation", args=[record.clinic.interpretation.pk]),
            reverse("results:file", args=[record.clinic.file.pk]),
            f"/no/such/place/{record.naming[0]}/",
        ):
            ask(outside, "another patient", stranger, "get", address)
        # Trying to sign in with somebody's name, and asking for a new password: the page gives back what was typed.
        for name in ("account_login", "account_reset_password"):
            facts = {"login": f"{record.naming[0]}@x.org", "email": "nobody@x.org", "password": "x" * 12}
            answer = Client().post(reverse(name), facts)
            outside.note("heads", *answer.headers.values())
    own = signed_in(clinic.ada_user)
    own.raise_request_exception = False
    for address in (
        reverse("delivery:report", args=[clinic.report.pk]),
        reverse("results:file", args=[clinic.file.pk]),
    ):
        with database_down(clinic.ada):
            ask(outside, "the person while the database is away", own, "get", address)
    reader = signed_in(clinic.clinician)
    reader.raise_request_exception = False  # a page that breaks is a page too
    for text in typed.values():
        facts = {"record_number": text, "reason": text, "birth_date": "1980-01-01"}
        reader.post(reverse("access:emergency"), facts)
        reader.get(reverse("home"), {"q": text})
        reader.post(reverse("delivery:note", args=[clinic.draft.pk]), {"about": "", "text": text})
        own.get(reverse("access:log"), {"search": text})


def work(outside: Outside, records: list[Marked]) -> None:
    """The real jobs, on a file that can be read and on one that cannot, and every message sent by itself."""
    ward = make_ward()
    record = Marked(records[0].clinic)
    for number, content in enumerate((marked_file(record), marked_file(record)[:-700], b"##fileformat=VCF\n")):
        ward.order.pk, ward.order.accession = None, f"{record.name()}-{number}"
        ward.order._state.adding = True
        ward.order.save()
        send(ward.laboratory_user, ward.order, content)
    run_jobs()
    assert ResultFile.objects.filter(patient=ward.patient).count() >= 3
    records[0].health.extend(record.words)
    invite_proxy(records[1].clinic.ada_user, records[1].clinic.ada, email="helper@example.org", covers=["reports"])
    send_owed()
    ward.patient.given_name, ward.patient.family_name = records[0].name(), records[0].name()
    ward.patient.save()
    ward.draft.pdf.save("x.pdf", ContentFile(b""), save=True)
    with pikepdf.open(io.BytesIO(render_report(ward.draft.pk).pdf.open("rb").read())) as paper:
        with paper.open_metadata() as metadata:
            outside.note("metadata of the PDF", dict(paper.docinfo), dict(metadata))
        assert paper.docinfo, "there is metadata to look at"


def tables(outside: Outside) -> None:
    """What lies in places that are kept longer, or read by people who may not see health data."""
    outside.note("the access log", *AccessEvent.objects.values_list())
    outside.note("the history of rows", *RowHistory.objects.values_list())
    outside.note("jobs", *Job.objects.values_list())
    outside.note("sessions", *(as_an_intruder_reads(session) for session in Session.objects.all()))
    outside.note("mail", *(message.message().as_string() for message in mail.outbox))


def as_an_intruder_reads(session: Session) -> str:
    """A session's row, as somebody reads it who has the database and not the secret."""
    packed = session.session_data.partition(":")[0]
    content = signing.b64_decode(packed.removeprefix(".").encode())
    return (zlib.decompress(content) if packed.startswith(".") else content).decode("latin-1")


def without_the_address(messages: list[str], record: Marked) -> list[str]:
    """A message has to name the address it goes to."""
    return [text.replace(record.clinic.ada_user.email, "") for text in messages]


@pytest.mark.redis
def test_three_hundred_canaries_are_never_seen_outside(
    outside: Outside, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with redis_server() as server:
        settings.CACHES = {
            "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": server.url}
        }
        records = [mark(make_clinic()) for _ in range(RECORDS)]
        with django_capture_on_commit_callbacks(execute=True):
            work(outside, records)
        drive(outside, records)
        client = caches["default"]._cache.get_client()  # type: ignore[attr-defined]
        kept = list(client.scan_iter())
        outside.note("Redis", *kept, *(client.get(key) for key in kept if client.type(key) == b"string"))
        caches.close_all()
    tables(outside)
    words = [word for record in records for word in record.words]
    assert len(set(words)) == len(words) >= 300
    assert len(outside.seen["pages that refuse"]) > 300 and len(outside.seen["messages to workers"]) >= 2

    for record in records:
        outside.seen["mail"] = without_the_address(outside.seen["mail"], record)
    # An operator gives people accounts: names and addresses of accounts are what they work with, never health.
    operators = outside.seen.pop("pages of an operator")
    health = [word for record in records for word in record.health]
    assert not {word for word in health for text in operators if word.lower() in text.lower()}
    assert sorted(outside.found(words)) == []


def test_the_search_would_find_one(outside: Outside) -> None:
    record = mark(make_clinic())
    ask(outside, "the person", signed_in(record.clinic.ada_user), "get", reverse("home"))
    logging.getLogger("portal.test").info("opened", extra={"reason": record.say()})
    assert outside.found(record.words, "pages of the person"), "their own first page greets them by name"
    assert connection.vendor
