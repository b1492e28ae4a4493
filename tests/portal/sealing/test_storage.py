"""Sealed files: what is stored is read again, from any position; plain copies never outlive their use."""

from __future__ import annotations

import fcntl
import io
import os
import random
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from portal.sealing import plain_files
from portal.sealing.errors import PersonErased, SealBroken, SealRefused
from portal.sealing.keys import destroy
from portal.sealing.storage import ErasedFile, SealedStorage
from portal.sealing.streams import FRAME_BYTES, opened_stream, plain_size, seal_stream
from tests.portal.sealing.letters.models import Letter, Person

pytestmark = pytest.mark.django_db

SECRET = b"s" * 32


def sealed(content: bytes, folder: Path, frame_bytes: int = 7, pieces: int = 5) -> Path:
    path = folder / uuid.uuid4().hex
    with path.open("wb") as file:
        chunks = [content[at : at + pieces] for at in range(0, len(content), pieces)]
        seal_stream(SECRET, "a/name", chunks, file, frame_bytes)
    return path


@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60), pieces=st.integers(1, 70), seeks=st.lists(st.integers(0, 70), max_size=5))
def test_any_bytes_are_read_again_from_any_position(
    tmp_path: Path, content: bytes, pieces: int, seeks: list[int]
) -> None:
    path = sealed(content, tmp_path, pieces=pieces)
    with path.open("rb") as file:
        assert plain_size(file) == len(content)
    plain = io.BytesIO(content)
    with opened_stream(SECRET, "a/name", path.open("rb")) as file:
        assert file.read() == content
        for position in seeks:
            assert file.seek(position) == plain.seek(position)
            assert file.read(9) == plain.read(9)
        assert file.seek(0, io.SEEK_END) == len(content)


def test_a_file_does_not_open_under_another_name_or_key(tmp_path: Path) -> None:
    path = sealed(b"content", tmp_path)
    for secret, name in ((SECRET, "b/name"), (b"t" * 32, "a/name")):
        with pytest.raises(SealBroken):
            opened_stream(secret, name, path.open("rb"))


def test_a_file_larger_than_many_frames_streams_through(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(3 * FRAME_BYTES + 12345)
    storage = SealedStorage()
    name = storage.save(f"{uuid.uuid4()}/big", ContentFile(content))
    assert storage.size(name) == len(content)
    on_disk = Path(storage._files.path(name))
    assert content[:64] not in on_disk.read_bytes()
    assert on_disk.stat().st_mode & 0o077 == 0
    with storage.open(name) as file:
        assert b"".join(file.chunks()) == content
        file.seek(2 * FRAME_BYTES - 3)
        assert file.read(6) == content[2 * FRAME_BYTES - 3 : 2 * FRAME_BYTES + 3]
    assert [path.name for path in on_disk.parent.iterdir()] == ["big"]


def test_a_file_field_keeps_its_file_sealed() -> None:
    person = Person.objects.create(name="Ada")
    letter = Letter(person=person)
    letter.content.save("raw name of the patient.vcf", ContentFile(b"##fileformat=VCFv4.2\n"))
    again = Letter.objects.get(pk=letter.pk)
    assert again.content.name == f"{person.subject}/{letter.pk}"
    assert again.content.read() == b"##fileformat=VCFv4.2\n"
    assert again.content.size == 21
    with pytest.raises(NotImplementedError):
        _ = again.content.path
    with pytest.raises(SealRefused):
        _ = again.content.url
    again.content.delete()
    assert not again.content.storage.exists(f"{person.subject}/{letter.pk}")


def test_a_failed_upload_leaves_nothing_behind(places: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the line went dead")

    storage = SealedStorage()
    with pytest.raises(OSError, match="went dead"):
        storage.save(f"{uuid.uuid4()}/file", File(Broken(b"x" * 10), "file"))
    assert [path for path in (places / "files").rglob("*") if path.is_file()] == []


def test_a_name_taken_meanwhile_loses_neither_file() -> None:
    subject = uuid.uuid4()
    storage = SealedStorage()
    first = storage.save(f"{subject}/same", ContentFile(b"first"))
    taken = storage._save(f"{subject}/same", ContentFile(b"second"))  # the name was free when it was asked for
    assert taken != first
    assert (storage.open(first).read(), storage.open(taken).read()) == (b"first", b"second")


@pytest.mark.parametrize("name", ["letter.vcf", "files/letter.vcf", "../letter.vcf", ""])
def test_a_file_of_nobody_is_refused(name: str) -> None:
    with pytest.raises((SealRefused, ValueError, OSError)):
        SealedStorage()._save(name, ContentFile(b"x"))


# --- plain copies ----------------------------------------------------------------------------------


@pytest.fixture
def stored() -> tuple[SealedStorage, str]:
    storage = SealedStorage()
    return storage, storage.save(f"{uuid.uuid4()}/file", ContentFile(b"plain content"))


def left(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name != plain_files.LOCK]


def test_a_plain_copy_is_private_and_gone_afterwards(stored: tuple[SealedStorage, str], places: Path) -> None:
    storage, name = stored
    with storage.opened_plain(name, suffix=".vcf.gz") as path:
        assert path.read_bytes() == b"plain content"
        assert path.name.endswith(".vcf.gz")
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert plain_files.remove_left_over() == 0  # in use
        assert path.exists()
    assert left(places / "plain") == []


def test_a_plain_copy_is_gone_after_an_error(stored: tuple[SealedStorage, str], places: Path) -> None:
    storage, name = stored
    with pytest.raises(RuntimeError), storage.opened_plain(name):
        raise RuntimeError
    assert left(places / "plain") == []
    with pytest.raises(SealRefused), storage.opened_plain(name, suffix="/../x"):
        pass


def test_no_plain_copy_of_an_altered_file_stays(stored: tuple[SealedStorage, str], places: Path) -> None:
    storage, name = stored
    path = Path(storage._files.path(name))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SealBroken), storage.opened_plain(name):
        pass
    assert not (places / "plain").exists() or left(places / "plain") == []


def test_copies_of_a_killed_process_are_removed_and_those_in_use_stay(places: Path) -> None:
    folder = places / "plain"
    code = (
        "import django, sys, time; django.setup()\n"
        "from portal.sealing import plain_files\n"
        "from django.conf import settings\n"
        f"settings.SEALING_PLAIN_FOLDER = {str(folder)!r}\n"
        "with plain_files.plain_copy([b'secret'], 6) as path:\n"
        "    print(path, flush=True); time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    copy = Path(process.stdout.readline().strip())
    assert copy.read_bytes() == b"secret"
    assert plain_files.remove_left_over() == 0
    assert copy.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert copy.exists()
    assert plain_files.remove_left_over() == 1
    assert not copy.exists()


def test_a_folder_that_others_can_look_into_is_refused(places: Path) -> None:
    (places / "plain").mkdir(mode=0o755)
    (places / "plain").chmod(0o755)
    with pytest.raises(SealRefused), plain_files.plain_copy([b"x"], 1):
        pass


def test_many_threads_copy_and_sweep_without_losing_one(places: Path) -> None:
    wrong: list[object] = []

    def work(number: int) -> None:
        for turn in range(20):
            content = f"{number} {turn}".encode()
            with plain_files.plain_copy([content], len(content)) as path:
                if path.read_bytes() != content:
                    wrong.append(path)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert left(places / "plain") == []


def test_no_copy_appears_while_left_over_ones_are_removed(places: Path) -> None:
    folder = places / "plain"
    folder.mkdir(mode=0o700)
    made: list[int] = []
    thread = threading.Thread(target=lambda: made.append(plain_files._made(folder / "copy")))
    with plain_files._locked(folder, fcntl.LOCK_EX):
        thread.start()
        thread.join(0.3)
        assert left(folder) == []
    thread.join()
    assert plain_files.remove_left_over() == 0
    assert left(folder) == [folder / "copy"]
    os.close(made[0])
    assert plain_files.remove_left_over() == 1


# --- erasure ---------------------------------------------------------------------------------------


def test_files_of_an_erased_person_open_as_erased(stored: tuple[SealedStorage, str]) -> None:
    storage, name = stored
    destroy(uuid.UUID(name.split("/")[0]))
    file = storage.open(name)
    assert isinstance(file, ErasedFile)
    for act in (file.read, file.chunks, lambda: file.seek(0), lambda: list(file)):
        with pytest.raises(PersonErased):
            act()
    with pytest.raises(PersonErased), storage.opened_plain(name):
        pass
    with pytest.raises(PersonErased):
        storage.save(name, ContentFile(b"new"))
