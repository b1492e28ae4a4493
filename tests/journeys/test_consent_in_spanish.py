"""The consent life of somebody who is new and reads Spanish: invited, asked, helped, heard — and obeyed at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache

from consent.desk.receipt import public_key
from consent.desk.texts import text
from consent.ledger.models import ConsentEvent, Decision
from consent.ledger.scopes import asked_of_everyone
from consent.verify_receipt import verify
from portal.people.models import Patient
from portal.reports.models import Report
from portal.results.models import Interpretation, Job, JobStatus
from tests.browser import Visitor, needs_browser, picture
from tests.journeys.conftest import Town
from tests.people import make_order
from tests.road import run_jobs, send
from tests.stack import totp

pytestmark = needs_browser

EMAIL, PASSWORD = "ines@example.org", "un río largo y tranquilo"
SCOPE = "pgx"


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def counsellor(town: Town, enter: Callable[..., Visitor]) -> Visitor:
    return enter(town.counsellor)


def sees(visitor: Visitor, name: str, *, once: bool = False) -> None:
    """The page is in Spanish and meets the baseline; a picture is kept in both themes at both widths."""
    page = visitor.page
    assert page.locator("html").get_attribute("lang") == "es", page.url
    visitor.meets_the_baseline(once=once)
    for scheme in ("light", "dark"):
        for width in (320, 1280):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            picture(page, f"walk-{name}-{scheme}-{width}")
    page.emulate_media(color_scheme="light")


def press(visitor: Visitor, name: str) -> None:
    visitor.page.locator("main").get_by_role("button", name=name, exact=True).first.click()
    visitor.page.wait_for_load_state()


def follow(visitor: Visitor, name: str) -> None:
    visitor.page.locator("main").get_by_role("link", name=name).first.click()
    visitor.page.wait_for_load_state()


def is_headed(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("heading", name=name).first.wait_for()


def invited(counsellor: Visitor) -> tuple[str, str]:
    """The counsellor registers Inés, makes sure who she is and invites her: the link by mail, the code by mouth."""
    page = counsellor.page
    page.goto("/access/patients/")
    page.get_by_label("Record number").fill("R-2044")
    page.get_by_label("Given name").fill("Inés")
    page.get_by_label("Family name").fill("Ejemplo")
    page.get_by_label("Birth date").fill("1984-05-06")
    page.get_by_label("Spanish").check()
    page.get_by_label("Clinician who looks after them").select_option(index=1)
    press(counsellor, "Register")
    ines = page.locator("article", has_text="R-2044")
    ines.locator("summary").click()
    ines.get_by_label("Full name").check()
    ines.get_by_label("Birth date").check()
    ines.get_by_label("Passport").check()
    ines.get_by_role("button", name="Write it down").click()
    ines.locator("summary").click()
    ines.get_by_label("email").fill(EMAIL)
    ines.get_by_role("button", name="Send the link").click()
    counsellor.meets_the_baseline()
    picture(page, "walk-invited")
    code = re.search(r"\b[A-HJ-NP-Z2-9]{8}\b", page.locator(".messages").inner_text())
    link = re.search(r"https?://\S+", mail.outbox[-1].body)
    assert code and link and mail.outbox[-1].to == [EMAIL]
    assert code[0] not in mail.outbox[-1].body
    assert "Abra este enlace" in mail.outbox[-1].body
    return link[0], code[0]


def arrives(counsellor: Visitor, enter: Callable[..., Visitor]) -> Visitor:
    """Inés opens the link, types the code, chooses a password and signs in, in a browser that asks for Spanish."""
    link, code = invited(counsellor)
    visitor = enter(None, locale="es-MX")
    page = visitor.page
    page.goto(link)
    sees(visitor, "welcome")
    page.get_by_label("Código").fill(code)
    page.locator("input[type=password]").nth(0).fill(PASSWORD)
    page.locator("input[type=password]").nth(1).fill(PASSWORD)
    press(visitor, "Abrir mi cuenta")
    page.wait_for_url("**/accounts/login/**")
    sees(visitor, "sign-in")
    sign_in(visitor)
    is_headed(visitor, "¿Podemos leer sus genes?")
    sees(visitor, "first-page")
    assert ines().language == "es"
    return visitor


def ines() -> Patient:
    return Patient.objects.get(record_number_lookup="R-2044")


def sign_in(visitor: Visitor) -> None:
    visitor.page.get_by_label("Correo electrónico").fill(EMAIL)
    visitor.page.get_by_label("Contraseña", exact=True).fill(PASSWORD)
    press(visitor, "Entrar")


def opens(visitor: Visitor, address: str) -> None:
    """Goes there; types the password once more when the page asks for it before a change."""
    visitor.page.goto(address)
    if "reauthenticate" in visitor.page.url:
        visitor.page.get_by_label("Contraseña", exact=True).fill(PASSWORD)
        press(visitor, "Confirmar")


def signs_out(visitor: Visitor) -> None:
    visitor.page.goto("/accounts/logout/")
    press(visitor, "Salir")


def answers_questions(visitor: Visitor, *, rightly: bool) -> None:
    for question in text(SCOPE, "es").questions:
        option = question.right if rightly else (question.right + 1) % len(question.options)
        visitor.page.locator(f"#{question.id}-{option}").check()
    press(visitor, "Seguir")


def test_from_the_invitation_to_a_yes_taken_back(
    town: Town, counsellor: Visitor, enter: Callable[..., Visitor], tmp_path: Path
) -> None:
    # Given somebody new, invited by a counsellor
    visitor = arrives(counsellor, enter)
    page = visitor.page

    # When she sets up an app that shows a code
    opens(visitor, "/accounts/2fa/totp/activate/")
    sees(visitor, "second-step", once=True)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill(totp(secret))
    press(visitor, "Activar la aplicación")
    # Then it is asked for from now on
    assert Authenticator.objects.filter(user=ines().account, type="totp").exists()

    # When she looks at what she may allow
    page.get_by_role("navigation", name="Principal").get_by_role("link", name="Lo que permito").click()
    is_headed(visitor, "Lo que permito")
    sees(visitor, "choices")
    # Then each thing is asked on its own, and nothing is answered for her
    asked = asked_of_everyone(child=False)
    assert page.locator("main .card").count() == len(asked)
    assert page.get_by_text("Todavía no ha respondido.").count() == sum(scope.can_be_switched for scope in asked)
    follow(visitor, "Leer sus genes para las medicinas")
    sees(visitor, "text")
    page.get_by_text("Todavía no ha revisado esta traducción ningún traductor").wait_for()

    # When she does not find the text clear, twice
    follow(visitor, "Seguir a unas preguntas")
    sees(visitor, "questions")
    answers_questions(visitor, rightly=False)
    page.get_by_text("Déjenos explicarlo de otra manera.").wait_for()
    sees(visitor, "explained-again")
    answers_questions(visitor, rightly=False)
    # Then a counsellor with a name calls, and it is no yes
    page.get_by_text("Sofia Marin le llamará y lo hablará con usted.").wait_for()
    sees(visitor, "somebody-calls")
    assert ConsentEvent.objects.latest("sequence").decision == Decision.UNCLEAR

    # When the counsellor has talked with her
    counsellor.page.goto("/consent/desk/")
    counsellor.page.get_by_text("Did not find our text clear, twice.").wait_for()
    counsellor.meets_the_baseline()
    press(counsellor, "I have talked with them")
    # Then she is asked again, and answers herself
    page.goto(f"/consent/{SCOPE}/")
    follow(visitor, "Seguir a unas preguntas")
    answers_questions(visitor, rightly=True)
    sees(visitor, "answer")
    press(visitor, text(SCOPE, "es").answer_yes)
    # And sees what her yes would change before it is kept
    is_headed(visitor, "Qué cambia si guardo esto")
    sees(visitor, "preview")
    assert not ConsentEvent.objects.filter(decision=Decision.PERMIT).exists()
    press(visitor, "Guardar mi respuesta")
    page.get_by_text("Guardamos su sí.").wait_for()
    sees(visitor, "kept")
    # And takes a receipt that can be checked without us, in her language
    with page.expect_download() as started:
        page.get_by_role("link", name="Comprobante (datos)").click()
    started.value.save_as(tmp_path / "receipt.json")
    signed = json.loads((tmp_path / "receipt.json").read_text("utf-8"))
    verify(signed, public_key())
    assert signed["receipt"]["text"]["locale"] == "es"

    # When her file comes and is being read
    send(town.technician, make_order(ines(), town.laboratory, town.clinician, "N-2026-0044"))
    page.goto("/")
    is_headed(visitor, "Estamos leyendo su archivo")
    sees(visitor, "being-read")
    run_jobs("interpret")
    assert Interpretation.objects.filter(patient=ines()).exists()
    # And she takes her yes back, with one press, before it is put into words
    page.goto(f"/consent/{SCOPE}/")
    press(visitor, text(SCOPE, "es").answer_withdraw)
    # Then she reads what that changed
    is_headed(visitor, "Lo que cambió con su no")
    page.get_by_text("Lo que se encontró en su archivo está cerrado.").wait_for()
    sees(visitor, "effect")
    # And the work stops where it is: nothing is put into words
    run_jobs()
    assert not Report.objects.filter(patient=ines()).exists()
    assert not Job.objects.filter(status__in=(JobStatus.QUEUED, JobStatus.RUNNING)).exists()
    page.goto("/")
    is_headed(visitor, "No leemos sus genes")
    sees(visitor, "stopped")
    # And her own list says who did what
    page.goto("/access/log/?mine=1")
    page.get_by_text("Usted retiró un sí.").first.wait_for()
    sees(visitor, "who-looked")


def test_a_passkey_instead_of_an_app(counsellor: Visitor, enter: Callable[..., Visitor]) -> None:
    # Given somebody new at a device that can keep a passkey
    visitor = arrives(counsellor, enter)
    page = visitor.page
    device = visitor.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    # When she adds one
    opens(visitor, "/accounts/2fa/webauthn/add/")
    sees(visitor, "add-passkey", once=True)
    page.locator("input[name=name]").fill("mi teléfono")
    if page.locator("input[name=passwordless]").count():
        page.locator("input[name=passwordless]").check()
    press(visitor, "Añadir esta llave")
    page.wait_for_url(re.compile("recovery-codes|webauthn/$"))
    sees(visitor, "spare-codes")
    # Then she signs in with it, and types no password
    signs_out(visitor)
    page.goto("/accounts/login/")
    press(visitor, "Usar una llave de acceso")
    page.get_by_role("heading", name="¿Podemos leer sus genes?").wait_for()
    assert Authenticator.objects.filter(user=ines().account, type="webauthn").count() == 1
