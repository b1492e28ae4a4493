"""A web process without pages: takes one JSON question per line and answers it, on the database of the workers."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

django.setup()


from portal.results.models import Finding, Interpretation, Job, ResultFile  # noqa: E402
from tests.genomes import vcf  # noqa: E402
from tests.portal.results.clinic import make_clinic  # noqa: E402


def send(sample: str) -> str:
    """A new patient's file arrives from their laboratory; returns its id."""
    return str(make_clinic().send(vcf(sample=sample)).file.pk)


def state(file: str) -> dict[str, Any]:
    """Where a file stands, and how often anything was written for it."""
    row = ResultFile.objects.get(pk=file)
    job = Job.objects.get(kind="interpret", target=file)
    findings = Finding.objects.filter(interpretation__result_file=file, kind="gene")
    return {
        "status": row.status,
        "reason": row.reason,
        "explanation": row.explanation,
        "job": job.status,
        "attempts": job.attempts,
        "interpretations": Interpretation.objects.filter(result_file=file).count(),
        "gene_findings": findings.count(),
        "genes": findings.values("subject", "source").distinct().count(),
    }


QUESTIONS = {"send": send, "state": state}

if __name__ == "__main__":
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(QUESTIONS[question.pop("ask")](**question)), flush=True)
