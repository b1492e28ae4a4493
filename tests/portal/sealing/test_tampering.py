"""Whoever can write the database or the disk can destroy, but never alter unnoticed: every tamper is refused."""

from __future__ import annotations

import os
import random
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.db import connection, transaction

from portal.sealing.envelope import bound_to, place, seal
from portal.sealing.errors import SealBroken
from portal.sealing.fields import SOMETHING
from portal.sealing.models import PersonKey
from portal.sealing.scope import held_keys
from portal.sealing.storage import SealedStorage
from portal.sealing.streams import HEAD_BYTES
from portal.sealing.streams import TAG_BYTES as FRAME_TAG
from tests.portal.sealing.letters.models import Letter, Person
from tests.portal.sealing.test_fields import put, stored

COLUMNS = ("text", "other", "answers", "scan")
FRAME = 64


def flipped(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content) * 8)
    altered = bytearray(content)
    altered[at // 8] ^= 1 << (at % 8)
    return bytes(altered)


def two_people_with_letters() -> list[Letter]:
    letters = []
    for name in ("Ada", "Bert"):
        person = Person.objects.create(name=name)
        for number in range(3):
            fields = {"text": f"{name} {number}", "other": f"{name} other {number}"}
            letters.append(
                Letter.objects.create(person=person, **fields, answers={"n": number}, scan=bytes(range(40)))
            )
    return letters


def tamper_with_a_field(letters: list[Letter], dice: random.Random) -> tuple[str, Letter, str]:
    """Alters one column of one row in the database; what was done, to which row, in which column."""
    letter, column = dice.choice(letters), dice.choice(COLUMNS)
    content = stored(letter, column)
    others = [other for other in letters if other.pk != letter.pk]
    same_person = [other for other in others if other.person_id == letter.person_id]
    strangers = [other for other in others if other.person_id != letter.person_id]
    another_column = dice.choice([other for other in COLUMNS if other != column])
    fake = AESGCM(os.urandom(32))
    where = bound_to(place("letters_letter", column), letter.person.subject, letter.pk)
    acts: dict[str, Callable[[], bytes | None]] = {
        "bit flipped": lambda: flipped(content, dice),
        "row swapped": lambda: stored(dice.choice(same_person), column),
        "person swapped": lambda: stored(dice.choice(strangers), column),
        "field swapped": lambda: stored(letter, another_column),
        "another key": lambda: seal(fake, SOMETHING + b"plausible", where),
        "cut short": lambda: content[: dice.randrange(len(content))],
        "extended": lambda: content + os.urandom(dice.randrange(1, 9)),
        "plain text": lambda: b"\x01plain text that was never sealed at all",
        "emptied": lambda: b"",
    }
    if column != "text":
        acts["removed"] = lambda: None
    act = dice.choice(sorted(acts))
    put(letter, column, acts[act]())
    return act, letter, column


def _fields_are_refused(count: int) -> Counter[str]:
    dice = random.Random(20261122)
    letters = two_people_with_letters()
    before = {(letter.pk, column): stored(letter, column) for letter in letters for column in COLUMNS}
    seen: Counter[str] = Counter()
    with held_keys():
        for _ in range(count):
            act, letter, column = tamper_with_a_field(letters, dice)
            with pytest.raises(SealBroken):
                value = getattr(Letter.objects.select_related("person").get(pk=letter.pk), column)
                pytest.fail(f"{act}: {column} gave {value!r}")
            put(letter, column, before[letter.pk, column])
            seen[act] += 1
        for letter in letters:  # and nothing is refused that was left alone
            assert Letter.objects.get(pk=letter.pk).text == letter.text
    return seen


@pytest.mark.django_db
def test_three_thousand_altered_fields_are_refused() -> None:
    seen = _fields_are_refused(3000)
    assert min(seen.values()) > 50
    assert len(seen) == 10


@pytest.mark.thorough
@pytest.mark.django_db
def test_thirty_thousand_altered_fields_are_refused() -> None:
    _fields_are_refused(30_000)


# --- files -----------------------------------------------------------------------------------------


def tamper_with_a_file(content: bytes, other: bytes, dice: random.Random) -> tuple[str, bytes]:
    whole = FRAME + FRAME_TAG
    head, body = content[:HEAD_BYTES], content[HEAD_BYTES:]
    frames = [body[at : at + whole] for at in range(0, len(body), whole)]
    here, there = dice.sample(range(len(frames)), 2)
    swapped, lost, doubled, foreign = (list(frames) for _ in range(4))
    swapped[here], swapped[there] = frames[there], frames[here]
    del lost[here]
    doubled.insert(here, frames[there])
    foreign[here] = other[HEAD_BYTES + here * whole : HEAD_BYTES + (here + 1) * whole]
    acts = {
        "bit flipped": flipped(content, dice),
        "bit of the head flipped": flipped(head, dice) + body,
        "cut anywhere": content[: dice.randrange(len(content))],
        "cut between frames": head + b"".join(frames[: dice.randrange(len(frames))]),
        "extended": content + os.urandom(dice.randrange(1, 2 * whole)),
        "frames reordered": head + b"".join(swapped),
        "frame lost": head + b"".join(lost),
        "frame doubled": head + b"".join(doubled),
        "frame of another file": head + b"".join(foreign),
        "another file": other,
        "head of another file": other[:HEAD_BYTES] + body,
        "plain": b"##fileformat=VCFv4.2\n" * 20,
    }
    act = dice.choice(sorted(acts))
    return act, acts[act]


def _files_are_refused(count: int) -> Counter[str]:
    dice = random.Random(20261123)
    storage = SealedStorage(frame_bytes=FRAME)
    subject, stranger = uuid.uuid4(), uuid.uuid4()
    plain = [bytes(dice.randbytes(FRAME * 5 + extra)) for extra in (17, 17, 0)]
    names = [
        storage.save(f"{whose}/{number}", ContentFile(plain[number]))
        for number, whose in enumerate((subject, subject, stranger))
    ]
    paths = [Path(storage._files.path(name)) for name in names]
    sealed = [path.read_bytes() for path in paths]
    seen: Counter[str] = Counter()
    with held_keys():
        for _ in range(count):
            target = dice.randrange(3)
            other = dice.choice([number for number in range(3) if number != target])
            act, altered = tamper_with_a_file(sealed[target], sealed[other], dice)
            paths[target].write_bytes(altered)
            given = b""
            with pytest.raises(SealBroken):
                with storage.open(names[target]) as file:
                    for chunk in file.chunks(FRAME):
                        given += chunk
                pytest.fail(f"{act} was read")
            assert plain[target].startswith(given), act
            paths[target].write_bytes(sealed[target])
            seen[act] += 1
        for name, content in zip(names, plain, strict=True):
            assert storage.open(name).read() == content
    return seen


@pytest.mark.django_db
def test_two_thousand_altered_files_are_refused() -> None:
    seen = _files_are_refused(2000)
    assert len(seen) == 12
    assert min(seen.values()) > 50


@pytest.mark.django_db
def test_no_bit_of_a_files_head_can_be_altered() -> None:
    storage = SealedStorage(frame_bytes=FRAME)
    name = storage.save(f"{uuid.uuid4()}/short", ContentFile(b"one short frame"))
    path = Path(storage._files.path(name))
    content = path.read_bytes()
    for bit in range(HEAD_BYTES * 8):
        altered = bytearray(content)
        altered[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(altered)
        with pytest.raises(SealBroken):
            storage.open(name)


@pytest.mark.thorough
@pytest.mark.django_db
def test_twenty_thousand_altered_files_are_refused() -> None:
    _files_are_refused(20_000)


# --- keys ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_persons_key_does_not_open_under_anothers_name() -> None:
    letters = two_people_with_letters()
    ada, bert = letters[0].person, letters[-1].person
    theirs = PersonKey.objects.get(subject=bert.subject)
    PersonKey.objects.filter(subject=ada.subject).update(wrapped=theirs.wrapped)
    with pytest.raises(SealBroken):
        _ = Letter.objects.get(pk=letters[0].pk).text
    with pytest.raises(SealBroken), transaction.atomic():  # nor is anything new sealed where another could read it
        Letter.objects.create(person=ada, text="new")


@pytest.mark.django_db
def test_a_lost_key_is_an_error_and_not_an_erasure() -> None:
    letter = two_people_with_letters()[0]
    PersonKey.objects.all().delete()
    with pytest.raises(SealBroken):
        _ = Letter.objects.get(pk=letter.pk).text


@pytest.mark.django_db
def test_a_tampered_row_cannot_be_saved_over() -> None:
    letter, other = two_people_with_letters()[:2]
    put(letter, "text", stored(other, "text"))
    again = Letter.objects.get(pk=letter.pk)
    again.title = "unread text"
    with pytest.raises(SealBroken), transaction.atomic():
        again.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM letters_letter WHERE title <> ''")
        assert cursor.fetchone()[0] == 0
