"""Prepares the one type family: cuts it down to the letters we use, for pages (woff2) and for PDFs (ttf).

Nothing of the family is kept in this repository. It comes from the locked package `font-source-sans-pro`
(SIL Open Font Licence 1.1) and is written once into a folder that is served as static files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from importlib.resources import files
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FAMILY = "Source Sans"

# file stem → (file in the package, CSS weight, CSS style)
CUTS: dict[str, tuple[str, int, str]] = {
    "source-sans-regular": ("SourceSansPro-Regular.ttf", 400, "normal"),
    "source-sans-italic": ("SourceSansPro-It.ttf", 400, "italic"),
    "source-sans-semibold": ("SourceSansPro-Semibold.ttf", 600, "normal"),
    "source-sans-bold": ("SourceSansPro-Bold.ttf", 700, "normal"),
}

# Latin, Latin-1, Latin Extended-A and the letters of Vietnamese and Romanian; spacing and combining marks;
# Greek (units, gene and protein names); punctuation, currency, fractions, arrows, mathematics, simple shapes.
LETTERS: tuple[tuple[int, int], ...] = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),
    (0x01A0, 0x01B0),
    (0x0218, 0x021B),
    (0x02C6, 0x02DD),
    (0x0300, 0x0323),
    (0x0391, 0x03C9),
    (0x1EA0, 0x1EF9),
    (0x2000, 0x206F),
    (0x2070, 0x208E),
    (0x20AC, 0x20AC),
    (0x2113, 0x2122),
    (0x2150, 0x215E),
    (0x2190, 0x2199),
    (0x2202, 0x2265),
    (0x25A0, 0x25FF),
    (0x2713, 0x2713),
)

# ss01 and ss04 give l a tail and I serifs, so that l, I and 1 never look alike; zero strokes the 0 of
# identifiers.
FEATURES = ("ccmp", "locl", "kern", "mark", "mkmk", "liga", "pnum", "ss01", "ss04", "zero")

STAMP = "source-sans.stamp"


def prepare_fonts(target: Path) -> bool:
    """Writes every cut as `.woff2` and `.ttf` into `target`; returns False when they were there already.

    Safe to run from two processes at once: each file arrives under its final name whole or not at all,
    and the stamp is written last.
    """
    recipe = _recipe()
    stamp = target / STAMP
    if stamp.is_file() and stamp.read_text(encoding="ascii") == recipe and all(_written(target)):
        return False
    target.mkdir(parents=True, exist_ok=True)
    source = Path(str(files("font_source_sans_pro") / "files"))
    for stem, (name, _, _) in CUTS.items():
        _cut(source / name, target / stem)
    shutil.copyfile(source / "LICENSE.txt", target / "source-sans-licence.txt")
    stamp.write_text(recipe, encoding="ascii")
    return True


def print_font_faces(prepared: Path) -> str:
    """The `@font-face` rules for the PDF renderer, with the addresses of the `.ttf` files in `prepared`."""
    return "\n".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{(prepared / stem).with_suffix(".ttf").resolve().as_uri()}") format("truetype"); }}'
        for stem, (_, weight, style) in CUTS.items()
    )


def _recipe() -> str:
    return hashlib.sha256(repr((sorted(CUTS.items()), LETTERS, FEATURES)).encode()).hexdigest()


def _written(target: Path) -> list[bool]:
    return [(target / f"{stem}{suffix}").is_file() for stem in CUTS for suffix in (".woff2", ".ttf")]


def _cut(source: Path, destination: Path) -> None:
    options = Options()
    options.layout_features = list(FEATURES)
    options.hinting = False  # screens and PDF readers place these letters well without, at half the weight
    font = TTFont(source)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[point for first, last in LETTERS for point in range(first, last + 1)])
    subsetter.subset(font)
    for suffix, flavor in ((".ttf", None), (".woff2", "woff2")):
        font.flavor = flavor
        unfinished = destination.with_suffix(f"{suffix}.{os.getpid()}")
        font.save(unfinished)
        unfinished.replace(destination.with_suffix(suffix))
