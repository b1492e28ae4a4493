"""What changed since the report somebody read before is told by codes, without a verdict, and gives nothing away."""

from __future__ import annotations

from typing import Any

import pytest

from portal.delivery import actions
from portal.delivery.models import Release
from portal.reports.actions import compose_report, composed
from portal.reports.changes import Earlier
from portal.reports.document import Changes, spoken
from portal.reports.gate import examine
from portal.reports.models import Report
from portal.reports.render import render_html
from portal.reports.words import load
from tests.portal.delivery.conftest import Ward, make_ward
from tests.portal.delivery.test_signing import shown
from tests.portal.reports.people import interpretation, report
from tests.portal.reports.test_words import every_language


def compared(before: Any, now: Any, language: str = "en") -> Changes:
    first = before if isinstance(before, dict) else interpretation(before)
    earlier = Earlier(report(first).to_json(), "3 March 2026", first)
    found = report(now, language=language, earlier=earlier).changes
    assert found is not None
    return found


def without(found: dict[str, Any], drug: str) -> dict[str, Any]:
    for part in ("guidance", "unanswered"):
        found[part] = [row for row in found[part] if row["drug"] != drug]
    return found


def test_a_first_report_speaks_of_no_change() -> None:
    document = report()
    assert document.changes is None
    assert 'id="changes"' not in render_html(document.to_json())


def test_the_same_again_is_told_as_the_same() -> None:
    told = compared("rosa", "rosa")
    assert told.lead.endswith("The advice is the same for each medicine.")
    assert told.lines == () and told.reasons == ()


def test_a_medicine_that_moved_says_from_what_to_what_and_which_genes_were_read_otherwise() -> None:
    told = compared("usual", "rosa")
    assert "clopidogrel: it was “usual”. Now it is “ask about another medicine”." in told.lines
    assert "CYP2C19" in told.reasons[0] and "CYP2C9," not in told.reasons[0]


def test_new_gone_and_same_medicines_are_counted_apart() -> None:
    less = without(interpretation("rosa"), "clopidogrel")
    assert any(line.startswith("clopidogrel is new in this report") for line in compared(less, "rosa").lines)
    gone = compared("rosa", less).lines
    assert "clopidogrel is no longer in this report. We do not know if it suits you." in gone
    assert f"For {len([c for g in report(less).groups for c in g.cards])} medicines nothing changed." in gone


def test_newer_facts_are_named() -> None:
    older = interpretation("rosa")
    older["knowledge"] = older["knowledge"] | {"id": "facts-before", "hash": "0" * 64}
    told = compared(older, "rosa")
    assert told.reasons == ("We now use newer facts.",)
    assert told.knowledge == f"facts-before → {interpretation('rosa')['knowledge']['id']}"


@every_language
@pytest.mark.parametrize(("before", "now"), [("usual", "slow"), ("slow", "usual"), ("nothing_tested", "rosa")])
def test_no_change_is_called_better_or_worse_and_all_is_plain(before: str, now: str, language: str) -> None:
    told = compared(before, now, language)
    words = " ".join(spoken(told)).lower()
    for verdict in ("cured", "improved", "good news", "sorry", "curad", "buena noticia"):
        assert verdict not in words
    assert told.caution in {load(one).say("report", "changes_caution") for one in ("en", "es")}
    assert examine("changes", spoken(told), load(language).names(), language) == []


# -- which report is compared with


@pytest.fixture
def signed(db: None) -> Ward:
    ward = make_ward()
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    return ward


def opened(ward: Ward) -> Report:
    found = Report.objects.get(pk=ward.draft.pk)
    actions.read(ward.account, found)
    return found


def test_only_a_report_that_was_opened_is_compared_with(signed: Ward) -> None:
    assert Release.objects.get(report=signed.draft).first_read_at is None
    assert composed(signed.draft.interpretation_id).changes is None
    opened(signed)
    assert composed(signed.draft.interpretation_id).changes is not None


def test_a_report_kept_to_oneself_is_not_told_of_in_another(signed: Ward) -> None:
    actions.keep_private(signed.account, opened(signed), keep=True)
    assert composed(signed.draft.interpretation_id).changes is None


def test_the_same_results_in_another_language_are_no_change(signed: Ward) -> None:
    opened(signed)
    assert composed(signed.draft.interpretation_id, "es").changes is None


def test_a_signed_report_is_not_composed_anew(signed: Ward) -> None:
    before = opened(signed).content_hash
    assert compose_report(signed.draft.interpretation_id).content_hash == before
