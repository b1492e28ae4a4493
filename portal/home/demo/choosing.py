"""A decision of the demonstration, from a signed report to the day of the talk, in both languages of the reports."""

from __future__ import annotations

from portal.decisions import actions, preparing, starters
from portal.decisions.models import Decision
from portal.home.demo.clinic import Clinic
from portal.reports.models import Report

MEDICINE = "clopidogrel"


def choose_together(clinic: Clinic, report: Report) -> None:
    """The clinician opens the decision and releases it; the patient says what matters and is not quite ready, so that
    somebody is to call. Done again, it changes nothing."""
    patient = report.patient
    account = patient.account
    assert account is not None
    for language in starters.languages_of(MEDICINE):
        if Decision.objects.filter(patient=patient, language=language).exists():
            continue
        decision = actions.open_decision(
            clinic.clinician, patient, report=report, medicine=MEDICINE, language=language
        )
        actions.release(clinic.clinician, decision, 1)
        if language == patient.language:
            aid = starters.shipped(MEDICINE, language)
            assert aid is not None
            preparing.say_what_matters(account, decision, aid, {"clots": 9, "bleeding": 6, "once": 3})
            preparing.answer_ready(
                account, decision, language, {"choose": False, "good_and_bad": True, "matters": True, "help": True}
            )
    print(
        f"  ✓ {clinic.clinician.name} opened a decision; {patient.full_name} prepared, and is to be called",
        flush=True,
    )
