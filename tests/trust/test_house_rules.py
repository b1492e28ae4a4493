"""The project's own rules about source catch what they are for, and the source keeps them."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house_rules
from tests.house_rules import EXCEPTIONS, ROOT, RULES, Rule, findings, findings_in

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_the_rule_catches_its_sample_and_leaves_the_other_alone(rule: Rule) -> None:
    assert rule.name in {name for name, _line in findings_in(rule.catches, rule.suffix)}
    assert rule.name not in {name for name, _line in findings_in(rule.leaves, rule.suffix)}


def test_there_are_enough_rules_and_each_says_why() -> None:
    assert len(RULES) >= 15
    assert all(len(rule.why.split()) > 3 for rule in RULES.values())


def test_the_source_keeps_them() -> None:
    assert [str(finding) for finding in findings()] == []


def test_every_exception_has_a_reason_and_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(len(reason.split()) > 4 for reason in EXCEPTIONS.values())
    monkeypatch.setattr(house_rules, "EXCEPTIONS", EXCEPTIONS | {("nothing_is_printed", "portal/urls.py"): "none"})
    (finding,) = findings()
    assert finding.path == "portal/urls.py" and "no longer needed" in finding.why


def test_the_deployment_check_has_nothing_to_say(tmp_path: Path) -> None:
    """With the settings of a clinic's installation, and nothing set but what must be."""
    master = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "portal.example.org",
        "PORTAL_MASTER_KEYS": f"first:{master}",
        "PORTAL_VAR": str(tmp_path),
    }
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
