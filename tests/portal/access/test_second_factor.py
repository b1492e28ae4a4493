"""Staff see nothing about a patient before they have a second factor; patients choose."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.people.models import User
from portal.settings import base
from tests.people import PASSWORD, Clinic, make_clinic

pytestmark = pytest.mark.django_db
STAFF = ["clinician", "counsellor", "laboratory_user", "researcher", "privacy_officer", "operator"]
ROOMS = ["/", "/results/", "/reports/", "/access/log/", "/access/reviews/", "/admin/", "/api/v1/reports/"]


@pytest.fixture(autouse=True)
def enforced(settings: Any) -> None:
    cache.clear()
    settings.STAFF_SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("who", STAFF)
def test_staff_without_one_are_led_to_set_one_up_from_everywhere(clinic: Clinic, who: str) -> None:
    client = at(getattr(clinic, who))
    for room in [*ROOMS, f"/reports/{clinic.report.pk}/review/", f"/results/files/{clinic.file.pk}/"]:
        answer = client.get(room)
        assert (answer.status_code, answer.headers.get("Location")) == (302, reverse("mfa_index")), room
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.post(reverse("access:emergency")).headers["Location"] == reverse("mfa_index")


def test_spare_codes_alone_are_none(clinic: Clinic) -> None:
    RecoveryCodes.activate(clinic.clinician)
    assert Authenticator.objects.filter(user=clinic.clinician).exists()
    assert at(clinic.clinician).get("/").headers.get("Location") == reverse("mfa_index")


def test_with_one_the_password_alone_does_not_sign_in(clinic: Clinic) -> None:
    TOTP.activate(clinic.clinician, generate_totp_secret())
    client = Client()
    answer = client.post(reverse("account_login"), {"login": clinic.clinician.email, "password": PASSWORD})
    assert answer.headers["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get("/").headers["Location"].startswith(reverse("account_login"))
    assert at(clinic.clinician).get("/").status_code == 200


def test_a_patient_chooses(clinic: Clinic) -> None:
    assert at(clinic.ada_user).get("/").status_code == 200


def test_a_clinics_installation_enforces_it_without_a_switch() -> None:
    assert base.STAFF_SECOND_FACTOR_REQUIRED is True
    source = (configured.ROOT / "portal" / "settings" / "production.py").read_text()
    assert "STAFF_SECOND_FACTOR" not in source
    assert "BYPASS" not in source
