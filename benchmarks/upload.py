"""From the laboratory's upload to a page the clinician can read, and to the PDF, on an idle queue."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.figures import percentile
from benchmarks.installation import installation, laboratory_token, orders
from tests.stack import Client, Stack

FILES = 50


def measure(stack: Stack) -> None:
    to_page: list[float] = []
    to_pdf: list[float] = []
    laboratory, reader = Client(stack), Client(stack)
    token = laboratory_token(stack)
    placed = orders(stack, FILES + 2)
    reader.sign_in(placed.clinician_email, placed.password)
    for number, order in enumerate(placed.orders):
        content = order.file.read_bytes()
        start = time.perf_counter()
        answer = laboratory.upload("/api/v1/result-files/", order.fields, "genome.vcf", content, Authorization=token)
        assert answer.status == 201, answer.text[:1000]
        file_id = json.loads(answer.body)["id"]
        page = pdf = 0.0
        while not pdf:
            state = json.loads(reader.get(f"/api/v1/reports/?result_file={file_id}").body)["results"]
            if state and not page and reader.get(f"/review/{state[0]['id']}/").status == 200:
                page = time.perf_counter() - start
            if state and state[0]["pdf"]:
                pdf = time.perf_counter() - start
            assert time.perf_counter() - start < 60, "no report within a minute"
            time.sleep(0.005)
        if number >= 2:  # the first ones warm the workers
            to_page.append(page)
            to_pdf.append(pdf)
    print(f"\n### Upload to report, {FILES} small files one after another, Redis and 2 prefork workers\n")
    print("| what | median | p95 | goal |\n|---|---|---|---|")
    for what, values, goal in (("to a readable page", to_page, "p95 ≤ 0.5 s"), ("to the PDF", to_pdf, "p95 ≤ 1.5 s")):
        print(f"| {what} | {statistics.median(values):.2f} s | {percentile(values, 0.95):.2f} s | {goal} |")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), "portal.settings.production") as stack:
        measure(stack)
