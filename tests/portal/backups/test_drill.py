"""The drill: a backup is taken, life goes on, everything is lost or spoiled, and the backup is brought back."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from consent.desk.queries import permission
from consent.ledger import anchors as ledger_anchors
from consent.ledger import chain, journal
from consent.ledger.models import ConsentEvent, Decision
from portal.access import anchors, log, triggers
from portal.access.decide import decide
from portal.access.models import AccessEvent
from portal.access.seals import seal
from portal.access.upkeep import look_after
from portal.access.verify import verify
from portal.api.models import MachineToken
from portal.backups import closings, restoring, tables
from portal.backups.restoring import NotRestored, restore
from portal.backups.taking import backup
from portal.delivery import recalling
from portal.delivery.models import Withdrawal
from portal.people.models import Patient, Role, User
from portal.results.models import ResultFile
from portal.sealing import keys
from portal.sealing.fields import Erased
from portal.sealing.keyring import new_line
from tests.people import Clinic, allow, help_with, make_clinic, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def places(settings: Any, tmp_path: Path) -> Path:
    """Files, registers and anchors of this check's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.SEALING_DESTROYED_REGISTER = tmp_path / "outside" / "destroyed-keys"
    settings.CLOSINGS = tmp_path / "outside" / "closed.jsonl"
    settings.CONSENT_ANCHORS = tmp_path / "outside" / "consent"
    settings.ACCESS_LOG_ANCHORS = tmp_path / "outside" / "access.log"
    return tmp_path


@pytest.fixture
def clinic() -> Clinic:
    made = make_clinic()
    log.record(made.clinician, "read.report", made.report)
    seal()
    return made


@pytest.fixture
def taken(clinic: Clinic, places: Path) -> Path:
    path = places / "backup"
    backup(path)
    return path


def content() -> dict[str, Any]:
    """Every row of every table, as the database holds it."""
    found = {}
    for model in tables.copied():
        columns = [field.attname for field in tables.columns(model)]
        found[model._meta.label] = list(model._base_manager.order_by("pk").values_list(*columns))
    return found


def files(places: Path) -> dict[str, bytes]:
    root = places / "files"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def everything_lost(places: Path) -> None:
    with transaction.atomic(), restoring._guards_lifted():
        tables.emptied()
    shutil.rmtree(places / "files")


def test_everything_comes_back_as_it_was(clinic: Clinic, taken: Path, places: Path) -> None:
    before, stored = content(), files(places)
    everything_lost(places)
    done = restore(taken)
    after = content()
    own = AccessEvent.objects.get(action="restore.backup")
    after["access.AccessEvent"] = [row for row in after["access.AccessEvent"] if row[0] != own.sequence]
    for model in before:
        assert after[model] == before[model], model
    assert files(places) == stored
    assert (done.replayed, done.erased_again, done.log_lost) == (0, 0, 0)
    assert Patient.objects.get(pk=clinic.ada.pk).full_name == "Ada Example"
    assert ResultFile.objects.get(pk=clinic.file.pk).file.open().read().startswith(b"##fileformat")
    assert triggers.missing(connection) == []
    seal()
    assert verify() == []


def test_a_yes_taken_back_since_stays_taken_back(clinic: Clinic, taken: Path) -> None:
    allow(clinic.ada, decision=Decision.WITHDRAW)
    allow(clinic.ben)
    said = list(ConsentEvent.objects.values_list("seal", flat=True))
    assert restore(taken).replayed == 2
    assert not permission(clinic.ada, "pgx").permitted
    assert permission(clinic.ben, "pgx").permitted
    assert list(ConsentEvent.objects.values_list("seal", flat=True)) == said
    assert chain.verify_all()[1] == []
    assert allow(clinic.ada).position == 3, "and the next act follows"


def test_who_was_erased_since_stays_erased(clinic: Clinic, taken: Path, places: Path) -> None:
    keys.destroy(clinic.ada.subject)
    done = restore(taken)
    assert done.erased_again == 1
    ada = Patient.objects.get(pk=clinic.ada.pk)
    assert ada.erased_at is not None
    assert isinstance(ada.given_name, Erased)
    assert not ResultFile.objects.filter(patient=ada).exists()
    assert not [name for name in files(places) if str(ada.subject) in name]
    assert Patient.objects.get(pk=clinic.ben.pk).full_name == "Ben Another"
    assert chain.verify_all()[1] == []


def test_lines_of_the_log_that_came_after_are_said_to_be_lost(clinic: Clinic, taken: Path, places: Path) -> None:
    AccessEvent.objects.create(actor_role="system", action="read.report", resource="report", outcome="system")
    seal()
    long = anchors.where().read_text()
    assert restore(taken).log_lost == 1
    assert [path.read_text() for path in anchors.where().parent.glob("access.log.before-*")] == [long]
    seal()
    assert verify() == []


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(bytes(whole))


def another_line(path: Path) -> None:
    line, _, rest = path.read_bytes().partition(b"\n")
    path.write_bytes(line.replace(b'"format"', b' "format"') + b"\n" + rest)


@pytest.mark.parametrize("spoil", [cut, flip, another_line, lambda path: path.write_bytes(b""), Path.unlink])
def test_a_spoiled_backup_changes_nothing(clinic: Clinic, taken: Path, places: Path, spoil: Any) -> None:
    before, stored = content(), files(places)
    spoil(taken)
    with pytest.raises(NotRestored) as refused:
        restore(taken)
    assert not re.search(r"[a-z][A-Z]|Error|Errno", str(refused.value)), "a sentence, no name out of a program"
    assert (content(), files(places)) == (before, stored)


@pytest.mark.parametrize("at", ["_file_back", "erase_again", "_anchors_follow"])
def test_one_that_fails_half_way_changes_nothing(
    clinic: Clinic, taken: Path, places: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(clinic.ada, decision=Decision.WITHDRAW)
    for path in (places / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    before = content()

    def fails(*args: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(restoring, at, fails)
    with pytest.raises(NotRestored, match="disk is full"):
        restore(taken)
    assert content() == before
    assert files(places) == {}
    assert triggers.missing(connection) == []
    assert not permission(clinic.ada, "pgx").permitted


def lose_register(places: Path) -> None:
    (places / "outside" / "destroyed-keys").unlink()


def lose_consent_anchors(places: Path) -> None:
    shutil.rmtree(places / "outside" / "consent")


def lose_journal(places: Path) -> None:
    journal.path().unlink()


def lose_log_anchors(places: Path) -> None:
    (places / "outside" / "access.log").unlink()


def lose_closings(places: Path) -> None:
    """All but the file is there, and the present database too is told to know nothing of it."""
    User.objects.update(is_active=False)
    closings.note_closed()
    User.objects.update(is_active=True)
    path = closings.path()
    path.write_bytes(path.read_bytes().replace(b'"closed": true', b'"closed": false'))


@pytest.mark.parametrize("lose", [lose_register, lose_consent_anchors, lose_journal, lose_log_anchors, lose_closings])
def test_it_refuses_when_it_cannot_know_what_was_said_since(
    clinic: Clinic, taken: Path, places: Path, lose: Any
) -> None:
    allow(clinic.ada, decision=Decision.WITHDRAW)
    lose(places)
    before = content()
    with pytest.raises(NotRestored):
        restore(taken)
    assert content() == before


def test_a_forged_line_in_the_journal_is_not_believed(clinic: Clinic, taken: Path) -> None:
    allow(clinic.ada, decision=Decision.WITHDRAW)
    whole = journal.path().read_text()
    journal.path().write_text(whole.replace('"withdraw"', '"permit"'))
    with pytest.raises(NotRestored, match="faults in the consent ledger"):
        restore(taken)
    assert not permission(clinic.ada, "pgx").permitted


def test_an_act_whose_process_died_before_its_line_is_written_with_the_next(clinic: Clinic, taken: Path) -> None:
    line = journal.path().read_text()
    anchor = ledger_anchors._path(clinic.ada.subject).read_text()
    allow(clinic.ada, decision=Decision.WITHDRAW)
    journal.path().write_text(line + '{"cut short')
    ledger_anchors._path(clinic.ada.subject).write_text(anchor)
    allow(clinic.ada)
    allow(clinic.ada, decision=Decision.WITHDRAW)
    assert restore(taken).replayed == 3
    assert not permission(clinic.ada, "pgx").permitted


def test_it_opens_under_the_master_key_of_its_day_and_no_other(clinic: Clinic, taken: Path, settings: Any) -> None:
    (old,) = settings.SEALING_MASTER_KEYS
    new = new_line("newer")
    settings.SEALING_MASTER_KEYS = [new, old]
    restore(taken)
    settings.SEALING_MASTER_KEYS = [new]
    with pytest.raises(NotRestored, match="master key of the day"):
        restore(taken)


def test_nothing_in_it_can_be_read_and_none_is_replaced(clinic: Clinic, taken: Path) -> None:
    whole = taken.read_bytes()
    for word in (b"Ada", b"example.org", b"people_patient", str(clinic.ada.subject).encode(), b"CYP2C19"):
        assert word not in whole
    assert taken.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        backup(taken)
    assert taken.read_bytes() == whole


def test_every_table_is_in_it_but_where_people_are_signed_in(clinic: Clinic) -> None:
    managed = {model._meta.label for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    assert managed - {model._meta.label for model in tables.copied()} == {
        "sessions.Session",
        "usersessions.UserSession",
    }


def test_what_was_closed_since_stays_closed(clinic: Clinic, places: Path) -> None:
    helper = help_with(clinic.ada, make_user(Role.PATIENT), "reports")
    token = MachineToken.objects.create(account=clinic.laboratory_user, label="x", token_hash="0" * 64)
    stays = MachineToken.objects.create(account=clinic.laboratory_user, label="y", token_hash="1" * 64)
    care = clinic.ada.care.get(member=clinic.clinician)
    seal()
    path = places / "backup"
    backup(path)
    now = timezone.now()
    User.objects.filter(pk=clinic.other_clinician.pk).update(is_active=False)
    MachineToken.objects.filter(pk=token.pk).update(revoked_at=now)
    type(care).objects.filter(pk=care.pk).update(until=now)
    type(helper).objects.filter(pk=helper.pk).update(until=now)
    type(clinic.report).objects.filter(pk=clinic.report.pk).update(kept_private=True)
    ResultFile.objects.filter(pk=clinic.file.pk).update(kept_private=True)
    look_after()
    everything_lost(places)
    assert restore(path).closed_again == 6
    assert not User.objects.get(pk=clinic.other_clinician.pk).is_active
    assert User.objects.get(pk=clinic.clinician.pk).is_active
    assert MachineToken.objects.get(pk=token.pk).revoked_at and not MachineToken.objects.get(pk=stays.pk).revoked_at
    assert not decide(clinic.clinician, "read.report", clinic.report), "care that has ended reads nothing"
    assert type(helper).objects.get(pk=helper.pk).until is not None
    assert type(clinic.report).objects.get(pk=clinic.report.pk).kept_private
    assert ResultFile.objects.get(pk=clinic.file.pk).kept_private
    assert restore(path).closed_again == 6, "and every time"


def test_a_report_that_was_taken_back_since_does_not_count_again(clinic: Clinic, taken: Path, places: Path) -> None:
    recalling.withdraw(clinic.clinician, clinic.report, Withdrawal.Reason.LABORATORY, "Sorry.")
    closings.note_closed()
    everything_lost(places)
    restore(taken)
    report = type(clinic.report).objects.get(pk=clinic.report.pk)
    assert report.status == "withdrawn"
    assert (report.withdrawal.reason, report.withdrawal.name) == ("laboratory", clinic.clinician.name)


def test_what_was_opened_again_since_is_as_the_backup_has_it(clinic: Clinic, taken: Path) -> None:
    account = User.objects.filter(pk=clinic.other_clinician.pk)
    account.update(is_active=False)
    closings.note_closed()
    account.update(is_active=True)
    closings.note_closed()
    assert restore(taken).closed_again == 0
    assert account.get().is_active


def test_who_was_erased_is_not_closed_once_more(clinic: Clinic, taken: Path, places: Path) -> None:
    type(clinic.report).objects.filter(pk=clinic.report.pk).update(kept_private=True)
    closings.note_closed()
    keys.destroy(clinic.ada.subject)
    everything_lost(places)
    assert restore(taken).closed_again == 0


def test_the_list_of_what_was_closed_names_nobody_and_only_grows(clinic: Clinic, taken: Path) -> None:
    before = closings.path().read_bytes()
    User.objects.filter(pk=clinic.other_clinician.pk).update(is_active=False)
    assert closings.note_closed() == 1 and closings.note_closed() == 0
    whole = closings.path().read_bytes()
    assert whole.startswith(before)
    assert clinic.other_clinician.name.encode() not in whole and b"@" not in whole


def test_a_list_older_than_the_backup_is_refused(clinic: Clinic, places: Path) -> None:
    User.objects.filter(pk=clinic.other_clinician.pk).update(is_active=False)
    backup(places / "backup")
    closings.path().unlink()
    with pytest.raises(NotRestored, match="what was closed"):
        everything_lost(places)
        restore(places / "backup")
