"""The API describes itself without a warning, and the page that shows it asks nothing of other origins."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.test import Client


def test_the_description_is_valid_and_without_warnings(tmp_path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    assert "/api/v1/result-files/" in (tmp_path / "schema.yml").read_text()


@pytest.mark.django_db
def test_the_page_loads_only_our_own_files_and_nothing_inline() -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses and all(address.startswith("/") and not address.startswith("//") for address in addresses)
    assert "<style" not in page
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    script = Client().get(next(address for address in addresses if "script" in address and "docs" in address))
    assert script.status_code == 200
    assert "/api/schema/" in script.content.decode()
    assert Client().get("/api/schema/").status_code == 200
