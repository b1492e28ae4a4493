"""E13, the last way out: a backup from before a yes was taken back must not bring that yes back.

The backup is taken while the yes holds. Then it is taken back, and the restore meets the same four kinds of missing
as every other way out (`tests/trust/faults.py`). Whether it succeeds or refuses, nothing may come out afterwards.
These checks really commit: an act is kept outside the database once it is committed, and the restore reads it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from consent.desk.actions import withdraw
from consent.desk.queries import permission
from consent.ledger import journal
from consent.ledger.models import ConsentEvent
from portal.access.decide import decide
from portal.access.seals import seal
from portal.backups.restoring import NotRestored, restore
from portal.backups.taking import backup
from portal.people.models import Patient
from portal.results.models import Interpretation
from tests.people import say_yes
from tests.road import run_jobs
from tests.trust import faults, test_enforcement
from tests.trust.test_enforcement import Scene, another_file, pages, seen

pytestmark = pytest.mark.django_db(transaction=True)

scene = test_enforcement.scene


@pytest.fixture
def taken(scene: Scene, settings: Any, tmp_path: Path) -> Path:
    """A backup of a portal where Rosa's report is read and another file of hers waits for its turn."""
    another_file(scene)
    seal()
    path = tmp_path / "backup"
    backup(path)
    return path


def opened_again(scene: Scene) -> dict[str, object]:
    """What comes out once the portal is open: everybody signs in afresh, and the workers go on."""
    run_jobs()
    scene.clients.clear()
    report, rosa = scene.report.pk, scene.ward.account
    texts = {}
    for name, reader in (("patient", rosa), ("clinician", scene.ward.clinician)):
        addresses = ("delivery:report", "delivery:pdf", "api:report", "api:report_pdf")
        texts[name] = pages(scene, reader, *(reverse(address, args=[report]) for address in addresses))
    texts["helper"] = pages(scene, scene.helper, reverse("delivery:for:report", args=[scene.patient.pk, report]))
    found: dict[str, object] = {name: seen(text) for name, text in texts.items()}
    found["decided"] = decide(rosa, "read.report", scene.report).permitted
    found["ledger"] = permission(Patient.objects.get(pk=scene.patient.pk), "pgx").permitted
    found["read"] = Interpretation.objects.filter(patient=scene.patient).count() > 1
    return found


def taken_back(scene: Scene) -> None:
    withdraw(scene.ward.account, scene.patient, "pgx")
    assert not any(opened_again(scene).values())


def test_with_a_yes_a_restored_portal_is_open(scene: Scene, taken: Path) -> None:
    restore(taken)
    assert all(opened_again(scene).values())


def test_a_yes_said_again_since_the_backup_opens_it_too(scene: Scene, taken: Path) -> None:
    taken_back(scene)
    say_yes(scene.ward.account, scene.patient)
    restore(taken)
    assert all(opened_again(scene).values())


@contextmanager
def unknown(patient: Patient) -> Iterator[None]:
    """The last thing said is an act that only a newer portal knows; it too was kept outside the database."""
    with faults.unknown(patient):
        journal.keep_outside(ConsentEvent.objects.filter(subject=patient.subject).latest("position"))
        yield


@contextmanager
def journal_changed(_patient: Patient) -> Iterator[None]:
    """Somebody turned the no outside the database into a yes."""
    told = journal.path().read_text()
    assert '"withdraw"' in told
    journal.path().write_text(told.replace('"withdraw"', '"permit"'))
    yield


MISSING: dict[str, tuple[faults.Fault, ...]] = {
    **faults.FAULTS,
    "unknown": (unknown,),
    "exception": (*faults.FAULTS["exception"], journal_changed),
}
REFUSED = {"journal_changed", "ledger_down", "database_down"}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=f"E13-{name}" + (f"-{fault.__name__}" if len(several) > 1 else ""))
        for name, several in MISSING.items()
        for fault in several
    ],
)
def test_a_yes_taken_back_stays_taken_back(scene: Scene, taken: Path, fault: faults.Fault) -> None:
    taken_back(scene)
    came_back = False
    with fault(scene.patient), suppress(NotRestored):
        restore(taken)
        came_back = True
    assert not any((found := opened_again(scene)).values()), found
    assert came_back is (fault.__name__ not in REFUSED), "the check meets what it means to meet"
