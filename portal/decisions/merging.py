"""Two people's changes to one decision, laid over each other: no text is lost, and who changed what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]
Leaves = dict[Path, Any]


@dataclass(frozen=True)
class Merged:
    """`conflicts` are places both changed, each to something else; `theirs` what only the other one changed."""

    content: dict[str, Any]
    conflicts: tuple[Path, ...]
    theirs: tuple[Path, ...]


def leaves(content: Mapping[str, Any], before: Path = ()) -> Leaves:
    """Every place with a value of its own. A figure is one place: half of one and half of another is no figure.

    >>> leaves({"a": {"b": "x"}, "f": {"known": True, "low": 1}})
    {('a', 'b'): 'x', ('f',): {'known': True, 'low': 1}}
    """
    found: Leaves = {}
    for name, value in content.items():
        if isinstance(value, Mapping) and "known" not in value and value:
            found |= leaves(value, (*before, name))
        else:
            found[(*before, name)] = value
    return found


def grown(found: Leaves) -> dict[str, Any]:
    """The other way round."""
    content: dict[str, Any] = {}
    for path, value in found.items():
        place = content
        for name in path[:-1]:
            kept = place.get(name)
            if not isinstance(kept, dict):
                kept = place[name] = {}
            place = kept
        # An empty mapping stands only where nothing grew meanwhile.
        if value != {} or path[-1] not in place:
            place[path[-1]] = value
    return content


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], current: Mapping[str, Any]) -> Merged:
    """What I made of `base`, laid over what it has become meanwhile."""
    was, wanted, now = leaves(base), leaves(mine), leaves(current)
    result, conflicts, theirs = dict(now), [], []
    for path in {**wanted, **was}:
        if wanted.get(path) == was.get(path) and (path in wanted) == (path in was):
            continue
        untouched = now.get(path) == was.get(path) and (path in now) == (path in was)
        if not untouched and now.get(path) != wanted.get(path):
            conflicts.append(path)
        if path in wanted:
            result[path] = wanted[path]
        else:
            result.pop(path, None)
    theirs = [path for path in {**now, **was} if now.get(path) != was.get(path) and path not in conflicts]
    return Merged(grown(result), tuple(conflicts), tuple(theirs))
