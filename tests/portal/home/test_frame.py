"""Parts of the frame are kept between pages, and nothing about anybody is kept with them."""

from __future__ import annotations

from django.template import Context, Template
from django.utils import translation

WORDS = (
    "{% load frame i18n %}{% sameforall %}<p>{% translate 'Patient' %} {{ name }}</p>{% endsameforall %}{{ name }}"
)


def test_what_is_kept_knows_nobody() -> None:
    page = Template(WORDS)
    assert page.render(Context({"name": "Rosa"})) == "<p>Patient </p>Rosa"
    assert page.render(Context({"name": "Ben"})) == "<p>Patient </p>Ben"


def test_each_language_has_its_own() -> None:
    page = Template(
        "{% load frame i18n %}{% sameforall %}{% get_current_language as code %}{{ code }}{% endsameforall %}"
    )
    for language in ("en", "es", "en"):
        with translation.override(language):
            assert page.render(Context()) == language
