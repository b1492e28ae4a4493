"""Each person reads the site in their language: the one they chose, wherever they sign in, else their browser's."""

from __future__ import annotations

import datetime

import pytest
from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.utils import formats, timezone, translation

from consent.desk.queries import current_text
from portal.access import actions
from portal.access.models import AccessEvent, NoticeOwed
from portal.access.notices import send_owed
from portal.people.models import Role, User
from tests.people import PASSWORD, Clinic, make_clinic, make_user

SIGN_IN = "/accounts/login/"
GREETING = {"en": "Sign in", "es": "Entrar", "ar": "تسجيل الدخول"}
DRAFTED = "ترجمة آلية لم يراجعها مترجم بعد."
NOT_YOURS = "ولا يجوز أن تترجمه آلة"


@pytest.fixture
def clinic(db: None) -> Clinic:
    return make_clinic()


@pytest.fixture
def ada(clinic: Clinic) -> User:
    assert clinic.ada.account is not None
    return clinic.ada.account


def page(client: Client, address: str = SIGN_IN, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


def speaks(content: str, language: str, direction: str = "ltr") -> bool:
    return f'<html lang="{language}" dir="{direction}">' in content


@pytest.mark.parametrize("found", ["en", "es"])
def test_a_request_leaves_its_thread_in_the_language_it_found_it_in(ada: User, found: str) -> None:
    actions.choose_language(ada, "es")
    reader = Client()
    reader.force_login(ada)
    with translation.override(found):
        for client, address, status in ((reader, "/", 200), (Client(), SIGN_IN, 200), (reader, "/nowhere/", 404)):
            assert client.get(address, headers={"accept-language": "es"}).status_code == status
            assert translation.get_language() == found


@pytest.mark.parametrize(
    ("wish", "language"),
    [("es-MX,es;q=0.9,en;q=0.5", "es"), ("en-GB", "en"), ("fr,de;q=0.8", "en"), ("fr,es;q=0.8", "es"), ("", "en")],
)
def test_a_first_visit_follows_the_browser(db: None, wish: str, language: str) -> None:
    content = page(Client(), accept_language=wish)
    assert speaks(content, language)
    assert GREETING[language] in content


def test_a_choice_stays_with_this_browser(db: None) -> None:
    client = Client(headers={"accept-language": "en"})
    answer = client.post("/language/", {"language": "es"}, headers={"referer": f"http://testserver{SIGN_IN}"})
    assert answer.status_code == 302
    assert answer["Location"].endswith(SIGN_IN)
    assert speaks(page(client), "es")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME]["httponly"]


def test_every_page_offers_the_other_language_in_its_own_word(clinic: Clinic, ada: User) -> None:
    client = Client()
    for address in (SIGN_IN, "/", "/nothing-is-here/"):
        assert 'value="es" lang="es" dir="ltr">Español</button>' in page(client, address, accept_language="en")
        client.force_login(ada)


def test_a_choice_goes_with_the_account_to_every_device(clinic: Clinic, ada: User) -> None:
    here, elsewhere = Client(), Client(headers={"accept-language": "en"})
    for device in (here, elsewhere):
        device.force_login(ada)
    here.post("/language/", {"language": "es"})
    assert speaks(page(elsewhere, "/"), "es")
    here.post("/language/", {"language": "en"})
    assert speaks(page(elsewhere, "/"), "en")


def test_consent_texts_follow_the_choice_of_the_patient(clinic: Clinic, ada: User) -> None:
    actions.choose_language(ada, "es")
    clinic.ada.refresh_from_db()
    assert current_text("pgx", clinic.ada.language).locale == "es"
    noted = AccessEvent.objects.get(action="choose_language.user")
    assert noted.actor == ada


def test_the_same_choice_again_changes_and_notes_nothing(clinic: Clinic, ada: User) -> None:
    actions.choose_language(ada, "es")
    actions.choose_language(ada, "es")
    assert AccessEvent.objects.filter(action="choose_language.user").count() == 1


@pytest.mark.parametrize("language", ["", "xx", "fr", "../es"])
def test_a_language_we_do_not_speak_changes_nothing(clinic: Clinic, ada: User, language: str) -> None:
    client = Client()
    client.force_login(ada)
    client.post("/language/", {"language": language})
    ada.refresh_from_db()
    assert ada.language == ""
    assert speaks(page(client, "/"), "en")


def test_it_leads_to_no_other_site(db: None) -> None:
    answer = Client().post("/language/", {"language": "es", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_it_rejects_get(db: None) -> None:
    assert Client().get("/language/").status_code == 405


def test_the_first_sign_in_keeps_the_language_of_the_browser(clinic: Clinic, ada: User) -> None:
    client = Client(headers={"accept-language": "es"})
    client.post(SIGN_IN, {"login": ada.email, "password": PASSWORD})
    ada.refresh_from_db()
    assert ada.language == "es"


def test_a_later_sign_in_does_not_change_a_choice(clinic: Clinic, ada: User) -> None:
    actions.choose_language(ada, "en")
    client = Client(headers={"accept-language": "es"})
    client.post(SIGN_IN, {"login": ada.email, "password": PASSWORD})
    ada.refresh_from_db()
    assert ada.language == "en"
    assert speaks(page(client, "/"), "en")


def test_staff_without_a_second_step_yet_can_choose_a_language(db: None, settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    clinician = make_user(Role.CLINICIAN)
    client = Client()
    client.force_login(clinician)
    client.post("/language/", {"language": "es"})
    clinician.refresh_from_db()
    assert clinician.language == "es"


def test_messages_are_in_the_language_of_who_gets_them(clinic: Clinic, ada: User) -> None:
    actions.choose_language(ada, "es")
    mail.outbox.clear()
    NoticeOwed.objects.create(patient=clinic.ada, kind="break_glass", about=clinic.ada.pk)
    send_owed()
    assert mail.outbox[0].subject.startswith("Un mensaje de")
    assert "Quién miró" in mail.outbox[0].body


def test_a_report_in_another_language_than_the_page_says_so(clinic: Clinic, ada: User) -> None:
    client = Client()
    client.force_login(ada)
    address = f"/reports/{clinic.report.pk}/"
    assert "This report is written in" not in page(client, address)
    actions.choose_language(ada, "es")
    content = page(client, address)
    assert "Este informe está escrito en: Inglés" in content
    assert '<div class="report" lang="en" dir="ltr">' in content


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [("en", "9 March 2026", "9 March 2026, 14:05"), ("es", "9 de marzo de 2026", "9 de marzo de 2026, 14:05")],
)
def test_months_are_always_words(language: str, day: str, moment: str) -> None:
    at = timezone.make_aware(datetime.datetime(2026, 3, 9, 14, 5))  # noqa: DTZ001 (the clinic's own zone)
    with translation.override(language):
        assert formats.date_format(at, "DATE_FORMAT") == day
        assert formats.date_format(at, "DATETIME_FORMAT") == moment


def test_arabic_runs_from_right_to_left_and_says_that_no_translator_has_read_it(clinic: Clinic, ada: User) -> None:
    client = Client()
    for address in (SIGN_IN, "/", "/reports/", "/nothing-is-here/"):
        content = page(client, address, accept_language="ar")
        assert speaks(content, "ar", "rtl")
        assert DRAFTED in content
        client.force_login(ada)
    assert DRAFTED not in page(Client(), accept_language="es")


def test_the_page_of_a_fault_runs_from_right_to_left_too(db: None) -> None:
    with translation.override("ar"):
        content = render_to_string("500.html")
    assert speaks(content, "ar", "rtl")
    assert DRAFTED in content


def test_no_machine_translates_what_is_agreed_to(clinic: Clinic, ada: User) -> None:
    actions.choose_language(ada, "ar")
    clinic.ada.refresh_from_db()
    assert current_text("polygenic", clinic.ada.language).locale == "en"
    client = Client()
    client.force_login(ada)
    content = page(client, "/consent/polygenic/")
    assert speaks(content, "ar", "rtl")
    assert NOT_YOURS in content
    title = current_text("polygenic", "en").title
    assert f'<h1 lang="en" dir="ltr">{title}</h1>' in content


def test_a_report_keeps_its_own_language_and_direction_inside_an_arabic_page(clinic: Clinic, ada: User) -> None:
    actions.choose_language(ada, "ar")
    client = Client()
    client.force_login(ada)
    content = page(client, f"/reports/{clinic.report.pk}/")
    assert speaks(content, "ar", "rtl")
    assert '<div class="report" lang="en" dir="ltr">' in content


def test_dates_and_values_keep_their_order_in_an_arabic_sentence() -> None:
    with translation.override("ar"):
        day = formats.date_format(datetime.datetime(2026, 3, 9, 14, 5, tzinfo=datetime.UTC), "DATETIME_FORMAT")
        assert day == "9 مارس 2026، 14:05"
        assert "\u2068Ada\u2069" in translation.gettext("Hello, %(name)s") % {"name": "Ada"}
