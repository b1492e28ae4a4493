"""The copy itself: one zip, written piece by piece, so that no file is ever whole in memory or plain on a disk."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, cast

from django.core.files.base import File
from django.template.loader import render_to_string
from django.utils import timezone, translation

from consent.desk.receipt import receipt
from consent.ledger.models import ConsentEvent, Decision
from portal.access.decide import decide
from portal.people.models import Patient
from portal.reports.models import Report
from portal.results.models import ResultFile
from portal.rights import record
from portal.rights.holdings import resources
from portal.sealing.errors import SealError

PIECE = 1 << 20
ANSWERS = (Decision.PERMIT, Decision.DENY, Decision.WITHDRAW)


class _Passage(io.RawIOBase):
    """What the zip is written to: keeps what came in until it is fetched, and cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def fetched(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class Packed(File):
    """The zip as an upload: storage reads it in pieces while it is being made. `size` is known afterwards."""

    def __init__(self, patient: Patient, *, with_files: bool) -> None:
        super().__init__(None, name="record.zip")
        self._patient, self._with_files = patient, with_files
        self.passed = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for piece in pack(self._patient, with_files=self._with_files):
            self.passed += len(piece)
            yield piece


def pack(patient: Patient, *, with_files: bool) -> Iterator[bytes]:
    passage = _Passage()
    with zipfile.ZipFile(cast("IO[bytes]", passage), "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        missing: list[str] = []
        for parts in (_papers(archive, patient, missing), _files(archive, patient, missing) if with_files else ()):
            for _part in parts:
                yield passage.fetched()
        archive.writestr("READ-ME-FIRST.html", _read_me(patient, with_files, missing))
        yield passage.fetched()
    yield passage.fetched()


def _papers(archive: zipfile.ZipFile, patient: Patient, missing: list[str]) -> Iterator[None]:
    """The record as JSON, one receipt per answer, and the released reports as PDF."""
    with archive.open("record.json", "w", force_zip64=True) as out:
        for piece in _as_json(patient):
            out.write(piece.encode())
            yield
    for event in ConsentEvent.objects.filter(subject=patient.subject, decision__in=ANSWERS):
        try:
            told = receipt(event)
        except Exception:  # an old scope, a text nobody keeps: the answer itself stands in the record
            missing.append(f"receipts/{event.id}.json")
            continue
        archive.writestr(f"receipts/{event.id}.json", json.dumps(told, indent=1, ensure_ascii=False))
        yield
    for report in Report.objects.filter(patient=patient).defer("document"):
        decision = decide(patient.account, "download.report", report)
        if decision.permitted and report.pdf:
            yield from _copied(archive, f"reports/{report.pk}.pdf", report.pdf, missing)


def _files(archive: zipfile.ZipFile, patient: Patient, missing: list[str]) -> Iterator[None]:
    for file in ResultFile.objects.filter(patient=patient).defer("fingerprint"):
        if file.file:
            yield from _copied(archive, f"files/{file.pk}-{_safe(file.original_name)}", file.file, missing)


def _copied(archive: zipfile.ZipFile, name: str, stored: Any, missing: list[str]) -> Iterator[None]:
    """One stored file, as it came. A file that is gone or cannot be opened is named, and keeps nothing else back."""
    try:
        source: IO[bytes] = stored.storage.open(stored.name)
        first = source.read(PIECE)
    except (OSError, SealError):
        missing.append(name)
        return
    with source, archive.open(name, "w", force_zip64=True) as out:
        piece = first
        while piece:
            out.write(piece)
            yield
            piece = source.read(PIECE)


def _safe(name: str) -> str:
    """A sender's file name without anything that is a path or a control character somewhere."""
    kept = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)
    return kept.lstrip(".")[:120] or "file"


def _as_json(patient: Patient) -> Iterator[str]:
    yield "{\n" + f'"made_at": {_json(timezone.now().isoformat())}'
    yield f',\n"account": {_json(record.account(patient.account) if patient.account else None)}'
    for resource in resources():
        yield f',\n"{resource.name}": '
        yield from _list(record.of_kind(patient, resource))
    yield "\n}\n"


def _list(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    before = "["
    for row in rows:
        yield before + _json(row)
        before = ",\n "
    yield "[]" if before == "[" else "]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _read_me(patient: Patient, with_files: bool, missing: list[str]) -> str:
    with translation.override(patient.language):
        context = {"patient": patient, "with_files": with_files, "missing": missing, "at": timezone.now()}
        return render_to_string("rights/read_me.html", context)
