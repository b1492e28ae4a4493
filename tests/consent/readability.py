"""How easy Spanish is to read: the Szigriszt-Pazos index, read on the INFLESZ scale (65 and more: fairly easy).

Perspicuity = 206.835 - 62.3 * syllables/words - words/sentences (Szigriszt 1993; scale: Barrio-Cantalejo et al.,
An Sist Sanit Navar 2008;31(2):135-152).
"""

from __future__ import annotations

import itertools
import re

_STRONG = "aeoáéóíú"
_VOWELS = re.compile(r"[aeiouáéíóúü]+")


def syllables(word: str) -> int:
    """Syllables of a Spanish word: two strong vowels, or a stressed weak one, make two; a diphthong makes one."""
    word = re.sub(r"qu(?=[eiéí])", "q", word.lower())
    word = re.sub(r"gu(?=[eiéí])", "g", word)
    word = re.sub(r"y$", "i", word)
    count = 0
    for run in _VOWELS.findall(word):
        count += 1
        count += sum(1 for left, right in itertools.pairwise(run) if left in _STRONG and right in _STRONG)
    return max(count, 1)


def inflesz(text: str) -> float:
    words = re.findall(r"[a-záéíóúüñ]+", text.lower())
    sentences = max(len(re.findall(r"[.!?:]+", text)), 1)
    return 206.835 - 62.3 * sum(map(syllables, words)) / len(words) - len(words) / sentences
