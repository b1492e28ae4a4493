"""Is this sample the person it is said to be? Compared with the clinic's record and with what was read before."""

from __future__ import annotations

from collections.abc import Mapping

from genomics.readers import concordance
from portal.people.models import Sex
from portal.results import explanations
from portal.results.models import FileStatus, ResultFile
from portal.sealing.fields import Erased

# Sites where at least one of the two is not reference. Real people carry about ten such sites in these genes, so this
# notices many swapped samples and not all; fewer sites would take unrelated people for one.
FEWEST_SITES = 10
# Two files of one person agree nearly everywhere; a few genotyping errors are expected.
LEAST_AGREEMENT = 0.9


def doubt(file: ResultFile, genetic_sex: str, fingerprint: Mapping[str, str]) -> str:
    """The reason to hold the file, or "" when there is none or a reviewer has accepted it before."""
    for reason, found in (
        (explanations.SEX_MISMATCH, _sex_differs(file, genetic_sex)),
        (explanations.REPEAT_MISMATCH, _differs_from_earlier(file, fingerprint)),
        (explanations.SAME_GENOME, _is_kept_for_someone_else(file, fingerprint)),
    ):
        if found and reason not in file.accepted_holds:
            return reason
    return ""


def _sex_differs(file: ResultFile, genetic_sex: str) -> bool:
    known = file.patient.sex
    return known != Sex.UNKNOWN and genetic_sex != "unknown" and genetic_sex != known


def _differs_from_earlier(file: ResultFile, fingerprint: Mapping[str, str]) -> bool:
    earlier = ResultFile.objects.filter(patient=file.patient_id, status=FileStatus.INTERPRETED).exclude(pk=file.pk)
    for other in earlier.select_related("patient"):
        compared, agreeing = concordance(fingerprint, other.fingerprint)
        if compared >= FEWEST_SITES and agreeing < LEAST_AGREEMENT * compared:
            return True
    return False


def _is_kept_for_someone_else(file: ResultFile, fingerprint: Mapping[str, str]) -> bool:
    others = (
        ResultFile.objects.select_related("patient")
        .exclude(patient=file.patient_id)
        .exclude(status=FileStatus.REFUSED)
    )
    if any(other.sample == file.sample for other in others.filter(sha256_lookup=file.sha256)):
        return True
    prints = others.only("fingerprint", "patient__subject").iterator(chunk_size=500)
    for other in prints:
        if isinstance(other.fingerprint, Erased):
            continue
        compared, agreeing = concordance(fingerprint, other.fingerprint)
        if compared >= FEWEST_SITES and agreeing == compared:
            return True
    return False
