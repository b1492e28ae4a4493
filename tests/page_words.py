"""How hard the words of the pages and mails for patients are, page by page, and the table of the hardest in
docs/words.md.

`python -m tests.page_words --update` writes the table; a test fails when it is no longer true, or a page too hard.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from portal.reports import words
from portal.reports.readability import HIGHEST_GRADE, LOWEST_EASE, NAME_STANDS_AS, Reading, measure
from portal.translations import catalogue_of, read_catalogue
from tests.messages import ROOT, in_code, in_template, place, templates

PAGE = ROOT / "docs" / "words.md"
BEGIN, END = "<!-- hardest pages: written by tests/page_words.py -->", "<!-- end of hardest pages -->"
FEWEST_WORDS = 40
"""Of fewer words a score means little: such pages of one folder are measured together."""
SHOWN = 12

FOR_STAFF = (
    "templates/style/",
    "templates/api/",
    "templates/access/patients.html",
    "templates/access/emergency.html",
    "templates/access/reviews.html",
    "templates/consent/correct",
    "templates/consent/desk.html",
    "templates/consent/find_record.html",
    "templates/consent/guardianship.html",
    "templates/consent/text",
    "templates/consent/write_text.html",
    "templates/consent/_watched.html",
    "templates/delivery/amend.html",
    "templates/delivery/recall.html",
    "templates/delivery/release.html",
    "templates/delivery/review.html",
    "templates/delivery/withdraw.html",
    "templates/delivery/_findings.html",
    "templates/delivery/_grade.html",
    "templates/delivery/_languages.html",
    "templates/delivery/_notes.html",
    "templates/delivery/_options.html",
    "templates/delivery/_origin.html",
    "templates/delivery/_refusal.html",
    "templates/decisions/follow_person.html",
    "templates/decisions/follow_tasks.html",
    "templates/home/_queue_row.html",
    "templates/home/_overdue.html",
    "templates/home/_age.html",
    "templates/home/_task.html",
    "templates/home/_file_status.html",
    "templates/home/laboratory.html",
    "templates/home/mailbox.html",
    "templates/home/operator.html",
    "templates/home/other.html",
    "templates/home/privacy_officer.html",
    "templates/home/queue.html",
    "templates/results/order.html",
    "templates/rights/desk.html",
    "templates/reports/",  # the report's own words have a gate of their own
)
"""Templates no patient reads; a new one is taken for a patient's until it is named here."""

FROM_CODE = (
    "consent/desk/views.py",
    "consent/desk/helping_views.py",
    "portal/access/helping.py",
    "portal/access/account_forms.py",
    "portal/contact/forms.py",
    "portal/contact/views.py",
    "portal/decisions/following/forms.py",
    "portal/decisions/following/views.py",
    "portal/delivery/guest_views.py",
    "portal/delivery/release_forms.py",
    "portal/delivery/share_views.py",
    "portal/results/explanations.py",
    "portal/rights/views.py",
)
"""Code whose messages patients read: forms, and what is said after a press."""


def for_patients() -> list[Path]:
    """The pages and mails a patient may read, and the code that speaks to them."""
    return [
        *(path for path in templates() if not place(path).startswith(FOR_STAFF)),
        *(ROOT / name for name in FROM_CODE),
    ]


@cache
def catalogue(language: str) -> dict[tuple[str, str, str], list[str]]:
    known = read_catalogue(catalogue_of(ROOT / "locale", language))
    return {message.key: message.said for message in known}


def said(path: Path, language: str) -> list[str]:
    """The messages of one template in a language; a slot counts as one short word."""
    found = []
    content = path.read_text("utf-8")
    for message in in_code(content) if path.suffix == ".py" else in_template(content):
        english = [text for text in (message.text, message.plural) if text]
        found += english if language == "en" else catalogue(language).get(message.key, [])
    return [re.sub(r"%\(\w+\)s", NAME_STANDS_AS, re.sub(r"<[^>]+>", "", text)) for text in found]


def readings(language: str) -> dict[str, Reading]:
    """By page; small pages of a folder as one."""
    names = words.load("es" if language == "es" else "en").names()
    small: dict[str, list[str]] = {}
    found: dict[str, Reading] = {}
    for path in for_patients():
        texts = said(path, language)
        reading = measure(texts, names, language)
        if reading.words >= FEWEST_WORDS:
            found[place(path).removeprefix("templates/")] = reading
        elif texts:
            small.setdefault(path.parent.name, []).extend(texts)
    found |= {f"{folder}/ (small ones)": measure(texts, names, language) for folder, texts in small.items()}
    return found


def hardness(found: Reading) -> float:
    return -found.ease if found.language == "es" else found.grade


def table() -> str:
    """The hardest pages, by the English grade; a page too hard in Spanish would stand above them."""
    english, spanish = readings("en"), readings("es")
    ranked = sorted(english, key=lambda page: (-english[page].grade, page))[:SHOWN]
    lines = [
        f"| page or mail | English grade (at most {HIGHEST_GRADE:.0f}) "
        f"| Spanish INFLESZ (at least {LOWEST_EASE:.0f}) |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{page}` | {english[page].score} | {spanish[page].score if page in spanish else '–'} |" for page in ranked
    ]
    return "\n".join(lines)


def page() -> str:
    """The page with the table as it is now."""
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    if "--update" in sys.argv:
        PAGE.write_text(page(), "utf-8")
    else:
        for name in ("en", "es"):
            for where, found in sorted(readings(name).items(), key=lambda each: -hardness(each[1])):
                print(name, found.score, "ok" if found.is_easy else "TOO HARD", found.words, where)
