"""The table of figures in docs/trust.md, counted from the checks: `python -m tests.trust.figures` writes it.

A figure is a number some check uses or the number of cases it has; nothing here is typed in by hand.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "trust.md"
BEGIN, END = "<!-- figures: python -m tests.trust.figures -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Figure:
    what: str
    count: str
    thorough: str
    check: str

    def row(self) -> str:
        return f"| {self.what} | {self.count} | {self.thorough} | `{self.check}` |"


def figures() -> list[Figure]:
    from portal.access.matrix import ACTIONS, NOT_BUILT
    from portal.people.models import Role
    from tests.consent.test_fold import LAWS
    from tests.house_rules import EXCEPTIONS, RULES
    from tests.trust import (
        test_api_fuzz,
        test_canaries,
        test_consent_laws,
        test_enforcement,
        test_fifteen_failures,
        test_paper_reaches_nothing,
        test_sign_in_limits,
    )
    from tests.trust.corpus import CORPUS
    from tests.trust.faults import FAULTS

    laws, lives = test_consent_laws, test_consent_laws.LIVES
    ways = [*test_enforcement.WAYS_OUT, "E9", "E13"]
    closed = [*ways, *test_enforcement.MISSING]
    failures = [name for name in vars(test_fifteen_failures) if re.match(r"test_\d\d_", name)]
    tampers, killed = (
        counts("test_tampering.py", r"found\(sealed, ([\d_]+)\)"),
        counts("test_killed_requests.py", r"serve\(tmp_path, ([\d_]+)\)"),
    )
    return [
        Figure(
            "decision laws, and random histories each is put to",
            f"{len(LAWS)} × {laws.HISTORIES:,}",
            f"{len(LAWS)} × {laws.HISTORIES * 10:,}",
            "test_consent_laws.py",
        ),
        Figure(
            f"lives of {laws.STEPS} steps compared with a plain clerk",
            f"{lives:,}",
            f"{lives * 10:,}",
            "test_consent_laws.py",
        ),
        Figure(
            "ways out for data that close without a yes, and ways in which it is missing",
            f"{len(closed)} × {len(FAULTS)} = {len(closed) * len(FAULTS)}",
            "",
            "test_enforcement*.py",
        ),
        Figure(
            "of these, ways whose room is not built, refused by name", str(len(NOT_BUILT)), "", "test_enforcement.py"
        ),
        Figure(
            "actions and roles in the table of permissions", f"{len(ACTIONS)} × {len(Role)}", "", "test_every_cell.py"
        ),
        Figure("failures of other systems, one promise each", str(len(failures)), "", "test_fifteen_failures.py"),
        Figure(
            "records filled with words that are never seen outside",
            str(test_canaries.RECORDS),
            "",
            "test_canaries.py",
        ),
        Figure("words in them", "300 or more", "", "test_canaries.py"),
        Figure("changes to the access log by its owner, all found", *tampers, "test_tampering.py"),
        Figure(
            "changes to the consent ledger by its owner, all found",
            *counts("../consent/test_chain.py", r"find_all\(([\d_]+), intruder"),
            "tests/consent/test_chain.py",
        ),
        Figure(
            "requests killed, none torn, on each database",
            *(f"{int(each.replace(',', '')) - 1:,}" for each in killed),
            "test_killed_requests.py",
        ),
        Figure("hostile files, each refused with a sentence", str(len(CORPUS)), "", "test_hostile_files.py"),
        Figure(
            "payloads that reach no network and no file, raw and typed",
            f"2 × {len(set(test_paper_reaches_nothing.PAYLOADS))}",
            "",
            "test_paper_reaches_nothing.py",
        ),
        Figure(
            "guesses at once, and those that count",
            f"{test_sign_in_limits.GUESSES}, {test_sign_in_limits.ALLOWED}",
            "",
            "test_sign_in_limits.py",
        ),
        Figure(
            "operations of the API, and odd requests to each",
            f"{len(test_api_fuzz.OPERATIONS)} × {test_api_fuzz.EXAMPLES}",
            f"{len(test_api_fuzz.OPERATIONS)} × {test_api_fuzz.THOROUGH:,}",
            "test_api_fuzz.py",
        ),
        Figure(
            "rules of the house, and exceptions with a reason",
            f"{len(RULES)}, {len(EXCEPTIONS)}",
            "",
            "tests/house_rules.py",
        ),
    ]


def counts(file: str, pattern: str) -> tuple[str, str]:
    """The counts of the quick and of the thorough check, as their source says."""
    source = (Path(__file__).parent / file).read_text(encoding="utf-8")
    few, many = (int(found) for found in re.findall(pattern, source))
    return f"{few:,}", f"{many:,}"


def table() -> str:
    head = ["| what is tried | in every run | `--thorough` | check |", "|---|---|---|---|"]
    return "\n".join([BEGIN, *head, *(figure.row() for figure in figures()), END])


def page() -> str:
    """The page as it should be."""
    written = PAGE.read_text(encoding="utf-8")
    before, _, rest = written.partition(BEGIN)
    return before + table() + rest.partition(END)[2]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.testing")
    import django

    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{len(figures())} figures written to {PAGE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
