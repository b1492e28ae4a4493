"""The figures in docs/trust.md are those the checks use."""

import pytest

from tests.trust.figures import PAGE, figures, page

pytestmark = pytest.mark.pure


def test_the_page_tells_the_figures_of_the_checks() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tests.trust.figures`"


def test_every_figure_names_a_check_that_exists() -> None:
    for figure in figures():
        found = [*PAGE.parents[1].glob(f"tests/**/{figure.check}"), PAGE.parents[1] / figure.check]
        assert any(path.is_file() for path in found), figure.check
