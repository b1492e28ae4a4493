"""Reads a PDF back the way a reader's software does: the words of each page, and the tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pikepdf

_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


def _alphabet(font: pikepdf.Object) -> dict[int, str]:
    table = font.ToUnicode.read_bytes()
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in _PAIR.findall(block):
            found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return found


def page_texts(pdf: pikepdf.Pdf) -> list[str]:
    """The words of every page, spacing removed (letters are placed one by one on paper)."""
    return ["".join(_words(page)).replace(" ", "").replace("\xa0", "") for page in pdf.pages]


def _words(page: pikepdf.Page) -> Iterator[str]:
    fonts = {name: _alphabet(font) for name, font in page.Resources.Font.items()}
    alphabet: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            alphabet = fonts[str(operands[0])]
        elif str(operator) in ("TJ", "Tj"):
            for part in operands[0] if str(operator) == "TJ" else operands:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    for place in range(0, len(raw), 2):
                        yield alphabet.get(int.from_bytes(raw[place : place + 2], "big"), "")


def sizes(pdf: pikepdf.Pdf) -> set[float]:
    """In how many points the letters of all pages are set."""
    found: set[float] = set()
    for page in pdf.pages:
        size, kept, scale, scales = 0.0, 0.0, 1.0, []
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "q":
                    scales.append(scale)
                case "Q":
                    scale = scales.pop()
                case "cm":
                    scale *= abs(float(operands[3]))
                case "Tf":
                    size = float(operands[1])
                case "Tm":
                    kept = abs(float(operands[3]))
                case "TJ" | "Tj":
                    found.add(round(size * kept * scale, 1))
    return found


def tags(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every structure element, in reading order."""

    def walk(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
        if isinstance(element, pikepdf.Array):
            for child in element:
                yield from walk(child)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                yield element
            if "/K" in element:
                yield from walk(element.K)

    yield from walk(pdf.Root.StructTreeRoot.K)
