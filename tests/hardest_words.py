"""The table of the hardest words of the reports, in docs/words.md: measured, never written by hand.

`python -m tests.hardest_words --update` writes it; a test fails when it is no longer true.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from portal.reports import words
from portal.reports.gate import FEWEST_WORDS_GRADED
from portal.reports.readability import HIGHEST_GRADE, LOWEST_EASE, NAME_STANDS_AS, Reading, measure

PAGE = Path(__file__).resolve().parent.parent / "docs" / "words.md"
BEGIN, END = "<!-- hardest words: written by tests/hardest_words.py -->", "<!-- end of hardest words -->"


def reading(language: str, module: str, code: str | None = None) -> Reading:
    """How hard a file is, or one of its entries; names in slots count as one short word."""
    known = words.load(language)
    entries = known.modules[module].values() if code is None else [known.entry(module, code)]
    texts = [
        re.sub(r"\{\w+\}", NAME_STANDS_AS, words.without_marks(text))
        for entry in entries
        for text in entry.sentences()
    ]
    return measure(texts, known.names(), language)


def hardness(found: Reading) -> float:
    return -found.ease if found.language == "es" else found.grade


def hardest_entry(language: str, module: str) -> str:
    """Among the entries long enough to be measured; of shorter ones a score means little."""
    measured = {code: reading(language, module, code) for code in words.load(language).modules[module]}
    able = {code: found for code, found in measured.items() if found.words >= FEWEST_WORDS_GRADED // 2}
    if not able:
        return "–"
    code = max(sorted(able), key=lambda each: hardness(able[each]))
    return f"`{code}` {able[code].score}"


def table() -> str:
    """Hardest file first, by the English grade."""
    ranked = sorted(words.MODULES, key=lambda module: (-reading("en", module).grade, module))
    lines = [
        f"| file | English grade (at most {HIGHEST_GRADE:.0f}) | its hardest entry "
        f"| Spanish INFLESZ (at least {LOWEST_EASE:.0f}) | its hardest entry |",
        "|---|---|---|---|---|",
    ]
    for module in ranked:
        cells = [module]
        for language in ("en", "es"):
            cells += [reading(language, module).score, hardest_entry(language, module)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def page() -> str:
    """The page with the table as it is now."""
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    if "--update" in sys.argv:
        PAGE.write_text(page(), "utf-8")
    else:
        print(table())
