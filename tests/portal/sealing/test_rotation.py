"""Changing the master key loses nothing, even when killed in the middle; and erasing reaches restored backups."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.sealing.checks import the_keyring_is_readable
from portal.sealing.errors import MasterKeyMissing
from portal.sealing.keyring import keyring, lines_made_once, new_line
from portal.sealing.keys import destroy, master_keys
from portal.sealing.models import IndexKey, PersonKey
from portal.sealing.rotation import rotate, waiting, wrap_anew
from tests.portal.sealing.installation import ROOT, Installation, make_installation
from tests.portal.sealing.letters.models import Person

WAITING = "from portal.sealing.rotation import waiting; print(waiting())"
FIELDS_A_PERSON = 11  # ten sealed values and one look-up


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with its tables and nothing in them, set up once."""
    made = make_installation(tmp_path_factory.mktemp("empty"))
    yield made
    made.remove()


@pytest.fixture
def installation(empty: Installation, tmp_path: Path) -> Iterator[Installation]:
    made = empty.twin(tmp_path)
    yield made
    made.remove()


def _rotated_though_killed(installation: Installation, people: int, kills: int) -> None:
    installation.at_work("fill", people)
    everything = f"{people * FIELDS_A_PERSON} 0"
    old, new = installation.master_keys[0], new_line("new")
    installation.master_keys = [new, old]
    left = int(installation.python(WAITING))
    assert left == people + 1  # everybody's key, and the index key
    for _ in range(kills):
        process = installation.start("manage.py", "rotate_keys", "--batch", "1")
        assert process.stdout is not None
        for _ in range(5):
            assert " of " in process.stdout.readline()
        process.kill()
        process.communicate()
        now = int(installation.python(WAITING))
        assert 0 < now <= left - 5, "the kill came too late to prove anything"
        left = now
    assert installation.at_work("count").strip() == everything  # half-way, with both keys
    process = installation.start("manage.py", "rotate_keys")
    out, errors = process.communicate()
    assert process.returncode == 0, errors
    assert f"{left} were changed" in out
    installation.master_keys = [new]
    assert installation.at_work("count").strip() == everything
    installation.master_keys = [old]
    assert "MasterKeyMissing" in _failing(installation, "count")


def _failing(installation: Installation, act: str) -> str:
    process = installation.start("-m", "tests.portal.sealing.at_work", act)
    out, errors = process.communicate()
    assert process.returncode != 0, out
    return errors


@pytest.mark.django_db
def test_ten_thousand_fields_survive_a_rotation_killed_in_the_middle(installation: Installation) -> None:
    _rotated_though_killed(installation, people=1000, kills=1)


@pytest.mark.thorough
@pytest.mark.django_db
def test_a_hundred_thousand_fields_survive_a_rotation_killed_again_and_again(installation: Installation) -> None:
    _rotated_though_killed(installation, people=10_000, kills=10)


@pytest.mark.django_db
def test_an_erased_person_is_erased_in_a_backup_from_before(installation: Installation) -> None:
    installation.at_work("fill", 3)
    subject = installation.python(
        "from tests.portal.sealing.letters.models import Person\nprint(Person.objects.first().subject)"
    ).strip()
    wrapped = (
        "from portal.sealing.models import PersonKey\n"
        f"print(bytes(PersonKey.objects.get(subject='{subject}').wrapped or b'').hex())"
    )
    key = bytes.fromhex(installation.python(wrapped))
    assert key
    before = installation.copy()
    installation.at_work("erase", subject)
    after = installation.copy()
    try:
        for place in (installation, before, after):
            assert set(place.at_work("look", subject).split()) == {"Erased"}
        assert before.at_work("reconcile").strip() == "1"
        for place in (installation, before, after):
            assert place.python(wrapped).strip() == ""
        (installation.folder / "destroyed-keys").unlink()
        for place in (installation, before, after):  # the databases know it now without the register
            assert set(place.at_work("look", subject).split()) == {"Erased"}
        if installation.database_url.startswith("sqlite"):
            for path in installation.folder.glob("portal.sqlite3*"):
                assert key not in path.read_bytes(), f"the destroyed key can still be dug out of {path.name}"
    finally:
        if installation.database_url.startswith("postgres"):
            before.remove()
            after.remove()


@pytest.mark.django_db
def test_threads_share_a_first_key_and_work_side_by_side(installation: Installation) -> None:
    assert installation.at_work("in_threads", 8).strip() == "[] 80"


# --- the command and the keyring --------------------------------------------------------------------


@pytest.mark.django_db
def test_rotation_leaves_what_no_key_opens_and_says_so(old_and_new: tuple[str, str], settings: Any) -> None:
    old, new = old_and_new
    people = [Person.objects.create(name=f"person {n}") for n in range(4)]
    PersonKey.objects.filter(subject=people[0].subject).update(wrapped=b"\x01" + b"broken" * 12)
    settings.SEALING_MASTER_KEYS = [new, old]
    with pytest.raises(CommandError, match="1 keys were left as they are"):
        call_command("rotate_keys", stdout=StringIO())
    assert waiting() == 1
    assert PersonKey.objects.get(subject=people[0].subject).wrapped is not None
    settings.SEALING_MASTER_KEYS = [new]
    assert [Person.objects.get(pk=person.pk).name for person in people[1:]] == ["person 1", "person 2", "person 3"]


@pytest.mark.django_db
def test_rotation_brings_no_destroyed_key_back(old_and_new: tuple[str, str], settings: Any) -> None:
    old, new = old_and_new
    person = Person.objects.create(name="Ada")
    destroy(person.subject)
    settings.SEALING_MASTER_KEYS = [new, old]
    assert rotate().failed == []
    assert PersonKey.objects.get(subject=person.subject).wrapped is None


@pytest.mark.django_db
def test_a_key_destroyed_while_it_is_being_rotated_stays_destroyed(
    old_and_new: tuple[str, str], settings: Any
) -> None:
    old, new = old_and_new
    person = Person.objects.create(name="Ada")
    settings.SEALING_MASTER_KEYS = [new, old]
    read_by_the_rotation = PersonKey.objects.get(subject=person.subject)
    destroy(person.subject)
    wrap_anew(master_keys(), read_by_the_rotation)
    assert PersonKey.objects.get(subject=person.subject).wrapped is None


@pytest.mark.django_db
def test_without_its_master_key_nothing_is_read_or_made_anew(old_and_new: tuple[str, str], settings: Any) -> None:
    person = Person.objects.create(name="Ada", number="7")
    settings.SEALING_MASTER_KEYS = [old_and_new[1]]
    with pytest.raises(MasterKeyMissing):
        _ = Person.objects.get(pk=person.pk).name
    with pytest.raises(MasterKeyMissing):
        Person.objects.filter(number_lookup="7").exists()
    assert (PersonKey.objects.count(), IndexKey.objects.count()) == (1, 1)


def test_a_fresh_key_is_made_without_any_settings() -> None:
    command = [sys.executable, "-m", "portal.sealing.keyring", "spring"]
    done = subprocess.run(command, env={}, cwd=ROOT, capture_output=True, text=True, check=True)
    assert keyring(done.stdout.splitlines()).current == "spring"


@pytest.mark.parametrize(
    "lines", [[], ["", "  "], ["nameless"], ["a:short"], ["a b:" + "a" * 43 + "="], [new_line("a"), new_line("a")]]
)
def test_a_keyring_that_is_empty_or_malformed_is_refused_without_showing_a_key(lines: list[str]) -> None:
    with pytest.raises(MasterKeyMissing) as refused:
        keyring(lines)
    assert not any(line.partition(":")[2] in str(refused.value) for line in lines if line.partition(":")[2])


def test_an_unreadable_keyring_is_found_at_start(settings: Any) -> None:
    assert the_keyring_is_readable() == []
    settings.SEALING_MASTER_KEYS = ["short:abc"]
    assert [error.id for error in the_keyring_is_readable()] == ["sealing.E010"]


def test_the_local_keyring_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "var" / "master-keys"
    lines = lines_made_once(path)
    assert lines_made_once(path) == lines
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["master-keys"]
    assert new_line("x") != new_line("x")


def test_a_keyring_shows_no_key_when_printed() -> None:
    line = new_line("a")
    assert line.partition(":")[2] not in repr(keyring([line]))
