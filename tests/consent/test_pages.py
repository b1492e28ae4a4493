"""The consent pages: the text, two equal answers, and a way back that is never longer than the way in."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from consent.desk import actions, texts, understanding
from consent.desk.models import CounsellorTask
from consent.desk.queries import permission
from consent.ledger.fold import State
from consent.ledger.models import ConsentEvent
from tests.people import Clinic, allow, make_clinic

pytestmark = pytest.mark.django_db
PAGE, QUESTIONS, ANSWER = "/consent/pgx/", "/consent/about/pgx/understand/", "/consent/about/pgx/decide/"


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(consent=False)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ada(clinic: Clinic) -> Client:
    return signed_in(clinic.ada_user)


def body(answer) -> str:
    page = answer.content.decode()
    return page[page.index("<main") : page.index("</main>")]


def right() -> dict[str, int]:
    return {question.id: question.right for question in texts.text("pgx").questions}


def wrong() -> dict[str, int]:
    return right() | {"pgx-what": 1}


def understand(client: Client) -> None:
    assert client.post(QUESTIONS, right()).url == ANSWER


def answer(client: Client, value: str, shown: str | None = None) -> str:
    shown = texts.text("pgx").content_hash if shown is None else shown
    return body(client.post(ANSWER, {"answer": value, "shown": shown, "keep": "1"}, follow=True))


def events() -> list[str]:
    return [event.decision for event in ConsentEvent.objects.all()]


def test_the_whole_text_is_on_the_page_and_no_answer_is_chosen(ada: Client) -> None:
    page = body(ada.get(PAGE))
    text = texts.text("pgx")
    for sentence in (*text.summary, text.question, *(line for part in text.parts for line in part.sentences)):
        assert sentence in page
    for field in (
        text.legal.data,
        text.legal.discloser,
        text.legal.recipient,
        text.legal.purpose,
        text.legal.expires,
    ):
        assert field in page
    assert "You have not answered yet." in page
    for address in (PAGE, QUESTIONS, ANSWER):
        assert " checked" not in body(ada.get(address))


def test_reading_the_text_is_noted_once_and_decides_nothing(ada: Client, clinic: Clinic) -> None:
    ada.get(PAGE)
    ada.get(PAGE)
    assert events() == ["shown"]
    assert permission(clinic.ada, "pgx").state is State.SHOWN


def test_yes_and_no_look_the_same(ada: Client) -> None:
    buttons = re.findall(r'<button class="([^"]+)"[^>]*name="answer" value="(\w+)"', body(ada.get(ANSWER)))
    assert [value for _, value in buttons] == ["yes", "no"]
    assert len({look for look, _ in buttons}) == 1


def test_the_way_read_understand_decide_preview_done(ada: Client, clinic: Clinic) -> None:
    assert QUESTIONS in body(ada.get(PAGE))
    assert "Was our text clear?" in body(ada.get(QUESTIONS))
    understand(ada)
    assert texts.text("pgx").answer_yes in body(ada.get(ANSWER))
    page = body(ada.post(ANSWER, {"answer": "yes", "shown": texts.text("pgx").content_hash}))
    assert "What changes if I save this" in page
    for_carla = page[page.index("For Dr Carla Clinician") :]
    assert "Read your report" in for_carla and "Sign your report" in for_carla
    assert not permission(clinic.ada, "pgx").permitted, "nothing is kept before it was looked at"
    assert "You said yes." in answer(ada, "yes")
    event = permission(clinic.ada, "pgx").event
    assert event is not None
    assert event.comprehension == {
        "questions": sorted(right(), key=list(right()).index),
        "attempts": 1,
        "passed": True,
    }
    assert (event.capacity, event.method) == ("self", "web")


def test_saying_yes_no_and_back(ada: Client, clinic: Clinic) -> None:
    understand(ada)
    assert "You said yes." in answer(ada, "yes")
    assert permission(clinic.ada, "pgx").permitted
    assert "What your no has changed" in body(ada.post(PAGE, {"answer": "withdraw"}, follow=True))
    assert not permission(clinic.ada, "pgx").permitted
    assert "You took back your yes." in body(ada.get(PAGE))
    assert "You said no." in answer(ada, "no")
    assert permission(clinic.ada, "pgx").state is State.DENIED


def test_there_is_no_yes_without_the_questions(ada: Client, clinic: Clinic) -> None:
    assert "Was our text clear?" in answer(ada, "yes")
    assert "Was our text clear?" in body(ada.post(ANSWER, {"answer": "yes"}, follow=True))
    assert not permission(clinic.ada, "pgx").permitted
    assert "You said no." in answer(ada, "no"), "a no needs no questions"


def test_a_wrong_answer_explains_differently_and_asks_again(ada: Client, clinic: Clinic) -> None:
    again = texts.text("pgx").questions[0].again
    assert again not in body(ada.get(QUESTIONS))
    page = body(ada.post(QUESTIONS, wrong()))
    assert again in page
    assert texts.text("pgx").questions[1].again not in page
    assert again in body(ada.get(QUESTIONS)), "also after the page was left and opened again"
    understand(ada)
    assert "You said yes." in answer(ada, "yes")
    event = permission(clinic.ada, "pgx").event
    assert event is not None and event.comprehension["attempts"] == 2


def test_the_receipt_counts_tries_before_a_talk_too(ada: Client, clinic: Clinic) -> None:
    for _ in range(2):
        ada.post(QUESTIONS, wrong())
    task = CounsellorTask.objects.get(patient=clinic.ada)
    understanding.settle(clinic.counsellor, task)
    understand(ada)
    assert "You said yes." in answer(ada, "yes")
    event = permission(clinic.ada, "pgx").event
    assert event is not None and event.comprehension["attempts"] == 3


def test_a_missing_answer_is_not_a_try(ada: Client) -> None:
    for _ in range(3):
        assert "Please answer each question" in ada.post(QUESTIONS, {"pgx-what": "0"}).content.decode()
        assert "Please answer each question" in ada.post(QUESTIONS, right() | {"pgx-what": "x"}).content.decode()
    understand(ada)


def test_failing_twice_leads_to_a_named_counsellor_and_never_to_a_dead_end(ada: Client, clinic: Clinic) -> None:
    ada.post(QUESTIONS, wrong())
    page = body(ada.post(QUESTIONS, wrong(), follow=True))
    assert "Cora Counsellor will call you" in page
    assert texts.text("pgx").answer_no in page, "a no is always possible"
    assert permission(clinic.ada, "pgx").state is State.NEEDS_COUNSELLOR
    # No way round: neither the questions nor the answer page lets a yes through now.
    assert ada.get(QUESTIONS).url == ada.post(QUESTIONS, right()).url == PAGE
    answer(ada, "yes")
    assert not permission(clinic.ada, "pgx").permitted
    # The counsellor talks with her, and cannot answer for her.
    task = CounsellorTask.objects.get()
    cora = signed_in(clinic.counsellor)
    assert "Did not find our text clear" in body(cora.get(reverse("consent:desk")))
    assert cora.get(PAGE).status_code == 404
    assert cora.get(reverse("consent:for:choice", args=[clinic.ada.pk, "pgx"])).status_code == 404
    cora.post(reverse("consent:settle", args=[task.pk]))
    assert permission(clinic.ada, "pgx").state is State.SHOWN
    assert not permission(clinic.ada, "pgx").permitted
    # Then she is asked again.
    understand(ada)
    assert "You said yes." in answer(ada, "yes")
    event = permission(clinic.ada, "pgx").event
    assert event is not None
    assert (event.witness, event.signer, event.method) == (clinic.counsellor.pk, clinic.ada_user.pk, "assisted")


def test_without_a_counsellor_in_the_team_the_page_still_says_what_happens(ada: Client, clinic: Clinic) -> None:
    clinic.ada.care.all().delete()
    ada.post(QUESTIONS, wrong())
    assert "Someone from the clinic will call you" in body(ada.post(QUESTIONS, wrong(), follow=True))


def test_one_can_ask_to_talk_first(ada: Client, clinic: Clinic) -> None:
    assert "I want to talk to someone first" in body(ada.get(PAGE))
    ada.post("/consent/about/pgx/talk/")
    ada.post("/consent/about/pgx/talk/")
    assert "Asked to talk first." in body(signed_in(clinic.counsellor).get(reverse("consent:desk")))
    assert CounsellorTask.objects.count() == 1
    understand(ada)
    assert "You said yes." in answer(ada, "yes")


class Clicks:
    """A person who follows links and presses buttons on a page, and counts."""

    def __init__(self, client: Client) -> None:
        self.client, self.count, self.page = client, 0, ""

    def open(self, address: str) -> None:
        self.page = body(self.client.get(address, follow=True))

    def follow(self, label: str) -> None:
        self.count += 1
        found = re.search(rf'href="([^"]+)"[^>]*>{re.escape(label)}</a>', self.page)
        assert found, label
        self.open(found[1])

    def press(self, label: str, **chosen: object) -> None:
        self.count += 1 + len(chosen)
        for form in re.findall(r"<form.*?</form>", self.page, re.DOTALL):
            if f">{label}</button>" in form:
                button = re.search(rf"<button[^>]*>{re.escape(label)}</button>", form)
                assert button
                named = re.search(r'name="(\w+)" value="(\w+)"', button[0])
                fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
                action = re.search(r'action="([^"]+)"', form)
                data = fields | ({named[1]: named[2]} if named else {}) | chosen
                self.page = body(self.client.post(action[1] if action else PAGE, data, follow=True))
                return
        raise AssertionError(f"no button {label}")


def test_taking_it_back_needs_no_more_clicks_than_giving_it(ada: Client, clinic: Clinic) -> None:
    text = texts.text("pgx")
    giving = Clicks(ada)
    giving.open(PAGE)
    giving.follow("Go on to a few questions")
    # The form of the questions posts to its own page.
    giving.page = giving.page.replace('<form method="post" class="stack">', f'<form action="{QUESTIONS}">')
    giving.press("Go on", **right())
    giving.page = giving.page.replace('<form method="post">', f'<form action="{ANSWER}">')
    giving.press(text.answer_yes)
    giving.press("Save my answer")
    assert permission(clinic.ada, "pgx").permitted
    back = Clicks(ada)
    back.open(PAGE)
    back.press(text.answer_withdraw)
    assert permission(clinic.ada, "pgx").state is State.WITHDRAWN
    assert back.count == 1 <= giving.count
    no = Clicks(ada)
    no.open(PAGE)
    no.press(text.answer_no)
    no.press("Save my answer")
    assert permission(clinic.ada, "pgx").state is State.DENIED
    assert no.count <= giving.count


def test_the_way_back_stands_before_the_text(ada: Client, clinic: Clinic) -> None:
    allow(clinic.ada)
    page = body(ada.get(PAGE))
    assert page.index('value="withdraw"') < page.index(texts.text("pgx").summary[0])


def test_a_withdrawal_can_go_further(ada: Client, clinic: Clinic) -> None:
    allow(clinic.ada)
    page = body(ada.post(PAGE, {"answer": "withdraw", "reach": "erase"}, follow=True))
    assert "You asked us to erase what can be erased." in page
    assert ConsentEvent.objects.latest("sequence").reach == "erase"
    assert "Asked us to erase" in body(signed_in(clinic.counsellor).get(reverse("consent:desk")))
    allow(clinic.ada)
    event = actions.refuse(clinic.ada_user, clinic.ada, "pgx")
    assert event.witness is None, "erasing is no talk"


def test_who_failed_on_one_scope_gets_no_more_tries_through_another_of_its_group(ada: Client, clinic: Clinic) -> None:
    questions = "/consent/about/{}/understand/"
    all_wrong = {question.id: (question.right + 1) % 2 for question in texts.text("tumour").questions}
    ada.post(questions.format("tumour"), all_wrong)
    ada.post(questions.format("tumour"), all_wrong)
    right_now = {question.id: question.right for question in texts.text("polygenic").questions}
    assert ada.post(questions.format("polygenic"), right_now).url == "/consent/polygenic/"
    assert "Cora Counsellor will call you" in body(ada.get("/consent/polygenic/"))
    answer_page = "/consent/about/polygenic/decide/"
    shown = texts.text("polygenic").content_hash
    ada.post(answer_page, {"answer": "yes", "shown": shown, "keep": "1"})
    assert not permission(clinic.ada, "polygenic").permitted
    ada.post(answer_page, {"answer": "no", "shown": shown, "keep": "1"})
    assert permission(clinic.ada, "polygenic").state is State.DENIED


def test_an_answer_to_an_old_text_asks_again(ada: Client, clinic: Clinic) -> None:
    understand(ada)
    page = ada.post(ANSWER, {"answer": "yes", "shown": "0" * 64, "keep": "1"}, follow=True).content.decode()
    assert "The text has changed" in page
    page = ada.post(ANSWER, {"answer": "yes", "shown": "", "keep": "1"}, follow=True).content.decode()
    assert "The text has changed" in page
    assert "permit" not in events()


def test_no_answer_changes_nothing(ada: Client, clinic: Clinic) -> None:
    for value in ("", "maybe"):
        assert (
            "Nothing has changed." in ada.post(ANSWER, {"answer": value, "keep": "1"}, follow=True).content.decode()
        )
        assert "Nothing has changed." in ada.post(PAGE, {"answer": value}, follow=True).content.decode()
    assert set(events()) <= {"shown"}


def test_the_list_shows_everything_one_can_be_asked_and_where_it_stands(ada: Client, clinic: Clinic) -> None:
    page = body(ada.get(reverse("consent:choices")))
    for scope in texts.scopes():
        assert (texts.text(scope).name in page) == (scope != "sf.child"), scope
    assert "It cannot be switched off here." in page
    assert page.count("You have not answered yet.") == len(texts.scopes()) - 2
    allow(clinic.ada)
    assert "You said yes." in body(ada.get(reverse("consent:choices")))


def test_what_rests_on_law_takes_no_answer(ada: Client, clinic: Clinic) -> None:
    page = body(ada.get("/consent/care.record/"))
    assert "It cannot be switched off here." in page
    assert "<form" not in page
    assert ada.get("/consent/about/care.record/decide/").status_code == 404
    ada.post("/consent/care.record/", {"answer": "withdraw"})
    assert not ConsentEvent.objects.exists()


def test_an_unknown_scope_is_an_unknown_address(ada: Client) -> None:
    for scope in ("everything", "proxy", "research.ds", "sf.child", "PGX"):
        assert ada.get(f"/consent/{scope}/").status_code == 404
        assert ada.post(f"/consent/about/{scope}/decide/", {"answer": "no", "keep": "1"}).status_code == 404
    assert "MONDO:0005148" in body(ada.get("/consent/research.ds.MONDO:0005148/"))


def test_it_all_works_in_spanish_and_says_that_it_was_not_reviewed(ada: Client, clinic: Clinic) -> None:
    clinic.ada.language = "es"
    clinic.ada.save()
    page = body(ada.get(PAGE))
    text = texts.text("pgx", "es")
    assert text.title in page and 'lang="es"' in page
    assert "Neither a translator nor a doctor has checked this translation yet." in page
    assert text.questions[0].ask in body(ada.get(QUESTIONS))
    understand(ada)
    ada.post(ANSWER, {"answer": "yes", "shown": text.content_hash, "keep": "1"})
    event = permission(clinic.ada, "pgx").event
    assert event is not None
    assert (event.locale, event.template_hash) == ("es", text.content_hash)


@pytest.mark.parametrize("who", ["clinician", "counsellor", "laboratory_user", "operator", "privacy_officer"])
def test_staff_have_no_consent_pages_of_their_own(clinic: Clinic, who: str) -> None:
    client = signed_in(getattr(clinic, who))
    theirs = reverse("consent:for:choice", args=[clinic.ada.pk, "pgx"])
    for address in (PAGE, QUESTIONS, ANSWER, reverse("consent:choices"), theirs):
        assert client.get(address).status_code == 404
        assert client.post(address, {"answer": "yes", "keep": "1"}).status_code in (404, 405)
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize("who", ["ada_user", "laboratory_user", "operator", "researcher", "privacy_officer"])
def test_the_desk_is_for_the_care_team(clinic: Clinic, who: str) -> None:
    assert signed_in(getattr(clinic, who)).get(reverse("consent:desk")).status_code == 404


def test_the_desk_shows_only_the_people_one_looks_after(clinic: Clinic) -> None:
    allow(clinic.ada, "carrier", "in_error")
    page = body(signed_in(clinic.counsellor).get(reverse("consent:desk")))
    assert clinic.ada.full_name in page
    page = body(signed_in(clinic.other_clinician).get(reverse("consent:desk")))
    assert clinic.ada.full_name not in page


def test_it_needs_the_form_token(clinic: Clinic) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clinic.ada_user)
    for address in (PAGE, QUESTIONS, ANSWER):
        assert client.post(address, {"answer": "no", "keep": "1"}).status_code == 403
    assert not ConsentEvent.objects.exists()
