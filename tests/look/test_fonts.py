"""The type family is made on the machine that serves it, once, and tells I from l from 1."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from portal.fonts import CUTS, prepare_fonts, print_font_faces


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("static") / "fonts"
    assert prepare_fonts(target) is True
    return target


def test_it_is_made_once(fonts: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in fonts.iterdir()}
    assert prepare_fonts(fonts) is False
    assert {path.name: path.stat().st_mtime_ns for path in fonts.iterdir()} == before


def test_a_lost_file_is_made_again(fonts: Path) -> None:
    (fonts / "source-sans-italic.woff2").unlink()
    assert prepare_fonts(fonts) is True
    assert (fonts / "source-sans-italic.woff2").is_file()


def test_nothing_unfinished_is_left_and_the_licence_travels_with_it(fonts: Path) -> None:
    assert {path.suffix for path in fonts.iterdir()} == {".woff2", ".ttf", ".txt", ".stamp"}
    assert "SIL Open Font License" in (fonts / "source-sans-licence.txt").read_text(
        encoding="utf-8", errors="replace"
    )


@pytest.mark.parametrize("stem", CUTS)
def test_names_of_people_and_units_can_be_set(fonts: Path, stem: str) -> None:
    letters = TTFont(fonts / f"{stem}.ttf").getBestCmap()
    for character in "Zażółć Łódź Ștefănescu Nguyễn ñ ¿ ß µ ≥ ≤ → ½ € “’” … –":
        assert ord(character) in letters, character


@pytest.mark.parametrize("stem", [stem for stem in CUTS if "italic" not in stem])  # its italic has no Greek
def test_greek_letters_of_proteins_can_be_set(fonts: Path, stem: str) -> None:
    letters = TTFont(fonts / f"{stem}.ttf").getBestCmap()
    assert all(ord(character) in letters for character in "αβγδεκΔ")


@pytest.mark.parametrize("stem", CUTS)
def test_each_cut_is_small_and_keeps_the_letters_that_tell_i_from_l(fonts: Path, stem: str) -> None:
    assert (fonts / f"{stem}.woff2").stat().st_size <= 32_000
    features = {record.FeatureTag for record in TTFont(fonts / f"{stem}.ttf")["GSUB"].table.FeatureList.FeatureRecord}
    assert {"ss01", "ss04"} <= features


def test_pages_and_pdfs_ask_for_the_files_that_are_made(fonts: Path) -> None:
    from .stylesheet import read

    for stem in CUTS:
        assert f"../fonts/{stem}.woff2" in read("fonts.css")
        assert (fonts / f"{stem}.ttf").as_uri() in print_font_faces(fonts)
