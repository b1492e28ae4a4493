"""The operators' desk: opens for operators only, shows no health data, and every change is an act that is noted."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.access import actions
from portal.access.decide import Denied
from portal.access.models import AccessEvent
from portal.access.site import ADMINISTERED, OperatorSite
from portal.people.models import CareRelationship, Role, User
from tests.people import Clinic, make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


@pytest.fixture
def desk(clinic: Clinic) -> Client:
    client = Client()
    client.force_login(clinic.operator)
    return client


def test_only_the_listed_models_are_there_whatever_registers_itself() -> None:
    assert isinstance(admin.site._wrapped if hasattr(admin.site, "_wrapped") else admin.site, OperatorSite)
    shown = {model._meta.label_lower for model in admin.site._registry}
    assert shown <= ADMINISTERED
    assert {"people.user", "people.laboratory", "people.carerelationship"} <= shown


def test_health_data_can_not_be_registered() -> None:
    site = OperatorSite()
    for model in ("results.ResultFile", "results.Finding", "reports.Report", "people.Patient"):
        from django.apps import apps

        site.register(apps.get_model(model))
    assert not site._registry


@pytest.mark.parametrize(
    "who", ["ada", "clinician", "counsellor", "laboratory_user", "researcher", "privacy_officer"]
)
def test_nobody_else_finds_it(clinic: Clinic, who: str) -> None:
    user = clinic.everyone()[who]
    user.is_staff = user.is_superuser = True  # even then: the role decides
    user.save()
    client = Client()
    client.force_login(user)
    assert client.get(reverse("admin:index"), follow=True).status_code == 404
    assert client.get(reverse("admin:people_user_changelist"), follow=True).status_code == 404


def test_signing_in_goes_through_the_one_door() -> None:
    answer = Client().get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_every_page_of_the_desk_opens(desk: Client, clinic: Clinic) -> None:
    assert desk.get(reverse("admin:index")).status_code == 200
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert desk.get(reverse(f"{name}_changelist")).status_code == 200
    assert desk.get(reverse("admin:people_user_change", args=[clinic.ada_user.pk])).status_code == 200


def test_it_names_a_patient_by_record_number_only(desk: Client, clinic: Clinic) -> None:
    for page in ("changelist", "add"):
        text = desk.get(reverse(f"admin:people_carerelationship_{page}")).content.decode()
        assert clinic.ada.record_number in text
        assert clinic.ada.family_name not in text


def test_adding_an_account_invites_its_owner(
    desk: Client, clinic: Clinic, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(
            reverse("admin:people_user_add"),
            {"email": "new@example.org", "name": "New", "role": "clinician", "laboratory": ""},
        )
    assert answer.status_code == 302
    made = User.objects.get(email="new@example.org")
    assert not made.has_usable_password()
    assert [message.to for message in mail.outbox] == [["new@example.org"]]
    assert AccessEvent.objects.filter(actor=clinic.operator, action="administer.user", reason="invited").exists()


def test_switching_an_account_off_is_noted(desk: Client, clinic: Clinic) -> None:
    user = clinic.clinician
    facts = {"name": user.name, "role": user.role, "laboratory": ""}
    answer = desk.post(reverse("admin:people_user_change", args=[user.pk]), facts)
    assert answer.status_code == 302
    user.refresh_from_db()
    assert not user.is_active
    assert AccessEvent.objects.filter(action="administer.user", reason="switched_off").exists()


def test_no_operator_gives_themselves_another_role(desk: Client, clinic: Clinic) -> None:
    """Health data would be two presses away: another role, and a place in a care team."""
    user = clinic.operator
    facts = {"name": "New name", "role": "privacy_officer", "laboratory": "", "is_active": "on"}
    assert desk.post(reverse("admin:people_user_change", args=[user.pk]), facts).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.name, user.role) == ("New name", Role.OPERATOR)
    with pytest.raises(Denied):
        actions.change_account(user, user, name=user.name, role=Role.CLINICIAN, laboratory=None)
    assert AccessEvent.objects.filter(action="administer.user", reason="same_person", outcome="deny").count() == 1


def test_care_begins_and_ends_at_the_desk(desk: Client, clinic: Clinic) -> None:
    facts = {"patient": clinic.ada.pk, "member": clinic.other_clinician.pk}
    assert desk.post(reverse("admin:people_carerelationship_add"), facts).status_code == 302
    made = CareRelationship.objects.get(patient=clinic.ada, member=clinic.other_clinician)
    chosen = {"action": "end_care", "_selected_action": [made.pk]}
    assert desk.post(reverse("admin:people_carerelationship_changelist"), chosen).status_code == 302
    made.refresh_from_db()
    assert made.until is not None


def test_nothing_is_deleted_at_the_desk(desk: Client, clinic: Clinic) -> None:
    assert (
        desk.post(reverse("admin:people_user_delete", args=[clinic.ben_user.pk]), {"post": "yes"}).status_code == 403
    )
    assert User.objects.filter(pk=clinic.ben_user.pk).exists()


def test_it_wears_our_name_and_our_colours(desk: Client) -> None:
    page = desk.get(reverse("admin:index")).content.decode()
    assert "Clearly · Administration" in page and "Django" not in page
    assert "css/tokens.css" in page and "css/admin.css" in page
