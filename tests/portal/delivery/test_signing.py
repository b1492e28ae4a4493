"""Signing: only who cares for the patient, only what was seen, only with the patient's yes, only once."""

from __future__ import annotations

import pytest

from consent.ledger.models import Decision
from portal.access.decide import Denied
from portal.access.models import AccessEvent
from portal.delivery import actions
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.models import Release, SignOff
from portal.reports.models import Report, ReportStatus
from tests.people import allow, care
from tests.portal.delivery.conftest import Ward


def shown(report: Report) -> str:
    report.refresh_from_db()
    return actions.shown_hash(report, report.annotations.all())


def test_signing_binds_what_was_seen_who_signed_and_the_facts_used(ward: Ward) -> None:
    seen = shown(ward.draft)
    signature = actions.sign(ward.clinician, ward.draft, seen)
    report = Report.objects.get(pk=ward.draft.pk)
    assert signature.shown_hash == seen
    assert signature.content_hash == report.content_hash
    assert signature.knowledge_release == report.knowledge_release
    assert (signature.name, signature.role) == ("Dr Amina Okafor", "clinician")
    assert report.status == ReportStatus.SIGNED


def test_signing_releases_at_once_and_is_written_down(ward: Ward) -> None:
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    assert Release.objects.filter(report=ward.draft).count() == 1
    events = AccessEvent.objects.filter(resource_id=str(ward.draft.pk))
    signed, released = events.get(action="sign.report"), events.get(action="release.report")
    assert signed.actor == ward.clinician
    assert released.actor is None
    assert signed.consent_events and signed.consent_events == released.consent_events


def test_a_second_click_signs_nothing_twice(ward: Ward) -> None:
    seen = shown(ward.draft)
    first = actions.sign(ward.clinician, ward.draft, seen)
    assert actions.sign(ward.clinician, ward.draft, seen) == first
    assert SignOff.objects.count() == 1
    assert AccessEvent.objects.filter(action="sign.report").count() == 1


def test_a_note_added_after_the_page_was_shown_stops_the_signature(ward: Ward) -> None:
    seen = shown(ward.draft)
    actions.annotate(ward.clinician, ward.draft, "", "Please call me about this.")
    with pytest.raises(DeliveryRefused) as refused:
        actions.sign(ward.clinician, ward.draft, seen)
    assert refused.value.refusal is Refusal.CHANGED
    assert not SignOff.objects.exists()
    assert Report.objects.get(pk=ward.draft.pk).status == ReportStatus.DRAFT


def test_a_draft_that_changed_after_the_page_was_shown_stops_the_signature(ward: Ward) -> None:
    seen = shown(ward.draft)
    Report.objects.filter(pk=ward.draft.pk).update(content_hash="0" * 64)
    with pytest.raises(DeliveryRefused) as refused:
        actions.sign(ward.clinician, ward.draft, seen)
    assert refused.value.refusal is Refusal.CHANGED


@pytest.mark.parametrize("who", ["stranger", "counsellor", "account", "laboratory_user"])
def test_nobody_but_a_clinician_who_cares_for_the_patient_can_sign(ward: Ward, who: str) -> None:
    with pytest.raises(Denied):
        actions.sign(getattr(ward, who), ward.draft, shown(ward.draft))
    assert not SignOff.objects.exists()


def test_nothing_is_signed_without_the_patients_yes(ward: Ward) -> None:
    seen = shown(ward.draft)
    allow(ward.patient, decision=Decision.WITHDRAW)
    with pytest.raises(DeliveryRefused) as refused:
        actions.sign(ward.clinician, ward.draft, seen)
    assert refused.value.refusal is Refusal.CONSENT_MISSING
    assert not SignOff.objects.exists() and not Release.objects.exists()


def test_notes_reach_the_signed_document_with_the_authors_name(ward: Ward) -> None:
    medicine = actions.medicines(ward.draft)[0]
    actions.annotate(ward.clinician, ward.draft, "", "This is good news for you.")
    actions.annotate(ward.clinician, ward.draft, medicine, "We talk about this one.")
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    document = str(Report.objects.get(pk=ward.draft.pk).document)
    for words in ("This is good news for you.", "We talk about this one.", "Dr Amina Okafor"):
        assert words in document


def test_a_signed_report_takes_no_more_notes(ward: Ward) -> None:
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    before = Report.objects.get(pk=ward.draft.pk).content_hash
    for act in (
        lambda: actions.annotate(ward.clinician, ward.draft, "", "One more thing."),
        lambda: actions.remove_annotation(ward.clinician, ward.draft, ""),
    ):
        with pytest.raises(DeliveryRefused) as refused:
            act()
        assert refused.value.refusal is Refusal.ALREADY_SIGNED
    assert Report.objects.get(pk=ward.draft.pk).content_hash == before


@pytest.mark.parametrize(
    ("about", "text", "refusal"),
    [
        ("", "   ", Refusal.EMPTY_NOTE),
        ("", "a" * (actions.NOTE_LIMIT + 1), Refusal.LONG_NOTE),
        ("not a medicine", "A note.", Refusal.UNKNOWN_MEDICINE),
    ],
)
def test_a_note_that_cannot_stand_is_refused(ward: Ward, about: str, text: str, refusal: Refusal) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        actions.annotate(ward.clinician, ward.draft, about, text)
    assert refused.value.refusal is refusal
    assert not ward.draft.annotations.exists()


def test_an_author_changes_their_own_note_by_writing_it_again(ward: Ward) -> None:
    actions.annotate(ward.clinician, ward.draft, "", "First.")
    actions.annotate(ward.clinician, ward.draft, "", "Second.")
    assert [note.text for note in ward.draft.annotations.all()] == ["Second."]


def test_two_clinicians_notes_in_one_place_both_stand_and_both_reach_the_patient(ward: Ward) -> None:
    care(ward.stranger, ward.patient)
    actions.annotate(ward.clinician, ward.draft, "", "Come on Monday.")
    actions.annotate(ward.stranger, ward.draft, "", "Bring your list.")
    notes = Report.objects.get(pk=ward.draft.pk).annotations
    assert {(note.text, note.author.name) for note in notes.all()} == {
        ("Come on Monday.", "Dr Amina Okafor"),
        ("Bring your list.", "Dr James Reid"),
    }
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    signed = Report.objects.get(pk=ward.draft.pk).document["notes"]
    assert [(note["text"], note["name"]) for note in signed] == [
        ("Come on Monday.", "Dr Amina Okafor"),
        ("Bring your list.", "Dr James Reid"),
    ]


def test_nobody_takes_away_a_colleagues_note(ward: Ward) -> None:
    care(ward.stranger, ward.patient)
    actions.annotate(ward.clinician, ward.draft, "", "Come on Monday.")
    actions.remove_annotation(ward.stranger, ward.draft, "")
    assert [note.text for note in ward.draft.annotations.all()] == ["Come on Monday."]


@pytest.mark.parametrize("turn", ["\u202e", "\u202d", "\u2066", "\u2067", "\u202a"])
def test_a_note_cannot_be_made_to_read_backwards(ward: Ward, turn: str) -> None:
    note = actions.annotate(ward.clinician, ward.draft, "", f"Take {turn}ton od\u202c half.\r\nNow\x07.")
    assert note.text == "Take ton od half.\nNow."


def test_a_note_in_a_right_to_left_script_keeps_its_marks(ward: Ward) -> None:
    words = "\u05d8\u05d5\u05d1 \u200fCYP2C19\u200e."
    assert actions.annotate(ward.clinician, ward.draft, "", words).text == words
