"""The API's description as a page of our own: the same OpenAPI document that machines read, laid out for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """One parameter, or one part of a thing. `thing` names the thing it holds, when it holds one."""

    name: str
    kind: str
    thing: str
    required: bool
    about: str


@dataclass(frozen=True)
class Answer:
    status: str
    thing: str
    about: str


@dataclass(frozen=True)
class Operation:
    code: str
    method: str
    path: str
    about: str
    parameters: tuple[Field, ...]
    takes: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Thing:
    name: str
    about: str
    fields: tuple[Field, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Description:
    title: str
    about: str
    version: str
    operations: tuple[Operation, ...]
    things: tuple[Thing, ...]


@cache
def description() -> Description:
    """Read off the OpenAPI document. Made once: it follows from the code alone."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    about = document["info"]
    return Description(
        title=about["title"],
        about=about.get("description", ""),
        version=about["version"],
        operations=tuple(_operations(document["paths"])),
        things=tuple(_thing(name, schema) for name, schema in document["components"].get("schemas", {}).items()),
    )


def _operations(paths: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in paths.items():
        for method in METHODS:
            if method not in methods:
                continue
            row = methods[method]
            yield Operation(
                code=row["operationId"],
                method=method.upper(),
                path=path,
                about=row.get("description", ""),
                parameters=tuple(
                    _field(part["name"], part["schema"], part.get("required", False), part.get("description", ""))
                    for part in row.get("parameters", [])
                ),
                takes=_thing_in(row.get("requestBody", {})),
                answers=tuple(
                    Answer(str(status), _thing_in(answer), answer.get("description", ""))
                    for status, answer in row["responses"].items()
                ),
            )


def _thing(name: str, schema: Mapping[str, Any]) -> Thing:
    required = schema.get("required", [])
    return Thing(
        name=name,
        about=schema.get("description", ""),
        fields=tuple(_field(key, part, key in required) for key, part in schema.get("properties", {}).items()),
        choices=tuple(str(choice) for choice in schema.get("enum", [])),
    )


def _field(name: str, schema: Mapping[str, Any], required: bool, about: str = "") -> Field:
    kind = schema.get("format") or schema.get("type", "")
    if schema.get("type") == "array":
        kind = "list"
    return Field(name, kind, _reference(schema), required, about or schema.get("description", ""))


def _thing_in(body: Mapping[str, Any]) -> str:
    """The thing a request or an answer holds; nothing for a bare file."""
    return next((_reference(part.get("schema", {})) for part in body.get("content", {}).values()), "")


def _reference(schema: Mapping[str, Any]) -> str:
    for inner in (schema, schema.get("items", {}), *schema.get("allOf", []), *schema.get("oneOf", [])):
        if "$ref" in inner:
            return str(inner["$ref"].rpartition("/")[2])
    return ""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "api/description.html", {"description": description()})
