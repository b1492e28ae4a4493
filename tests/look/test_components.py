"""The parts pages are made of keep their meaning wherever they are used."""

import re
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory

from .stylesheet import TEMPLATES

SHOWN_BY_MARKUP = {
    "breadcrumb": 'class="breadcrumb"',
    "drafted": 'class="drafted-line"',
    "error_summary": 'class="error-summary"',
    "form": 'class="button-row"',
    "form_fields": 'class="field"',
    "pagination": 'class="pagination"',
    "stepper": 'class="stepper"',
    "table": 'class="table-frame"',
    "timeline": 'class="timeline"',
}
"""Components that need a list or a form: the style page writes their markup out."""


def show(name: str, **context: Any) -> str:
    return render_to_string(f"components/{name}.html", context)


def words(html: str) -> str:
    without_titles = re.sub(r"<title>.*?</title>", "", html)
    return " ".join(re.sub(r"<[^>]+>", " ", without_titles).split())


@pytest.mark.parametrize(
    ("status", "shape", "word"),
    [
        ("usual", "<circle", "Usual"),
        ("take_care", "M13.6", "Take care"),
        ("ask_about_another", "M9.5", "Ask about another medicine"),
        ("no_special_advice", "status-outline", "Nothing special"),
        ("not_known", "<rect", "Not known"),
    ],
)
def test_a_meaning_is_always_shape_and_word(status: str, shape: str, word: str) -> None:
    html = show("status_mark", status=status)
    assert shape in html
    assert words(html) == word
    assert f"<title>{word}</title>" in html  # the figure's text in the PDF


@pytest.mark.parametrize("status", ["", None, "normal", "USUAL", "something_new"])
def test_an_unknown_code_never_looks_like_good_news(status: str | None) -> None:
    assert words(show("status_mark", status=status)) == "Not known"
    card = show("answer_card", status=status, headline="A headline")
    assert "Not known" in words(card)
    assert "status-usual" not in card


def test_an_answer_card_says_the_answer_first_then_the_clinician_then_why_then_what_to_do() -> None:
    said = words(
        show(
            "answer_card",
            status="take_care",
            id="one",
            headline="HEADLINE",
            note="NOTE",
            note_by="WHO",
            note_on="WHEN",
            why="WHY",
            action="ACTION",
            details="DETAILS",
        )
    )
    order = ["Take care", "HEADLINE", "NOTE", "WHO, WHEN", "WHY", "What to do", "ACTION", "Show me more", "DETAILS"]
    assert [said.index(part) for part in order] == sorted(said.index(part) for part in order)


def test_an_answer_card_leaves_out_what_it_was_not_given() -> None:
    said = words(show("answer_card", status="usual", headline="HEADLINE"))
    assert said == "Usual HEADLINE"


def test_words_from_people_are_never_markup() -> None:
    html = show("answer_card", status="usual", headline="<b>x</b>", note="<script>", why="a < b")
    assert "<b>" not in html
    assert "<script>" not in html


def test_overdue_is_said_and_not_only_coloured() -> None:
    row = {"what": "Sign", "url": "/x/", "who": "Li Ng", "age": "6 days"}
    assert "Overdue 6 days" in words(show("queue_row", overdue=True, **row))
    assert "Overdue" not in words(show("queue_row", overdue=False, **row))


def test_progress_counts_real_steps_and_says_why_it_stopped() -> None:
    waiting = show("progress", title="Reading your file…", done=3, total=5, poll_url="/state/")
    assert 'aria-live="polite"' in waiting
    assert "3 of 5" in words(waiting)
    assert 'hx-get="/state/"' in waiting
    stopped = show("progress", title="We had to stop", done=3, total=5, reason="The file ended early. Send it again.")
    assert "The file ended early. Send it again." in words(stopped)
    assert "hx-get" not in stopped


def test_the_part_that_is_replaced_is_not_the_part_that_is_announced() -> None:
    inside = show("progress_steps", title="x", done=1, total=2, poll_url="/state/")
    assert "aria-live" not in inside


class Question(forms.Form):
    name = forms.CharField(label="Name", help_text="As on your letter")
    way = forms.ChoiceField(label="Way", choices=[("a", "Call"), ("b", "Here")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="I agree")
    note = forms.CharField(label="Note", required=False)
    paper = forms.FileField(label="Paper")


def test_every_problem_is_in_the_summary_and_leads_to_its_field() -> None:
    form = Question({"name": ""})
    html = show("form", form=form, submit_label="Send")
    for target in re.findall(r'<li><a href="#([^"]+)"', html):
        assert re.search(rf'<input[^>]*id="{target}"', html), target
    assert len(re.findall(r'<li><a href="#', html)) == 4
    assert 'role="alert"' in html


def test_hints_and_problems_are_read_out_with_their_field() -> None:
    html = show("field", field=Question({"name": ""})["name"])
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described
    assert set(described.group(1).split()) == {"id_name_helptext", "id_name_error"}
    for part in described.group(1).split():
        assert f'id="{part}"' in html


def test_optional_is_said_in_words_and_required_is_the_rule() -> None:
    assert "you can leave this out" in words(show("field", field=Question()["note"]))
    assert "you can leave this out" not in words(show("field", field=Question()["name"]))


def test_a_form_with_a_file_can_send_it() -> None:
    assert 'enctype="multipart/form-data"' in show("form", form=Question(), submit_label="Send")


def test_a_form_carries_the_token_against_forged_requests() -> None:
    html = render_to_string(
        "components/form.html", {"form": Question(), "submit_label": "Send"}, RequestFactory().get("/")
    )
    assert re.search(r'name="csrfmiddlewaretoken" value="\w+"', html)


def test_a_table_names_its_columns_and_rows() -> None:
    html = show("table", caption="Genes", columns=[{"label": "Gene"}, {"label": "Result"}], rows=[["TPMT", "*1/*1"]])
    assert html.count('scope="col"') == 2
    assert '<th scope="row">TPMT</th>' in html
    assert 'tabindex="0"' in html  # can be scrolled by keyboard


def test_the_current_step_is_marked_for_screen_readers_too() -> None:
    steps = [
        {"label": "One", "state": "done"},
        {"label": "Two", "state": "current"},
        {"label": "Three", "state": "todo"},
    ]
    html = show("stepper", label="Consent", steps=steps)
    assert html.count('aria-current="step"') == 1
    assert "(done)" in words(html)


def test_pages_keep_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/queue/", {"kind": "sign", "page": "2"})
    page = Paginator(range(30), 10).page(2)
    html = render_to_string("components/pagination.html", {"page": page}, request)
    assert "kind=sign&amp;page=3" in html
    assert "Page 2 of 3" in words(html)
    assert words(show("pagination", page=Paginator([1], 10).page(1))) == ""


def test_a_word_carries_its_meaning() -> None:
    html = show("definition", id="t", term="allele", meaning="one form of a gene")
    assert 'popovertarget="t"' in html
    assert words(html) == "allele ( one form of a gene )"


def test_the_style_page_shows_every_component() -> None:
    page = (TEMPLATES / "style" / "index.html").read_text("utf-8")
    frame = (TEMPLATES / "base.html").read_text("utf-8")  # around the style page as around every other
    shown: set[str] = set()
    waiting = re.findall(r"components/(\w+)\.html", page + frame) + list(SHOWN_BY_MARKUP)
    while waiting:
        name = waiting.pop()
        if name not in shown:
            shown.add(name)
            waiting += re.findall(
                r"components/(\w+)\.html", (TEMPLATES / "components" / f"{name}.html").read_text("utf-8")
            )
    assert {path.stem for path in (TEMPLATES / "components").glob("*.html")} - shown == set()
    assert all(mark in page for mark in SHOWN_BY_MARKUP.values())
