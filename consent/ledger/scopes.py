"""What can be allowed, each thing on its own: the list in `scopes.toml`, typed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PARTS = {
    "person": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "class": r"[a-z_]{1,12}",
    "variant": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "mondo": r"MONDO:[0-9]{7}",
    "share": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
}


class UnknownScope(KeyError):
    """Nobody can be asked about this."""


@dataclass(frozen=True)
class Scope:
    """`kind` is the code in the list; `code` is that, completed with whom or what it is about."""

    code: str
    kind: str
    group: str
    names: tuple[str, ...] = ()
    list_version: str = ""
    duo: str = ""
    duo_absent: str = ""
    for_whom: str = ""
    stands_on: str = "consent"
    asked_elsewhere: bool = False

    @property
    def about(self) -> str:
        """Whom or what a named scope is about, as a code; empty for the others."""
        return self.code.removeprefix(self.kind).removeprefix(".")

    @property
    def can_be_switched(self) -> bool:
        """Whether an answer changes anything; care that rests on law is only explained."""
        return self.stands_on == "consent"


@cache
def kinds() -> tuple[Scope, ...]:
    """Every row of the list, in the order a person meets them."""
    groups = tomllib.loads((Path(__file__).parent / "scopes.toml").read_text(encoding="utf-8"))
    return tuple(
        Scope(
            code=row["code"],
            kind=row["code"],
            group=group,
            names=tuple(row.get("names", ())),
            list_version=row.get("list", ""),
            duo=row.get("duo", ""),
            duo_absent=row.get("duo_absent", ""),
            for_whom=row.get("for_whom", ""),
            stands_on=row.get("stands_on", "consent"),
            asked_elsewhere=row.get("asked_elsewhere", False),
        )
        for group, content in groups.items()
        for row in content["scopes"]
    )


def groups() -> tuple[str, ...]:
    return tuple(dict.fromkeys(scope.group for scope in kinds()))


def scope(code: str) -> Scope:
    """The scope a code means, e.g. `pgx` or `research.ds.MONDO:0005148`. Raises `UnknownScope`."""
    for kind in kinds():
        pattern = re.escape(kind.kind) + "".join(rf"\.{_PARTS[name]}" for name in kind.names)
        if re.fullmatch(pattern, code):
            return Scope(**{**vars(kind), "code": code})
    raise UnknownScope(code)


def kind_of(code: str) -> Scope:
    """The row of the list a code belongs to, also when it still lacks its name. Raises `UnknownScope`."""
    return next((kind for kind in kinds() if kind.kind == code), None) or scope(code)


def asked_of_everyone(*, child: bool) -> tuple[Scope, ...]:
    """The scopes that need no further name, for a person of that age."""
    unfit = "adult" if child else "child"
    return tuple(kind for kind in kinds() if not kind.names and kind.for_whom != unfit)
