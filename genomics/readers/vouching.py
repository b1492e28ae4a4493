"""Positions without a row are read as the reference of the file's own assembly, where whoever asks vouches for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from genomics.model import Assembly, Call, CallStatus, Caveat, Position, Sample


def absent_as_reference(sample: Sample, positions: Iterable[Position]) -> Sample:
    """The sample with every absent position filled in; rows that could not be used stay unused."""
    is_on_37 = sample.assembly is Assembly.GRCH37
    missing = {
        place.site: Call(CallStatus.TESTED, (place.reference_grch37 if is_on_37 else place.reference,) * 2)
        for place in positions
        if place.site not in sample.calls
    }
    if not missing:
        return sample
    caveats = (*sample.caveats, Caveat.ABSENT_READ_AS_REFERENCE)
    return replace(sample, calls={**sample.calls, **missing}, caveats=caveats)
