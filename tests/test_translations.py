"""The check of translations finds what it is there to find, and a compiled catalogue says what the source says."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.translations import (
    Message,
    compiled,
    parsed_catalogue,
    prepare_catalogues,
    values_apart,
    written_catalogue,
)
from tests.messages import in_code, in_template, unmarked_in_code, unmarked_in_template
from tests.translations import updated, wrong_in

HEADER = Message("", said=["Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"])
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1)


def catalogue(*messages: Message) -> list[Message]:
    return [HEADER, *messages]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Hello there</p>", "Hello there"),
        ('<nav aria-label="Main menu"></nav>', 'aria-label="Main menu"'),
        ('{% include "x.html" with title="Your file" only %}', "Your file"),
        ("{% if x %}Now{% endif %}", "Now"),
    ],
)
def test_visible_words_that_nobody_marked_are_found(template: str, words: str) -> None:
    assert unmarked_in_template(template) == [words]


@pytest.mark.parametrize(
    "template",
    [
        "<p>{% translate 'Hello' %}</p>",
        "{% blocktranslate with a=b %}Hello {{ a }}{% endblocktranslate %}",
        "{% block body_class %}staff wide{% endblock %}",
        "{% comment %}For builders{% endcomment %}<code>bcftools</code>",
        '{% include "x.html" with title=_("Your file") kind="usual" only %}',
    ],
)
def test_marked_words_and_names_are_left_alone(template: str) -> None:
    assert unmarked_in_template(template) == []


def test_bare_words_in_forms_and_messages_are_found() -> None:
    code = "CharField(label='Name', max_length=3)\nmessages.error(request, 'No')\nmessages.info(request, _('Yes'))"
    assert unmarked_in_code(code) == ["Name", "No"]


def test_messages_of_templates_and_code_are_extracted() -> None:
    template = """{% translate "A" %}{% translate 'B' as b %}{% include "x" with t=_("C") %}
    {% blocktranslate count n=x %}{{ n }} key{% plural %}{{ n }} keys{% endblocktranslate %}
    {% translate "May" context "month" %}
    {% blocktranslate with d=e|date:"DATE_FORMAT" %}On {{ d }}{% endblocktranslate %}"""
    assert [message.key for message in in_template(template)] == [
        ("", "A", ""),
        ("", "B", ""),
        ("", "C", ""),
        ("", "%(n)s key", "%(n)s keys"),
        ("month", "May", ""),
        ("", "On %(d)s", ""),
    ]
    code = "from django.utils.translation import gettext_noop as _, ngettext\n_('D' 'E')\nngettext('one', 'many', 2)"
    assert [message.key for message in in_code(code)] == [("", "DE", ""), ("", "one", "many")]


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (Message("A"), "not translated"),
        (Message("A", said=[""]), "not translated"),
        (Message("A", said=["B"], fuzzy=True), "uncertain"),
        (Message("Hi %(name)s", said=["Hola"]), "placeholders"),
        (Message("Hi", said=["Hola %(name)s"]), "placeholders"),
        (Message("%(n)s key", plural="%(n)s keys", said=["Una llave", "Llaves"]), "placeholders"),
        (Message("%(n)s key", plural="%(n)s keys", said=["Una llave"]), "not translated"),
        (Message("Hi ", said=["Hola"]), "space"),
    ],
)
def test_a_bad_translation_is_found(message: Message, complaint: str) -> None:
    wanted = [Message(message.text, plural=message.plural)]
    assert any(complaint in sentence for sentence in wrong_in(catalogue(message), wanted))


def test_a_good_translation_is_not_complained_about() -> None:
    said = [
        Message("Hi %(name)s", said=["Hola %(name)s"]),
        Message("%(n)s key", plural="%(n)s keys", said=["Una llave", "%(n)s llaves"]),
    ]
    assert list(wrong_in(catalogue(*said), said)) == []


def test_what_is_missing_or_left_over_is_found_and_updated() -> None:
    said = catalogue(Message("Old", said=["Viejo"]), Message("Kept", said=["Guardado"]))
    wanted = [Message("New"), Message("Kept")]
    complaints = list(wrong_in(said, wanted))
    assert complaints == ["missing: 'New'", "not said any more: 'Old'"]
    after = updated(said, wanted)
    assert [(m.text, m.said) for m in after[1:]] == [("New", [""]), ("Kept", ["Guardado"])]


@given(st.lists(st.tuples(TEXT, TEXT), unique_by=lambda pair: pair[0]))
def test_what_is_written_is_read_and_compiled_unchanged(pairs: list[tuple[str, str]]) -> None:
    said = catalogue(*(Message(source, said=[target]) for source, target in pairs))
    read = parsed_catalogue(written_catalogue(said))
    assert read == said
    spoken = gettext.GNUTranslations(io.BytesIO(compiled(read)))
    assert all(spoken.gettext(source) == target for source, target in pairs)


def test_plurals_and_contexts_are_compiled() -> None:
    said = catalogue(
        Message("a key", plural="keys", said=["una llave", "llaves"]), Message("May", context="month", said=["mayo"])
    )
    spoken = gettext.GNUTranslations(io.BytesIO(compiled(said)))
    assert spoken.ngettext("a key", "keys", 1) == "una llave"
    assert spoken.ngettext("a key", "keys", 2) == "llaves"
    assert spoken.pgettext("month", "May") == "mayo"
    assert spoken.gettext("May") == "May"


def test_a_value_in_a_sentence_from_right_to_left_stands_apart_and_a_link_stays_a_link() -> None:
    said = 'يتصل %(name)s بك <a href="tel:%(phone)s">%(phone)s</a> %(link)s {count}'
    (message,) = values_apart([Message("x", said=[said])])
    assert message.said == [
        'يتصل \u2068%(name)s\u2069 بك <a href="tel:%(phone)s">\u2068%(phone)s\u2069</a> %(link)s \u2068{count}\u2069'
    ]


def test_a_changed_catalogue_is_compiled_again_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    source, target = tmp_path / "locale", tmp_path / "made"
    path = source / "es" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(written_catalogue(catalogue(Message("A", said=["B"]))), "utf-8")
    prepare_catalogues(source, target)
    made = target / "es" / "LC_MESSAGES" / "django.mo"
    first = made.stat().st_ino
    prepare_catalogues(source, target)
    assert made.stat().st_ino == first
    path.write_text(written_catalogue(catalogue(Message("A", said=["C"]))), "utf-8")
    prepare_catalogues(source, target)
    with made.open("rb") as handle:
        assert gettext.GNUTranslations(handle).gettext("A") == "C"
