"""A signature holds for exactly what was on the page. Any edit voids it; and grave findings need two people."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.delivery import actions, options
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.high_impact import is_grave
from portal.delivery.models import Annotation, FirstSignature, OptionChange, Release, SignOff
from portal.people.models import User
from portal.reports.models import Report, ReportStatus
from tests.people import PASSWORD, care
from tests.portal.delivery.conftest import Ward
from tests.portal.delivery.test_options import mild
from tests.portal.delivery.test_reading import address, signed_in
from tests.portal.delivery.test_signing import shown

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
AUTHORS = [User(name="One"), User(name="Two")]
NOTES = st.lists(
    st.builds(
        Annotation,
        about=WORDS,
        text=WORDS,
        kind=st.sampled_from(["", "suits", "careful", "not_for_you"]),
        author=st.sampled_from(AUTHORS),
    ),
    max_size=3,
)
CHANGES = st.lists(
    st.builds(
        OptionChange,
        act=st.sampled_from(["left_out", "added"]),
        about=WORDS,
        reason=st.sampled_from(["talked", "clinic"]),
        words=WORDS,
        author=st.sampled_from(AUTHORS),
    ),
    max_size=3,
)
DRAFTS = st.builds(
    lambda content, facts, language: Report(
        content_hash=content, knowledge_release=facts, language=language, status=ReportStatus.SIGNED
    ),
    st.sampled_from(["a" * 64, "b" * 64]),
    st.sampled_from(["c" * 64, "d" * 64]),
    st.sampled_from(["en", "es"]),
)


def facts(report: Report, notes: list[Annotation], changes: list[OptionChange]) -> tuple[object, ...]:
    """Everything the signer sees, in no order."""
    return (
        (report.content_hash, report.knowledge_release, report.language),
        sorted((n.about, n.text, n.kind, str(n.author_id)) for n in notes),
        sorted((c.act, c.about, c.reason, c.words, str(c.author_id)) for c in changes),
    )


@given(DRAFTS, NOTES, CHANGES, DRAFTS, NOTES, CHANGES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_two_pages_have_one_hash_only_when_they_show_the_same(
    report: Report,
    notes: list[Annotation],
    changes: list[OptionChange],
    other: Report,
    other_notes: list[Annotation],
    other_changes: list[OptionChange],
) -> None:
    same = facts(report, notes, changes) == facts(other, other_notes, other_changes)
    hashes = actions.shown_hash(report, notes, changes), actions.shown_hash(other, other_notes, other_changes)
    assert (hashes[0] == hashes[1]) is same
    assert actions.shown_hash(report, notes[::-1], changes[::-1]) == hashes[0]


EDITS = {
    "a note": lambda ward: actions.annotate(ward.clinician, ward.draft, "", "One more thing."),
    "the kind of a note": lambda ward: actions.annotate(
        ward.clinician, ward.draft, "clopidogrel", "A note.", "careful"
    ),
    "a note taken off": lambda ward: actions.remove_annotation(ward.clinician, ward.draft, "clopidogrel"),
    "advice left out": lambda ward: options.leave_out(ward.clinician, ward.draft, mild(ward.draft), "talked"),
    "an option added": lambda ward: options.add_option(ward.clinician, ward.draft, "Walking", "It helps."),
    "the language": lambda ward: Report.objects.filter(pk=ward.draft.pk).update(language="es"),
    "the words": lambda ward: Report.objects.filter(pk=ward.draft.pk).update(content_hash="0" * 64),
    "the facts": lambda ward: Report.objects.filter(pk=ward.draft.pk).update(knowledge_release="0" * 64),
}


@pytest.mark.parametrize("edit", EDITS)
def test_any_edit_after_the_page_was_shown_stops_the_signature(ward: Ward, edit: str) -> None:
    actions.annotate(ward.clinician, ward.draft, "clopidogrel", "A note.")
    seen = shown(ward.draft)
    EDITS[edit](ward)
    with pytest.raises(DeliveryRefused) as refused:
        actions.sign(ward.clinician, ward.draft, seen)
    assert refused.value.refusal is Refusal.CHANGED
    assert not SignOff.objects.exists() and not Release.objects.exists()


# -- two people


@pytest.fixture
def two(ward: Ward) -> Ward:
    """The draft has a grave finding, and a second clinician cares for the patient too."""
    care(ward.stranger, ward.patient)
    return ward


@override_settings(SIGNERS_OF_GRAVE_FINDINGS=2)
def test_one_signature_on_grave_findings_sends_nothing(two: Ward) -> None:
    seen = shown(two.draft)
    first = actions.sign(two.clinician, two.draft, seen)
    assert isinstance(first, FirstSignature)
    assert (first.shown_hash, first.role, first.name) == (seen, "clinician", "Dr Amina Okafor")
    assert actions.sign(two.clinician, two.draft, seen) == first, "the same person twice is one person"
    assert not SignOff.objects.exists() and not Release.objects.exists()
    assert Report.objects.get(pk=two.draft.pk).status == ReportStatus.DRAFT


@override_settings(SIGNERS_OF_GRAVE_FINDINGS=2)
def test_the_second_person_signs_and_both_names_are_on_the_report(two: Ward) -> None:
    actions.sign(two.clinician, two.draft, shown(two.draft))
    signature = actions.sign(two.stranger, two.draft, shown(two.draft))
    assert isinstance(signature, SignOff) and Release.objects.count() == 1
    document = Report.objects.get(pk=two.draft.pk).document
    checked = next(fact["value"] for fact in document["glance"]["facts"] if fact["code"] == "checked_by")
    assert checked.index("Dr Amina Okafor") < checked.index("Dr James Reid")


@override_settings(SIGNERS_OF_GRAVE_FINDINGS=2)
@pytest.mark.parametrize("edit", ["a note", "advice left out", "an option added", "the language"])
def test_an_edit_voids_the_first_signature(two: Ward, edit: str) -> None:
    actions.sign(two.clinician, two.draft, shown(two.draft))
    EDITS[edit](two)
    again = actions.sign(two.stranger, two.draft, shown(two.draft))
    assert isinstance(again, FirstSignature) and again.signed_by == two.stranger
    assert FirstSignature.objects.count() == 1 and not SignOff.objects.exists()


@override_settings(SIGNERS_OF_GRAVE_FINDINGS=2)
def test_the_page_says_who_signed_first_and_who_is_next(two: Ward) -> None:
    def page(client: Client) -> str:
        return client.get(address("review", two.draft)).content.decode()

    clinician, second = signed_in(two.clinician), signed_in(two.stranger)
    assert "Sign first" in page(clinician) and "Sign and send to the patient" not in page(clinician)
    answer = clinician.post(address("sign", two.draft), {"shown": shown(two.draft), "checked": "on"})
    clinician.post(answer["Location"], {"password": PASSWORD})
    assert "Waits for a second signature, by somebody other than Dr Amina Okafor" in page(second)
    assert "a second clinician signs next" in page(clinician) and "sign-title" not in page(clinician)
    assert "Yours is the second signature" in page(second) and "Sign and send to the patient" in page(second)


@pytest.mark.parametrize(
    ("row", "grave"),
    [
        ({"action": "avoid", "classification": "Strong"}, True),
        ({"action": "standard_dose", "otherwise": "avoid", "classification": "Strong"}, True),
        ({"action": "avoid", "classification": "Optional"}, False),
        ({"action": "avoid", "classification": "N/A"}, True),
        ({"action": "avoid", "classification": None}, True),
        ({"action": "consider_alternative", "classification": "N/A"}, False),
        ({"action": "standard_dose", "classification": "Strong"}, False),
        ({"action": None, "classification": None}, False),
    ],
)
def test_the_list_of_grave_findings_is_read_as_it_is_written(row: dict[str, str | None], grave: bool) -> None:
    assert is_grave(row) is grave
