"""A report's PDF from a warm worker, against Chromium's cold print of the same page; interleaved, median of each."""

from __future__ import annotations

import io
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.figures import head, percentile, row

ROUNDS = 12


def chromium_print(browser: str, page: Path, folder: Path) -> None:
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer", "--export-tagged-pdf",
         f"--print-to-pdf={folder / 'print.pdf'}", page.as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip


def pages(document: bytes) -> int:
    import pikepdf

    with pikepdf.open(io.BytesIO(document)) as pdf:
        return len(pdf.pages)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.testing")
    import django

    django.setup()
    from benchmarks.documents import report
    from portal.reports.render import render_html, render_pdf

    document = report()
    warm = render_pdf(document)
    browser = shutil.which("chromium")
    head(f"PDF/UA-1 of one report, {pages(warm)} pages, {ROUNDS} rounds")
    if browser is None:
        print("No Chromium on this machine: nothing to compare with.")
        return
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        render_pdf(document)
        ours.append(time.perf_counter() - start)
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "report.html"
            page.write_text(render_html(document))
            start = time.perf_counter()
            chromium_print(browser, page, Path(folder))
            theirs.append(time.perf_counter() - start)
    peer = statistics.median(theirs)
    row("PDF, warm worker, median", statistics.median(ours), "Chromium cold print", peer, "≤ 1.0")
    row("PDF, warm worker, p95", percentile(ours, 0.95), "Chromium cold print", peer, "p95 ≤ 1 s")
