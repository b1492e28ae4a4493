"""Every operation the API describes, sent whatever its description allows and much that it does not: never a crash.

The operations are read from the OpenAPI document itself, so a new one is tried without a line here. Each is tried by
somebody not signed in (refused), by a stranger with another person's ids (not found), by everybody with odd values.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.api import actions as tokens
from tests.people import Clinic, make_clinic

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
EXAMPLES, THOROUGH = 100, 2_000
ODD = [
    "", " ", "0", "-1", "9" * 400, "1e400", "NaN", "null", "[]", "{}", "true", "%00", "\x00", "\u202e", "\ud7ff",
    "é" * 300, "'; DROP TABLE x; --", "../../etc/passwd", "{{7*7}}", "<script>", "2026-02-30", "0001-01-01",
    "9999-12-31", "a" * 5_000, "00000000-0000-0000-0000-000000000000", "\r\nSet-Cookie: a=b", "١٢٣", "＠",
]  # fmt: skip


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    parts: tuple[str, ...]
    questions: tuple[str, ...]
    fields: tuple[str, ...]
    multipart: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations() -> list[Operation]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return [
        _operation(schema, method, path, told)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
        if method in METHODS
    ]


def _operation(schema: dict[str, Any], method: str, path: str, told: dict[str, Any]) -> Operation:
    parameters = told.get("parameters", [])
    content = told.get("requestBody", {}).get("content", {})
    fields: set[str] = set()
    for body in content.values():
        shape = body["schema"]
        if "$ref" in shape:
            shape = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
        fields |= set(shape.get("properties", {}))
    return Operation(
        method,
        path,
        tuple(each["name"] for each in parameters if each["in"] == "path"),
        tuple(each["name"] for each in parameters if each["in"] == "query"),
        tuple(sorted(fields)),
        "multipart/form-data" in content,
    )


OPERATIONS = operations()
OPEN = {"/api/schema/", "/api/docs/"}
"""Described for everybody, and hold nothing about anybody."""


def known(clinic: Clinic) -> dict[str, Any]:
    """Ada's ids, by the name they have in an address."""
    return {
        "order_id": clinic.order.pk,
        "file_id": clinic.file.pk,
        "interpretation_id": clinic.interpretation.pk,
        "report_id": clinic.report.pk,
    }


def address(operation: Operation, ids: dict[str, Any]) -> str:
    path = operation.path
    for part in operation.parts:
        path = path.replace(f"{{{part}}}", str(ids.get(part, uuid.uuid4())))
    return path


def test_the_description_names_operations_and_their_ids() -> None:
    assert len(OPERATIONS) >= 12
    assert {part for operation in OPERATIONS for part in operation.parts} <= set(known(make_clinic()))


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_nobody_gets_in_without_signing_in(operation: Operation) -> None:
    clinic = make_clinic()
    for heads in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic YTpi"}, {"Cookie": "sessionid=x"}):
        for method in METHODS:
            answer = getattr(Client(headers=heads), method)(address(operation, known(clinic)))
            if operation.path in OPEN:
                assert answer.status_code < 500
            else:
                assert answer.status_code in (401, 403), (method, answer.status_code)
                assert clinic.ada.record_number.encode() not in answer.content


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.parts], ids=str)
def test_what_is_somebody_elses_is_not_found(operation: Operation) -> None:
    clinic = make_clinic()
    for user in clinic.strangers().values():
        client = Client()
        client.force_login(user)
        for method in METHODS:
            answer = getattr(client, method)(address(operation, known(clinic)))
            assert answer.status_code in (403, 404, 405) or method == "options", (method, answer.status_code)
            assert clinic.ada.record_number.encode() not in answer.content


def values() -> st.SearchStrategy[Any]:
    """A value for a field or a question: an odd one, some text, or another kind of thing."""
    text = st.text(max_size=30)
    return st.sampled_from(ODD) | text | st.integers() | st.booleans() | st.floats() | st.lists(text, max_size=2)


def clients(clinic: Clinic) -> Iterator[Client]:
    for user in (clinic.ada_user, clinic.clinician, clinic.laboratory_user, clinic.operator):
        client = Client(raise_request_exception=False)
        client.force_login(user)
        yield client
    _token, text = tokens.issue_token(clinic.operator, clinic.laboratory_user, "fuzz")
    yield Client(raise_request_exception=False, headers={"Authorization": f"Bearer {text}"})


def as_text(value: Any) -> str | list[str]:
    return [str(one) for one in value] if isinstance(value, list) else str(value)


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.path not in OPEN], ids=str)
def test_no_value_makes_it_crash(operation: Operation, request: pytest.FixtureRequest) -> None:
    clinic = make_clinic()
    everybody = list(clients(clinic))
    ids = known(clinic)
    real = {"patient": str(clinic.ada.pk), "order": str(clinic.order.pk), "laboratory": str(clinic.laboratory.pk)}

    @settings(
        max_examples=THOROUGH if request.config.getoption("--thorough") else EXAMPLES,
        deadline=None, database=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def never_crashes(data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(everybody))
        asked = {name: data.draw(values()) for name in (*operation.questions, "page", "format", "search")}
        sent = {name: data.draw(st.sampled_from([real.get(name, "x")]) | values()) for name in operation.fields}
        method = data.draw(st.sampled_from([operation.method, operation.method, *METHODS]))
        path = address(operation, ids if data.draw(st.booleans()) else {})
        if method == "get":
            answer = client.get(path, {name: as_text(value) for name, value in asked.items()})
        elif operation.multipart and method == "post" and data.draw(st.booleans()):
            facts = {name: as_text(value) for name, value in sent.items() if name != "file"}
            content = data.draw(st.binary(max_size=200) | st.just(b"##fileformat=VCFv4.2\n"))
            facts["file"] = SimpleUploadedFile(
                data.draw(st.sampled_from(["x.vcf", "é\u202e.vcf", "a" * 300])), content
            )
            answer = client.post(path, facts)
        else:
            body = data.draw(
                st.sampled_from([json.dumps(sent), "{", "", "[]", "null", "\x00", '{"a":' * 400, "<a/>"])
            )
            kinds = ["application/json", "text/xml", "multipart/form-data", "application/x-www-form-urlencoded", "x"]
            answer = client.generic(method.upper(), path, body, content_type=data.draw(st.sampled_from(kinds)))
        assert answer.status_code < 500, (method, path, asked, sent)

    never_crashes()
