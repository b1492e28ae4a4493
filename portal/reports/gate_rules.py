"""The words and phrases that no report may say, in each of its languages, and what is wrong with them."""

from __future__ import annotations

import re

# Words of the field a person need not know. They may stand only with their meaning in brackets behind them.
JARGON = {
    "en": (
        "adverse",
        "allele",
        "allelic",
        "alleles",
        "biomarker",
        "clinician",
        "concomitant",
        "contraindicated",
        "diplotype",
        "diplotypes",
        "dosage",
        "efficacy",
        "enzyme",
        "enzymes",
        "exposure",
        "genome",
        "genomic",
        "genotype",
        "genotypes",
        "guideline",
        "guidelines",
        "haplotype",
        "heterozygous",
        "homozygous",
        "indeterminate",
        "indication",
        "interpretation",
        "metabolise",
        "metabolism",
        "metabolite",
        "metabolize",
        "metabolizer",
        "metabolizers",
        "mutation",
        "pathogenic",
        "pharmacogenetic",
        "pharmacogenomic",
        "pharmacogenomics",
        "phenotype",
        "phenotypes",
        "polymorphism",
        "prodrug",
        "sequencing",
        "titrate",
        "toxicity",
        "variant",
        "variants",
        "wild-type",
    ),
    "es": (
        "adverso",
        "adversos",
        "adversa",
        "adversas",
        "alelo",
        "alelos",
        "biomarcador",
        "clínico",
        "concomitante",
        "contraindicado",
        "contraindicada",
        "diplotipo",
        "diplotipos",
        "eficacia",
        "enzima",
        "enzimas",
        "exposición",
        "fármaco",
        "fármacos",
        "farmacogenética",
        "farmacogenético",
        "farmacogenómica",
        "farmacogenómico",
        "fenotipo",
        "fenotipos",
        "genoma",
        "genómico",
        "genómica",
        "genotipo",
        "genotipos",
        "haplotipo",
        "heterocigoto",
        "homocigoto",
        "ictericia",
        "indeterminado",
        "indicación",
        "interpretación",
        "metaboliza",
        "metabolizar",
        "metabolizador",
        "metabolizadora",
        "metabolizadores",
        "metabolismo",
        "metabolito",
        "miopatía",
        "mutación",
        "patogénica",
        "patogénico",
        "polimorfismo",
        "posología",
        "profármaco",
        "secuenciación",
        "titular",
        "toxicidad",
        "variante",
        "variantes",
    ),
}


def _jargon(language: str) -> re.Pattern[str]:
    return re.compile(r"\b(" + "|".join(map(re.escape, JARGON[language])) + r")\b(?!\s*\()", re.IGNORECASE)


# "1 in 200" is misread by many; numbers are told "of 100", and never as a ratio of risks alone.
_ONE_IN = {
    "en": r"\b(?:1|one)\s+(?:in|out of)\s+(?:every\s+)?(?:\d|a\b|two|three|four|five|ten)",
    "es": r"\b(?:1|un|uno|una)\s+(?:persona\s+)?(?:(?:de|por)\s+cada|en|entre)\s+"
    r"(?:\d+|dos|tres|cuatro|cinco|diez|cien|mil)\b|"
    r"\b(?:1|un|uno|una)\s+(?:persona\s+)?de\s+\d+\s+(?:personas|pacientes|gentes)\b",
}
_RELATIVE = {
    "en": r"\b(?:\d+\s?%|\d+ percent|twice|double|half|\d+ times)\s+(?:the\s+|more\s+|less\s+)?"
    r"(?:risk|chance|likely|as likely)",
    "es": r"\b(?:\d+\s?%|\d+ por ciento|el doble|el triple|la mitad|(?:\d+|dos|tres|diez) veces)\s+"
    r"(?:de\s+|más\s+|menos\s+)*(?:el\s+)?(?:riesgo|riesgos|probable|probabilidad)",
}
# Read as a promise by many.
_NO_EVIDENCE = {
    "en": r"\bno evidence\b",
    "es": r"\b(?:no hay|no existen?|sin) (?:ninguna )?(?:pruebas?|evidencias?)\b",
}
# Results never call a medicine safe: "usual" only means the genes gave no reason to change it.
_SAFE = {
    "en": r"\b(?:is|are) (?:quite |very )?safe\b|\bsafe (?:for you|to take)\b|\bno risk\b",
    "es": r"\b(?:es|son) (?:muy |del todo )?(?:segur[oa]s?|inocu[oa]s?)\b(?! que)|\bsegur[oa]s? para usted\b|"
    r"\b(?:sin|no hay|no tiene|ningún) riesgos?\b",
}

RULES: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    language: (
        ("jargon without its meaning", _jargon(language)),
        ("a risk told as 1 in N", re.compile(_ONE_IN[language], re.IGNORECASE)),
        ("a risk told without its base", re.compile(_RELATIVE[language], re.IGNORECASE)),
        ("“no evidence” is read as a promise", re.compile(_NO_EVIDENCE[language], re.IGNORECASE)),
        ("calls a medicine safe", re.compile(_SAFE[language], re.IGNORECASE)),
    )
    for language in JARGON
}
"""Per language: what is wrong, and how it is found."""
