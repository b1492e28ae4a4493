"""One process does everything: the embedded worker takes work up at once, finds what was left, and stops clean."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from portal.results.embedded import start_embedded_worker
from portal.results.models import FileStatus, Interpretation, Job, JobStatus, ResultFile
from tests.genomes import SLOW, vcf
from tests.portal.results.clinic import make_clinic
from tests.services import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker() -> Iterator[None]:
    stop = start_embedded_worker()
    yield
    stop()


def interpreted() -> bool:
    return set(ResultFile.objects.values_list("status", flat=True)) == {FileStatus.INTERPRETED}


def test_a_file_is_read_without_any_other_process(worker: None) -> None:
    for number in range(4):
        make_clinic().send(vcf(SLOW if number == 0 else {}, sample=f"S{number}"))
    wait_until(interpreted, "all files")
    assert Interpretation.objects.count() == 4
    assert set(Job.objects.filter(kind="interpret").values_list("status", "attempts")) == {(JobStatus.DONE, 1)}


def test_work_that_was_left_behind_is_found_at_the_start() -> None:
    make_clinic().send(vcf(SLOW))
    Job.objects.update(dispatched_at=None)  # whoever was told of it is gone
    stop = start_embedded_worker()
    try:
        wait_until(interpreted, "the file")
    finally:
        stop()


def test_it_stops_clean_and_can_be_started_again() -> None:
    for _ in range(2):
        stop = start_embedded_worker()
        stop()
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("embedded-")]
