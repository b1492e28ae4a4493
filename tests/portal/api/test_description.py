"""The API describes itself without a warning, and the page that shows it asks nothing of other origins."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from playwright.sync_api import Browser

from portal.api.description import METHODS
from tests.browser import Visitor, browser, picture

__all__ = ["browser"]


def test_the_description_is_valid_and_without_warnings(tmp_path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    assert "/api/v1/result-files/" in (tmp_path / "schema.yml").read_text()


@pytest.mark.django_db
def test_the_page_names_every_operation_every_part_and_leads_to_each() -> None:
    page = Client().get("/api/docs/").content.decode()
    document = SchemaGenerator().get_schema(request=None, public=True)
    for path, methods in document["paths"].items():
        assert f"<code>{path}</code>" in page
        for method in set(methods) & set(METHODS):
            assert f'id="operation-{methods[method]["operationId"]}"' in page
    for name, thing in document["components"]["schemas"].items():
        part = page.partition(f'id="thing-{name}"')[2].partition("</article>")[0]
        assert part, name
        for field in thing.get("properties", {}):
            assert f"<code>{field}</code>" in part, (name, field)
    assert set(re.findall(r'href="#(thing-[^"]+)"', page)) <= set(re.findall(r'id="(thing-[^"]+)"', page))


@pytest.mark.django_db
def test_the_page_loads_only_our_own_files_and_nothing_inline() -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses and all(address.startswith(("/", "#")) and not address.startswith("//") for address in addresses)
    assert "<style" not in page
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert Client().get("/api/schema/").status_code == 200


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_has_no_accessibility_fault(browser: Browser, live_server: Any) -> None:
    visitor = Visitor(browser, live_server.url)
    visitor.page.goto("/api/docs/")
    picture(visitor.page, "api-docs")
    visitor.meets_the_baseline()
    visitor.leave()
