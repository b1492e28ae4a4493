"""The report speaks the patient's language, and the clinician can have it in the other one as well."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.access.decide import Denied
from portal.access.models import AccessEvent
from portal.delivery import actions
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.people.models import Patient
from portal.reports.actions import compose_report
from portal.reports.models import Report, ReportStatus
from tests.portal.delivery.conftest import Ward
from tests.portal.delivery.test_reading import address, signed_in
from tests.portal.delivery.test_signing import shown


@pytest.fixture
def client(ward: Ward) -> Client:
    return signed_in(ward.clinician)


def test_the_draft_is_written_in_the_language_the_patient_chose(ward: Ward) -> None:
    Patient.objects.filter(pk=ward.patient.pk).update(language="es")
    draft = compose_report(ward.draft.interpretation_id)
    assert (ward.draft.language, draft.language) == ("en", "es")
    assert draft.document["title"] == "Sus genes y sus medicinas"
    received = next(fact["value"] for fact in draft.document["glance"]["facts"] if fact["code"] == "received")
    assert " de " in received, "dates are written the Spanish way"


def test_the_review_page_says_the_language_and_keeps_the_evidence_in_the_clinicians_own(
    ward: Ward, client: Client
) -> None:
    other = actions.compose_in(ward.clinician, ward.draft, "es")
    page = client.get(address("review", other)).content.decode()
    assert "Written in: Spanish. The patient chose: English." in page
    assert '<div class="review-sheet report" lang="es" dir="ltr">' in page
    assert "consider an alternative" in page and "considerar una alternativa" in page


def test_one_press_writes_the_draft_in_the_other_language_too(ward: Ward, client: Client) -> None:
    answer = client.post(address("language", ward.draft), {"language": "es"})
    other = Report.objects.get(interpretation=ward.draft.interpretation_id, language="es")
    assert answer.headers["Location"] == address("review", other)
    assert other.status == ReportStatus.DRAFT and other.document["language"] == "es"
    assert AccessEvent.objects.filter(action="compose.report", resource_id=str(other.pk)).count() == 1
    assert client.post(address("language", ward.draft), {"language": "es"}).headers["Location"] == address(
        "review", other
    )
    assert client.post(address("language", other), {"language": "en"}).headers["Location"] == address(
        "review", ward.draft
    )
    assert Report.objects.count() == 2
    assert client.get(address("language", ward.draft)).status_code == 405


def test_a_signed_report_can_be_had_in_the_other_language_and_both_count(ward: Ward, client: Client) -> None:
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    signed = Report.objects.get(pk=ward.draft.pk)
    other = actions.compose_in(ward.clinician, signed, "es")
    actions.sign(ward.clinician, other, shown(other))
    assert {report.status for report in Report.objects.all()} == {ReportStatus.SIGNED}
    listed = signed_in(ward.account).get(reverse("delivery:report_list")).content.decode()
    assert "In: Spanish" in listed
    spanish = signed_in(ward.account).get(address("report", other)).content.decode()
    assert "This report is written in: Spanish." in spanish and '<div class="report" lang="es" dir="ltr">' in spanish


def test_a_language_without_words_is_refused(ward: Ward) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        actions.compose_in(ward.clinician, ward.draft, "tlh")
    assert refused.value.refusal is Refusal.UNKNOWN_LANGUAGE
    assert Report.objects.count() == 1


def test_only_who_may_sign_may_ask_for_another_language(ward: Ward) -> None:
    for other in (ward.counsellor, ward.stranger, ward.account):
        with pytest.raises(Denied):
            actions.compose_in(other, ward.draft, "es")
    assert Report.objects.count() == 1
    assert (
        b"Write it in another language" not in signed_in(ward.counsellor).get(address("review", ward.draft)).content
    )
    assert signed_in(ward.stranger).post(address("language", ward.draft), {"language": "es"}).status_code == 404


def test_a_note_on_a_spanish_report_is_measured_as_spanish(ward: Ward, client: Client) -> None:
    other = actions.compose_in(ward.clinician, ward.draft, "es")
    told = client.post(address("grade", other), {"text": "Le llamo el lunes. Siga como hasta hoy."}).content.decode()
    assert "of 100 points" in told and "Easy to read" in told
    hard = {"text": "La farmacoterapia individualizada requiere consideraciones multidisciplinarias."}
    assert "Hard to read" in client.post(address("grade", other), hard).content.decode()
