"""From the laboratory's upload to a page the clinician can read, and to the PDF, on an idle queue."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.figures import percentile
from benchmarks.installation import installation
from tests.installation import prepare, send
from tests.stack import Client, Stack

FILES = 50
WARMING = 4  # the first files load the workers' modules


def measure(stack: Stack) -> None:
    to_page: list[float] = []
    to_pdf: list[float] = []
    laboratory, clinician = Client(stack), Client(stack)
    prepared = prepare(stack, FILES + WARMING)
    clinician.sign_in(prepared.clinician, prepared.password)
    for number, order in enumerate(prepared.orders):
        start = time.perf_counter()
        answer = send(laboratory, prepared, order)
        assert answer.status == 201, answer.text[:1000]
        report = ""
        while not report:
            listed = json.loads(clinician.get("/api/v1/reports/").body)
            if listed["count"] > number:
                report = listed["results"][0]["id"]
            assert time.perf_counter() - start < 60, "no report within a minute"
        assert clinician.get(f"/reports/{report}/review/").status == 200
        page = time.perf_counter() - start
        while clinician.get(f"/reports/{report}/review/draft.pdf").status != 200:
            assert time.perf_counter() - start < 60, "no PDF within a minute"
            time.sleep(0.01)
        pdf = time.perf_counter() - start
        if number >= WARMING:
            to_page.append(page)
            to_pdf.append(pdf)
    print(f"\n### Upload to report, {FILES} small files one after another, Redis and 2 prefork workers\n")
    print("| what | median | p95 | goal |\n|---|---|---|---|")
    for what, values, goal in (("to a readable page", to_page, "p95 ≤ 0.5 s"), ("to the PDF", to_pdf, "p95 ≤ 1.5 s")):
        print(f"| {what} | {statistics.median(values):.2f} s | {percentile(values, 0.95):.2f} s | {goal} |")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), "portal.settings.production") as stack:
        measure(stack)
