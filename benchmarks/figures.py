"""Medians, percentiles and a table row: the little arithmetic that all benchmarks share."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, int(len(ordered) * share + 0.999999) - 1))]


def row(what: str, ours: float, peer_name: str, peer: float, goal: str) -> None:
    print(
        f"| {what} | {ours * 1000:.0f} ms | {peer_name} {peer * 1000:.0f} ms | {ours / peer:.2f} | {goal} |",
        flush=True,
    )


def head(title: str) -> None:
    print(f"\n### {title}\n\n| what | ours | peer | ratio | goal |\n|---|---|---|---|---|", flush=True)
