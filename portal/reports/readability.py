"""How hard a text is to read: our own counter for each language of the reports, the same way everywhere.

English, as a school grade where less is easier (Flesch–Kincaid; Kincaid et al. 1975):

    grade = 0.39 · words per sentence + 11.8 · syllables per word − 15.59

Spanish, as points of 100 where more is easier (perspicuity index of Szigriszt-Pazos 1993, read on the INFLESZ scale
of Barrio-Cantalejo et al. 2008, An Sist Sanit Navar 31(2):135–152, where 65 to 80 is "quite easy"):

    ease = 206.835 − 62.3 · syllables per word − words per sentence

Names of medicines and genes are left out: a person does not read them for meaning, and no plain word replaces
them. Each counts as one word of one syllable, so it still lengthens its sentence. A text is given as a list of
passages (a heading, a list item, a paragraph); a passage always ends a sentence. A sentence of one or two words
("Take care.") is joined to its neighbour, so that crumbs cannot make a hard text look easy.

English syllables are counted by rule, with the exceptions listed here; Spanish ones as in `spanish_syllables`. Where
a rule errs it should err upwards: the tests compare every English word we use with a pronouncing dictionary.

>>> syllables("medicine"), syllables("take"), syllables("side")
(3, 1, 1)
>>> round(measure(["The cat sat on the mat."]).grade, 1)
-1.4
>>> round(measure(["El gato come pan en la casa."], language="es").ease, 1)
110.8
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from portal.reports import spanish_syllables

HIGHEST_GRADE = 6.0
LOWEST_EASE = 65.0
NAME_STANDS_AS = "name"
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’][A-Za-z]+)?|\d+(?:[.,]\d+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?:;])[\s\"”)]+(?=[\"“«¿¡(A-ZÁÉÍÓÚÑ0-9])")
_VOWELS = re.compile(r"[aeiouyà-ÿ]+")
_SHORTEST_SENTENCE = 3
# Words the rules below would count too low, and common ones they would count too high.
EXCEPTIONS = {
    "area": 3,
    "being": 2,
    "biology": 4,
    "create": 2,
    "diabetes": 4,
    "diet": 2,
    "does": 1,
    "doing": 2,
    "every": 3,
    "february": 4,
    "goes": 1,
    "going": 2,
    "hiv": 3,
    "idea": 3,
    "january": 4,
    "our": 2,
    "people": 2,
    "period": 3,
    "quiet": 2,
    "reaction": 3,
    "rhythm": 2,
    "science": 2,
    "seeing": 2,
    "serious": 3,
    "something": 2,
    "someone": 2,
    "sometimes": 2,
    "therefore": 2,
    "trial": 2,
    "triangle": 3,
    "variant": 3,
    "usual": 3,
    "various": 3,
}


@dataclass(frozen=True)
class Reading:
    """What was counted. `grade` is the school grade of English, below zero for very easy crumbs of text; `ease` is
    the points of Spanish."""

    sentences: int
    words: int
    syllables: int
    longest_sentence: int
    language: str = "en"

    @property
    def grade(self) -> float:
        if not self.words:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59

    @property
    def ease(self) -> float:
        if not self.words:
            return 100.0
        return 206.835 - 62.3 * self.syllables / self.words - self.words / self.sentences

    @property
    def is_easy(self) -> bool:
        """Whether a person may be shown it, by the measure of its language."""
        return self.ease >= LOWEST_EASE if self.language == "es" else self.grade <= HIGHEST_GRADE

    @property
    def score(self) -> str:
        """As printed on a report: a grade to one place, or whole points, never rounded in our favour."""
        return str(max(0, min(int(self.ease), 100))) if self.language == "es" else f"{max(self.grade, 0):.1f}"


def syllables(word: str) -> int:
    """Syllables in one English word (or one per digit group, at least two for large numbers)."""
    word = word.lower().replace("’", "'")
    if word[0].isdigit():
        return min(len(word), 4)
    stem = word.removesuffix("'s")
    if stem in EXCEPTIONS:
        return EXCEPTIONS[stem]
    for ending in ("s", "d", "ly"):
        if stem.endswith(ending) and stem[: -len(ending)] in EXCEPTIONS:
            return EXCEPTIONS[stem[: -len(ending)]] + (ending == "ly")
    if stem.endswith("n't") and len(stem) > 3:
        return syllables(stem[:-3]) + (0 if stem[-4] in "aeourwl" else 1)
    stem = stem.split("'")[0]
    count = len(_VOWELS.findall(stem))
    count -= _has_silent_ending(stem)
    # Two vowels that are spoken apart: "via", "genius", "react", "fluid".
    count += len(re.findall(r"i[ao](?!n|us)|ious$(?<!cious)(?<!tious)|uou|[^q]ui(?=ty|d$)|eo(?!u|r)", stem))
    if re.search(r"[^aeiouy]ism$", stem):
        count += 1
    return max(count, 1)


def _has_silent_ending(stem: str) -> bool:
    """Whether a last "e" is written but not spoken: "take", "makes", "used"; not "table", "uses", "needed"."""
    if stem.endswith("e"):
        return not re.search(r"[^aeiouy]le$|[aeiouy]e$", stem)
    if stem.endswith("les"):
        return bool(re.search(r"[aeiouy]les$", stem))
    if stem.endswith("es"):
        return bool(re.search(r"[^aeiouycsxzg](?<!sh)(?<!ch)es$", stem))
    return bool(re.search(r"[^aeiouytd]ed$", stem)) and not re.search(r"[^aeiouy]led$", stem)


SYLLABLES: dict[str, Callable[[str], int]] = {"en": syllables, "es": spanish_syllables.syllables}
"""The counter of each language that reports are written in."""


@cache
def _pattern(names: frozenset[str]) -> re.Pattern[str] | None:
    listed = sorted(names, key=lambda name: (-len(name), name))
    if not listed:
        return None
    return re.compile(r"(?<![\w*])(?:" + "|".join(map(re.escape, listed)) + r")(?![\w*])", re.IGNORECASE)


def leave_out(text: str, names: Iterable[str]) -> str:
    """The text with every medicine and gene name replaced by one short word."""
    pattern = _pattern(frozenset(names))
    return pattern.sub(NAME_STANDS_AS, text) if pattern else text


def sentences(passages: Iterable[str], names: Iterable[str] = ()) -> list[str]:
    """The sentences of some passages, names replaced, crumbs joined to their neighbour."""
    listed = frozenset(names)
    found: list[str] = []
    for passage in passages:
        for sentence in _SENTENCE_END.split(leave_out(passage, listed).strip()):
            if not _WORD.search(sentence):
                continue
            if found and len(_WORD.findall(sentence)) < _SHORTEST_SENTENCE:
                found[-1] = f"{found[-1].rstrip('.!?:;')} {sentence}"
            else:
                found.append(sentence.strip())
    return found


def measure(passages: Iterable[str], names: Iterable[str] = (), language: str = "en") -> Reading:
    """Count sentences, words and syllables of some passages in one language."""
    count = SYLLABLES[language]
    found = sentences(passages, names)
    words = [_WORD.findall(sentence) for sentence in found]
    return Reading(
        sentences=len(found),
        words=sum(map(len, words)),
        syllables=sum(count(word) for sentence in words for word in sentence),
        longest_sentence=max(map(len, words), default=0),
        language=language,
    )
