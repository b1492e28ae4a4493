"""Why a file is refused, held or waiting: every reason of this room with its one sentence, saying what to do.

The sentences are read by laboratories, clinicians and patients alike, so none of them tells what the clinic knows.
Reasons that come from reading a file bring the reader's own sentence with them, which names lines and numbers in
English; the sentences here say the same by kind, for whoever reads another language.

A row keeps its sentence in the language of the source (`source`). It is put into the reader's language when it is
shown (`in_words`), never when it is written: whoever sends a file and whoever looks at it may read two languages.
"""

from __future__ import annotations

from django.utils.translation import get_language, gettext, gettext_lazy
from django.utils.translation import gettext_noop as _

# Held: a person has to look.
IDENTIFIER_MISMATCH = "identifier_mismatch"
CHOOSE_SAMPLE = "choose_sample"
SAMPLE_MISSING = "sample_missing"
SEX_MISMATCH = "sex_mismatch"
REPEAT_MISMATCH = "repeat_mismatch"
SAME_GENOME = "same_genome"
HOLDS = (IDENTIFIER_MISMATCH, CHOOSE_SAMPLE, SAMPLE_MISSING, SEX_MISMATCH, REPEAT_MISMATCH, SAME_GENOME)
SAMPLE_HOLDS = (CHOOSE_SAMPLE, SAMPLE_MISSING)

EXPLANATIONS: dict[str, str] = {
    IDENTIFIER_MISMATCH: _(
        "The name, number or birth date sent with the file is not the one on the order. "
        "The clinic has to check whose file it is before anyone reads it. "
        "If something was mistyped, the laboratory can send the right ones without sending the file again."
    ),
    CHOOSE_SAMPLE: _("The file holds more than one sample. Choose the one that is this person."),
    SAMPLE_MISSING: _("The file does not hold the sample that was named. Choose one that is in the file."),
    SEX_MISMATCH: _(
        "The sex seen in the file is not the one in the clinic's record. The clinic has to check whose file it is."
    ),
    REPEAT_MISMATCH: _(
        "The file does not match an earlier file of the same person. The clinic has to check whose file it is."
    ),
    SAME_GENOME: _(
        "The file matches a file that is kept for someone else. The clinic has to check whose file it is."
    ),
    "no_consent": _("The file is kept and has not been read. It waits for the person to say yes."),
    "nothing_tested": _(
        "The file holds none of the places that this test looks at. Ask the laboratory for a file that does."
    ),
    "refused_on_review": _("The clinic looked at the file and did not accept it. Send a new file or ask the clinic."),
    "gave_up": _(
        "We tried three times to read the file and could not finish. The file is kept. "
        "Please tell the clinic's support team."
    ),
    "not_accepted_on_hold": _("The file is no longer on hold. Load the page again to see where it stands."),
    "too_large": _("The file is larger than we can take. Send only the regions that were asked for."),
    "busy": _("The site is very busy just now. The file was not kept. Wait a minute and send it again."),
    "unknown_accession": _(
        "We have no order with this number for your laboratory. Check the number on the request and send it again."
    ),
    "identifiers_missing": _(
        "Give the birth date, and the family name or the record number, as they stand on the request."
    ),
    "accession_taken": _("This laboratory already has an order with this number. Use another number."),
    "not_a_sample": _("This sample is not in the file. Choose one of the samples in the list."),
    "too_many_corrections": _(
        "The name, number or birth date was changed too often. The clinic now has to check whose file it is. "
        "Please call the clinic."
    ),
    "closing_note_missing": _("Write why nobody need look at this file any more."),
    "not_older": _("This file was read with the newest tables already, or is being read now."),
    "not_stopped": _("This file has not stopped. Load the page again to see where it stands."),
    "bcf": _("This is a BCF file. We read VCF files. Turn it into VCF (with bcftools view) and send it again."),
    "empty": _("The file is empty. Check it on your side and send it again."),
    "other": _("This is not a VCF file. Send the variant file (VCF 4, plain or compressed with gzip or bgzip)."),
    "no_samples": _("The VCF file has no samples. Ask for a file with genotypes and send that."),
    "other_assembly": _("The file says one build, GRCh37 or GRCh38, but shows the other. Ask for a corrected file."),
    # Kinds of the reader's own refusals (`genomics.readers.ReadErrorCode`).
    "not_found": _("We could not find the file. Send it again."),
    "not_vcf": _("The file is not a whole VCF file. Send the complete VCF file."),
    "not_read_yet": _("We cannot read this kind of file yet. Send a VCF file."),
    "truncated": _("The file stops in the middle. Copy or download it again, and then send it."),
    "corrupt": _("The file is damaged. Copy or download it again, and then send it."),
    "sample_named_twice": _("Two samples in the file have the same name. Ask the laboratory for a corrected file."),
    "too_many_samples": _("The file holds too many samples. Send the part with the one that is this person."),
    "assembly_unknown": _("The file does not show if it was made on GRCh37 or GRCh38. Ask for a file that says so."),
    "reference_disagrees": _("The file fits neither GRCh37 nor GRCh38, so we did not read it. Ask for a new file."),
    "no_genotypes": _("The file has no genotypes. Ask the laboratory for a VCF file with genotypes."),
    "malformed_line": _("A line of the file is not as it should be. Copy or download the file again, then send it."),
    "line_too_long": _("A line of the file is far too long for a VCF file. Ask for a standard VCF file."),
    "compression_bomb": _(
        "The compressed file grows far more than a VCF file does, so we did not read it. "
        "Send the file as the laboratory made it."
    ),
}

NOT_A_MEDICAL_TEST = gettext_lazy("This is not a medical test. Confirm it with your care team before you act on it.")


def explain(reason: str) -> str:
    """The sentence for a reason, in the language of whoever is asking."""
    return gettext(EXPLANATIONS[reason])


def source(reason: str) -> str:
    """The sentence for a reason as a row keeps it: in the language of the source, whoever is asking."""
    return EXPLANATIONS[reason]


def in_words(reason: str, kept: str) -> str:
    """The sentence a row keeps, in the language of whoever is asking."""
    if kept in EXPLANATIONS.values():
        return gettext(kept)
    english = (get_language() or "en").startswith("en")
    return explain(reason) if kept and reason in EXPLANATIONS and not english else kept


class NotAccepted(Exception):
    """An act that was not done, with a reason (code) and a sentence. No row was made and nothing was kept."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.explanation = explain(reason)
