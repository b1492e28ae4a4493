"""A newer report on the same order takes the place of the older one; the older stays, and says that it is old."""

from __future__ import annotations

import pytest
from django.urls import reverse

from portal.delivery import actions
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.queries import not_read_yet, to_review
from portal.home.work.queue import work_queue
from portal.reports.models import Report, ReportStatus
from portal.reports.queries import would_replace
from portal.results.actions import receive_file
from tests.genomes import SLOW, vcf
from tests.people import make_order
from tests.portal.delivery.conftest import Ward
from tests.portal.delivery.test_reading import address, signed_in
from tests.portal.delivery.test_signing import shown
from tests.road import made_up_file, run_jobs, send


def second_draft(ward: Ward, order: object = None) -> Report:
    """The laboratory sends a corrected file of the same person; its draft waits."""
    file = send(ward.laboratory_user, order or ward.order, made_up_file("again", CYP2C19="*2/*2", SLCO1B1="*5/*5"))  # type: ignore[arg-type]
    run_jobs("interpret", "compose")
    return Report.objects.get(interpretation__result_file=file)


def signed(ward: Ward, draft: Report) -> Report:
    actions.sign(ward.clinician, draft, shown(draft))
    return Report.objects.get(pk=draft.pk)


@pytest.fixture
def both(ward: Ward) -> tuple[Report, Report]:
    """The older report and the newer one, both signed."""
    older = signed(ward, ward.draft)
    newer = signed(ward, second_draft(ward))
    older.refresh_from_db()
    return older, newer


def test_signing_a_newer_report_replaces_the_older_and_changes_no_word_of_it(ward: Ward) -> None:
    before = signed(ward, ward.draft)
    newer = signed(ward, second_draft(ward))
    older = Report.objects.get(pk=before.pk)
    assert (older.status, older.replaced_by) == (ReportStatus.REPLACED, newer)
    assert (older.document, older.content_hash, older.signed_at) == (
        before.document,
        before.content_hash,
        before.signed_at,
    )
    assert newer.status == ReportStatus.SIGNED and newer.replaced_by is None


def test_a_third_report_is_the_one_that_counts_for_both_before_it(ward: Ward, both: tuple[Report, Report]) -> None:
    file = send(ward.laboratory_user, ward.order, made_up_file("third", CYP2C19="*2/*2", SLCO1B1="*5/*5"))
    run_jobs("interpret", "compose")
    third = signed(ward, Report.objects.get(interpretation__result_file=file))
    assert {Report.objects.get(pk=report.pk).replaced_by for report in both} == {third}


def test_a_report_of_another_order_stays_beside_it(ward: Ward) -> None:
    older = signed(ward, ward.draft)
    other = make_order(ward.patient, ward.laboratory, ward.clinician)
    signed(ward, second_draft(ward, other))
    older.refresh_from_db()
    assert older.status == ReportStatus.SIGNED and older.replaced_by is None


def test_the_new_report_says_on_screen_and_paper_which_one_it_replaces(
    ward: Ward, both: tuple[Report, Report]
) -> None:
    facts = {fact["label"]: fact["value"] for fact in both[1].document["glance"]["facts"]}
    assert "Replaces the report of" in facts
    page = signed_in(ward.account).get(address("report", both[1])).content.decode()
    assert "This replaces the report of" in page and address("report", both[0]) in page


def test_the_old_report_is_still_there_and_says_that_it_is_old(ward: Ward, both: tuple[Report, Report]) -> None:
    client = signed_in(ward.account)
    page = client.get(address("report", both[0])).content.decode()
    assert "This report no longer counts" in page and address("report", both[1]) in page
    run_jobs("render")
    assert "-replaced.pdf" in client.get(address("pdf", both[0]))["Content-Disposition"]
    listed = client.get(reverse("delivery:report_list")).content.decode()
    assert listed.index(str(both[1].pk)) < listed.index(str(both[0].pk))
    assert listed.count("It no longer counts.") == 1


def test_home_offers_the_newest_and_never_the_replaced_one_as_new(ward: Ward, both: tuple[Report, Report]) -> None:
    page = signed_in(ward.account).get("/").content.decode()
    assert f'href="{address("report", both[1])}">Read my report' in page
    assert page.count("timeline-item is-current") == 1


def test_the_review_page_says_before_signing_what_will_be_replaced(ward: Ward) -> None:
    signed(ward, ward.draft)
    page = signed_in(ward.clinician).get(address("review", second_draft(ward))).content.decode()
    assert "When you sign, this report replaces the one Dr Amina Okafor signed on" in page
    assert "Careful:" not in page


def test_a_signature_is_refused_when_another_report_was_signed_meanwhile(ward: Ward) -> None:
    newer = second_draft(ward)
    seen = shown(newer)
    signed(ward, ward.draft)
    with pytest.raises(DeliveryRefused) as refused:
        actions.sign(ward.clinician, newer, seen)
    assert refused.value.refusal is Refusal.CHANGED


def test_a_draft_of_an_earlier_file_leaves_the_queue_and_cannot_be_signed(ward: Ward) -> None:
    newer = second_draft(ward)
    assert [row.pk for row in to_review(ward.clinician)] == [ward.draft.pk, newer.pk]
    seen = shown(ward.draft)
    signed(ward, newer)
    assert not to_review(ward.clinician).exists()
    with pytest.raises(DeliveryRefused) as refused:
        actions.sign(ward.clinician, ward.draft, seen)
    assert refused.value.refusal is Refusal.REPLACED
    with pytest.raises(DeliveryRefused):
        actions.annotate(ward.clinician, ward.draft, "", "Too late.")
    page = signed_in(ward.clinician).get(address("review", ward.draft), follow=True).content.decode()
    assert "This draft was never signed" in page and "Sign and send" not in page
    assert signed_in(ward.account).get(address("report", ward.draft)).status_code == 404


def test_a_draft_of_an_earlier_file_that_comes_late_is_signed_only_with_a_warning(ward: Ward) -> None:
    newer = second_draft(ward)
    held = ward.draft
    Report.objects.filter(pk=held.pk).delete()
    signed(ward, newer)
    late = Report.objects.create(
        interpretation=held.interpretation,
        patient=held.patient,
        language=held.language,
        document=held.document,
        content_hash=held.content_hash,
        knowledge_release=held.knowledge_release,
    )
    assert would_replace(late) == newer
    assert "Careful:" in signed_in(ward.clinician).get(address("review", late)).content.decode()


def test_nobody_waits_for_a_replaced_report_to_be_read(ward: Ward, both: tuple[Report, Report]) -> None:
    assert [report.pk for report in not_read_yet(ward.clinician)] == [both[1].pk]


def test_rows_say_which_order_and_which_file_they_are_about(ward: Ward) -> None:
    (row,) = work_queue(ward.clinician)
    client = signed_in(ward.clinician)
    for page in ("/", address("review", ward.draft)):
        words = client.get(page).content.decode()
        assert ward.order.accession in words and row.file.original_name in words, page
        assert "received" in words and "Medicine genes" in words


def test_a_patients_own_file_without_an_order_stands_alone(ward: Ward) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    receive_file(ward.account, SimpleUploadedFile("own.vcf", vcf(SLOW)), patient=ward.patient)
    first = signed(ward, ward.draft)
    assert would_replace(first) is None
