"""Reads our stylesheets the way the promises below need them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STYLES = ROOT / "static" / "css"
TEMPLATES = ROOT / "templates"


def read(name: str) -> str:
    """A stylesheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", (STYLES / name).read_text(encoding="utf-8"), flags=re.DOTALL)


def token_sets() -> dict[str, dict[str, str]]:
    """The colours of tokens.css: light, dark as the device asks for it, dark as the person chose it."""
    text = read("tokens.css")
    blocks = {
        "light": r":root \{(.*?)\}",
        "dark (device)": r':root:not\(\[data-theme="light"\]\) \{(.*?)\}',
        "dark (chosen)": r':root\[data-theme="dark"\] \{(.*?)\}',
    }
    sets = {}
    for name, pattern in blocks.items():
        found = re.search(pattern, text, flags=re.DOTALL)
        assert found, f"tokens.css has no {name} set"
        sets[name] = dict(re.findall(r"--([\w-]+):\s*([^;]+);", found.group(1)))
    return sets


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two `#RRGGBB` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
