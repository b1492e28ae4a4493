"""Whatever is done on the ground of a yes is noted with that yes: no act in the log without what it rests on."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.access.matrix import RULES
from portal.access.models import AccessEvent, Outcome
from portal.delivery import actions
from tests.people import PASSWORD, allow, help_with, make_clinic, make_user

pytestmark = pytest.mark.django_db

RESTS_ON_A_YES = {rule.action for rule in RULES if rule.consent}


def test_every_act_on_the_ground_of_a_yes_is_noted_with_it() -> None:
    clinic = make_clinic()
    allow(clinic.ada, "raw.download")
    helper = make_user(clinic.ada_user.role)
    help_with(clinic.ada, helper, "reports", "files")
    actions.annotate(clinic.clinician, clinic.draft, "", "We will talk about this.")
    actions.remove_annotation(clinic.clinician, clinic.draft, "")
    report, ada = clinic.report.pk, clinic.ada.pk
    for user, name, arguments in (
        (clinic.ada_user, "delivery:report", [report]),
        (clinic.ada_user, "delivery:pdf", [report]),
        (clinic.clinician, "delivery:report", [report]),
        (clinic.clinician, "delivery:review", [clinic.draft.pk]),
        (clinic.counsellor, "api:report", [report]),
        (clinic.counsellor, "api:interpretation", [clinic.interpretation.pk]),
        (helper, "delivery:for:report", [ada, report]),
        (helper, "delivery:for:pdf", [ada, report]),
        (helper, "results:for:file", [ada, clinic.file.pk]),
        (helper, "helped", [ada]),
    ):
        client = Client()
        client.force_login(user)
        assert client.get(reverse(name, args=arguments)).status_code == 200, name
    client = Client()
    client.force_login(clinic.ada_user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("delivery:keep_private", args=[report]), {"keep": "1"})
    client.post(reverse("results:take_home", args=[clinic.file.pk]))
    noted = AccessEvent.objects.filter(action__in=RESTS_ON_A_YES, outcome=Outcome.PERMIT)
    assert {event.action for event in noted} >= {
        "read.report",
        "download.report",
        "annotate.report",
        "hide.report",
        "read.interpretation",
        "download.result_file",
    }
    assert [event.action for event in noted if not event.consent_events] == []
    helped = AccessEvent.objects.filter(actor=helper)
    assert [event.action for event in helped if not event.consent_events or event.on_behalf_of != clinic.ada] == []
