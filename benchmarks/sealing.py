"""Sealing and opening one small field against `cryptography`'s Fernet; a large file against a plain write."""

from __future__ import annotations

import base64
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import django
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.figures import head, row

ROUNDS = 15
TIMES = 4000
TEXT = "Takes codeine for back pain since June, 30 mg."  # 46 bytes, a small field
MEGABYTES = 64


def seconds_each(act: Callable[[], object], times: int = TIMES) -> float:
    start = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - start) / times


def small_row(what: str, ours: float, peer: float, goal: str) -> None:
    print(f"| {what} | {ours * 1e6:.2f} µs | Fernet {peer * 1e6:.2f} µs | {ours / peer:.2f} | {goal} |", flush=True)


def measure_field() -> None:
    from django.db import models

    from portal.sealing import scope
    from portal.sealing.fields import SealedTextField

    class Note(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid.uuid4)
        subject = models.UUIDField()
        text = SealedTextField(subject="subject")

        class Meta:
            app_label = "benchmark"
            managed = False

    field = Note._meta.get_field("text")
    assert isinstance(field, SealedTextField)
    note = Note(subject=uuid.uuid4(), text=TEXT)
    fernet = Fernet(Fernet.generate_key())
    token = fernet.encrypt(TEXT.encode())
    key = os.urandom(32)
    with scope.held_keys():
        held = scope.current()
        assert held is not None
        held.put(note.subject, AESGCM(key), key)
        sealed = field.seal(note, TEXT)
        times: dict[str, list[float]] = {"seal": [], "open": [], "fernet seal": [], "fernet open": [], "base64": []}
        for _ in range(ROUNDS):  # alternately, so that a busy moment burdens both
            times["seal"].append(seconds_each(lambda: field.seal(note, TEXT)))
            times["fernet seal"].append(seconds_each(lambda: fernet.encrypt(TEXT.encode())))
            times["open"].append(seconds_each(lambda: field.opened(note, sealed)))
            times["fernet open"].append(seconds_each(lambda: fernet.decrypt(token).decode()))
            times["base64"].append(seconds_each(lambda: base64.b64decode(base64.b64encode(TEXT.encode()))))
    middle = {name: statistics.median(found) for name, found in times.items()}
    head("One field of 46 bytes, key in hand")
    small_row("seal", middle["seal"], middle["fernet seal"], "≤ 5 µs beyond base64")
    small_row("open", middle["open"], middle["fernet open"], "≤ 5 µs beyond base64")
    print(f"\nbase64 there and back {middle['base64'] * 1e6:.2f} µs; {len(sealed.content)} B, Fernet {len(token)} B")


def measure_file() -> None:
    from portal.sealing.streams import opened_stream, seal_stream

    piece = os.urandom(256 * 1024)
    secret = os.urandom(32)
    sealing, opening, copying = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        sealed, plain = Path(folder) / "sealed", Path(folder) / "plain"
        for _ in range(5):
            start = time.perf_counter()
            with sealed.open("wb") as file:
                seal_stream(secret, "a/name", (piece for _ in range(4 * MEGABYTES)), file)
            sealing.append(time.perf_counter() - start)
            start = time.perf_counter()
            with opened_stream(secret, "a/name", sealed.open("rb")) as opened:
                while opened.read(len(piece)):
                    pass
            opening.append(time.perf_counter() - start)
            start = time.perf_counter()
            with plain.open("wb") as file:
                for _ in range(4 * MEGABYTES):
                    file.write(piece)
            copying.append(time.perf_counter() - start)
    seal, read, copy = (statistics.median(found) for found in (sealing, opening, copying))
    head(f"A file of {MEGABYTES} MiB")
    row("seal to disk", seal, "plain write", copy, "")
    row("open", read, "plain write", copy, "")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.local")
    django.setup()
    measure_field()
    measure_file()


if __name__ == "__main__":
    main()
