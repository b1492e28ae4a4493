"""A clinician writes a decision: what cannot be is refused with a sentence, and two writers never lose text."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from portal.decisions import actions
from portal.decisions.content import Aid
from portal.decisions.errors import DecisionRefused, Refusal
from portal.decisions.merging import grown, leaves, merge
from portal.decisions.models import Decision, Edition
from portal.people.models import User
from tests.people import Clinic, care, make_clinic, make_interpretation
from tests.portal.decisions.examples import aid, opened

OUTCOME = {
    "name": "A bad day",
    "stay-known": "yes",
    "stay-numerator": "12",
    "stay-denominator": "100",
    "stay-months": "12",
    "stay-low": "9",
    "stay-high": "15",
    "stay-source": "s1",
    "new-known": "yes",
    "new-numerator": "7",
    "new-denominator": "100",
    "new-months": "12",
    "new-certainty": "low",
    "new-source": "s1",
}
OPTION = {"name": "Take the new pill", "benefits": "It helps.", "harms": "It itches.", "living": "You think of it."}


@pytest.fixture
def clinic(db: None) -> Clinic:
    return make_clinic()


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(decision: Decision, part: str, key: str = "") -> str:
    return reverse("decisions:edit", args=[decision.pk]) + f"?part={part}&key={key}"


def newest(decision: Decision) -> Aid:
    return Aid.from_json(decision.editions.order_by("number").last().content)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"stay-denominator": ""}, "Say out of how many people"),
        ({"stay-denominator": "40"}, "out of 100 or out of 1000"),
        ({"new-denominator": "1000"}, "out of the same number of people"),
        ({"new-months": "24"}, "must be about the same time"),
        ({"stay-months": ""}, "Say within how many months"),
        ({"stay-numerator": "101"}, "more people than there are"),
        ({"stay-numerator": "-1"}, "fewer than none"),
        ({"stay-numerator": ""}, "Say how many people"),
        ({"stay-low": "13"}, "The range must hold the number"),
        ({"stay-high": "400"}, "The range must hold the number"),
        ({"stay-low": "", "stay-high": ""}, "Give a range"),
        ({"stay-source": ""}, "Choose where the number comes from"),
        ({"name": ""}, "Give it a name"),
        ({"name": "Twice as likely to bleed"}, "not a percentage"),
        ({"name": "It happens to 1 in 8 people"}, "not a percentage"),
    ],
)
def test_a_number_that_cannot_be_is_refused_with_a_sentence_and_nothing_is_kept(
    clinic: Clinic, changed: dict[str, str], sentence: str
) -> None:
    decision = opened(clinic, released=False)
    before = newest(decision)
    answer = at(clinic.clinician).post(address(decision, "outcome", "bad"), OUTCOME | changed | {"based_on": "2"})
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert newest(decision) == before and decision.editions.count() == 2


def test_a_number_that_can_be_is_kept_as_a_new_edition(clinic: Clinic) -> None:
    decision = opened(clinic, released=False)
    more = {"stay-numerator": "11", "based_on": "2"}
    assert at(clinic.clinician).post(address(decision, "outcome", "bad"), OUTCOME | more).status_code == 302
    assert newest(decision).outcomes["bad"].figures["stay"].numerator == 11
    assert [edition.author for edition in decision.editions.all()] == [clinic.clinician] * 3


@pytest.mark.parametrize("what", ["harms", "benefits", "name"])
def test_an_option_without_harms_benefits_or_a_name_is_refused(clinic: Clinic, what: str) -> None:
    decision = opened(clinic, released=False)
    answer = at(clinic.clinician).post(address(decision, "option", "new"), OPTION | {what: " ", "based_on": "2"})
    assert answer.status_code == 422 and decision.editions.count() == 2


def test_no_change_always_stays_an_option(clinic: Clinic) -> None:
    decision = opened(clinic, released=False)
    third = OPTION | {"name": "A third", "based_on": "2"}
    assert at(clinic.clinician).post(address(decision, "option"), third).status_code == 302
    assert len(newest(decision).options) == 3
    at(clinic.clinician).post(address(decision, "option", "stay"), {"remove": "1"})
    assert "stay" in newest(decision).options
    at(clinic.clinician).post(address(decision, "option", "new"), {"remove": "1"})
    left = newest(decision)
    assert "new" not in left.options and all("new" not in row.figures for row in left.outcomes.values())


def test_two_who_write_different_things_at_once_both_keep_them_and_are_told(clinic: Clinic) -> None:
    decision = opened(clinic, released=False)
    care(clinic.other_clinician, clinic.ada)
    first = {"statement": "Which pill?", "condition": "You have a thing.", "population": "You.", "based_on": "2"}
    assert at(clinic.other_clinician).post(address(decision, "about"), first).status_code == 302
    answer = at(clinic.clinician).post(address(decision, "option", "new"), OPTION | {"based_on": "2"}, follow=True)
    told = answer.content.decode()
    assert str(clinic.other_clinician.name) in told and "it is kept" in told
    whole = newest(decision)
    assert whole.statement == "Which pill?" and whole.options["new"].harms == "It itches."


def test_two_who_write_the_same_place_see_each_others_text_and_lose_none(clinic: Clinic) -> None:
    decision = opened(clinic, released=False)
    care(clinic.other_clinician, clinic.ada)
    theirs, mine = OPTION | {"harms": "Theirs: it itches."}, OPTION | {"harms": "Mine: it hurts."}
    assert (
        at(clinic.other_clinician).post(address(decision, "option", "new"), theirs | {"based_on": "2"}).status_code
        == 302
    )
    answer = at(clinic.clinician).post(address(decision, "option", "new"), mine | {"based_on": "2"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Mine: it hurts." in page and "Theirs: it itches." in page and str(clinic.other_clinician.name) in page
    assert newest(decision).options["new"].harms == "Theirs: it itches."
    assert 'value="3"' in page, "saved again, it is made from what stands there now"
    assert at(clinic.clinician).post(address(decision, "option", "new"), mine | {"based_on": "3"}).status_code == 302
    editions = decision.editions.filter(number__gt=1).order_by("number")
    kept = [Aid.from_json(edition.content).options["new"].harms for edition in editions]
    assert "Theirs: it itches." in kept and kept[-1] == "Mine: it hurts."


TEXTS = some.dictionaries(some.sampled_from("abc"), some.text(max_size=3), max_size=3)
CONTENTS = some.fixed_dictionaries({"s": some.text(max_size=3), "o": TEXTS})


@pytest.mark.pure
@given(CONTENTS, CONTENTS, CONTENTS)
def test_merging_takes_every_change_or_names_the_clash(base: Any, mine: Any, theirs: Any) -> None:
    merged = merge(base, mine, theirs)
    result, was = leaves(merged.content), leaves(base)
    for path in {**leaves(mine), **leaves(theirs), **was}:
        if path in merged.conflicts or path == ("o",):
            continue
        for side in (leaves(mine), leaves(theirs)):
            if side.get(path) != was.get(path):
                assert result.get(path) == side.get(path), path


@pytest.mark.pure
@given(CONTENTS)
def test_a_content_taken_apart_is_put_together_the_same(content: Any) -> None:
    assert grown(leaves(content)) == content


def test_what_lacks_a_qualifying_criterion_is_not_released(clinic: Clinic) -> None:
    decision = actions.open_decision(clinic.clinician, clinic.ada)
    page = reverse("decisions:release", args=[decision.pk])
    assert (
        "lacks what every decision must have"
        in at(clinic.clinician).post(page, {"number": "1"}, follow=True).content.decode()
    )
    assert not Edition.objects.filter(released_at__isnull=False).exists()
    actions.save(clinic.clinician, decision, 1, aid())
    with pytest.raises(DecisionRefused) as refused:
        actions.release(clinic.clinician, decision, 1)
    assert refused.value.refusal is Refusal.CHANGED, "only what was on the clinician's page"
    assert at(clinic.clinician).post(page, {"number": "2"}).status_code == 302
    assert Edition.objects.get(released_at__isnull=False).number == 2


def test_a_change_after_the_release_reaches_the_patient_only_when_it_is_released_too(clinic: Clinic) -> None:
    decision = opened(clinic)
    actions.save(clinic.clinician, decision, 2, aid(statement="A new question?"))
    page = reverse("decisions:show", args=[decision.pk])
    assert "A new question?" not in at(clinic.ada_user).get(page).content.decode()
    actions.release(clinic.clinician, decision, 3)
    assert "A new question?" in at(clinic.ada_user).get(page).content.decode()


def test_it_is_opened_out_of_a_finding_of_a_signed_report_with_what_we_have_written(clinic: Clinic) -> None:
    result = clinic.interpretation.result | {"guidance": [{"drug": "clopidogrel", "action": "avoid"}]}
    clinic.report.interpretation = make_interpretation(clinic.file, knowledge_release="z" * 16, result=result)
    clinic.report.save()
    page = reverse("decisions:new", args=[clinic.ada.pk])
    assert "Clopidogrel" in at(clinic.clinician).get(page).content.decode()
    answer = at(clinic.clinician).post(page, {"about": f"{clinic.report.pk}|clopidogrel"})
    decision = Decision.objects.get()
    assert answer.status_code == 302 and decision.report == clinic.report and decision.about == "clopidogrel"
    assert list(newest(decision).options) == ["stay", "ticagrelor", "prasugrel"]
    assert [author.name for author in newest(decision).authors.values()] == [str(clinic.clinician.name)]
    with pytest.raises(DecisionRefused):
        actions.open_decision(clinic.clinician, clinic.ada, report=clinic.report, medicine="ibuprofen")
    assert at(clinic.counsellor).get(page).status_code == 404
