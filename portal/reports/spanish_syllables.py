"""How many syllables a Spanish word has, by the rules of spelling.

A syllable has one strong vowel (a, e, o, or an accented í or ú beside one of them) or a pair of weak ones. Two strong
vowels side by side are two syllables. Where spelling leaves it open (an h between vowels) the higher count is taken.

>>> syllables("medicina"), syllables("guía"), syllables("cuidado"), syllables("ahora"), syllables("quizá")
(4, 2, 3, 3, 2)
"""

from __future__ import annotations

import re

_STRONG = "aeoáéó"
_RUN_OF_VOWELS = re.compile(r"[aeiouáéíóúü]+")
# Said letter by letter, such as VIH; longer words in capitals are read as words.
_LONGEST_ACRONYM = 5
_MOST_IN_A_NUMBER = 8


def syllables(word: str) -> int:
    """Syllables in one Spanish word; two per digit of a number, one per letter of an acronym."""
    if word[0].isdigit():
        return min(2 * len(word), _MOST_IN_A_NUMBER)
    if 1 < len(word) <= _LONGEST_ACRONYM and word.isupper():
        return len(word)
    word = word.lower()
    # A u that is written but not spoken, and a y that is a vowel: "que", "guía", "muy", "y".
    word = re.sub(r"qu(?=[eiéí])", "q", word)
    word = re.sub(r"gu(?=[eiéí])", "g", word)
    word = re.sub(r"y$", "i", word)
    return max(1, sum(_in_run(run) for run in _RUN_OF_VOWELS.findall(word)))


def _in_run(vowels: str) -> int:
    """Syllables in vowels that stand side by side: "ía" has two, "ie" and "ui" one, "eo" two."""
    strong = sum(vowel in _STRONG for vowel in vowels)
    if not strong:
        return 2 if re.search(r"ii|uu", vowels) else 1
    return strong + sum(vowel in "íú" for vowel in vowels)
