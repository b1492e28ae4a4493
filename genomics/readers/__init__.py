"""Files in: from what a laboratory sends to typed samples, or to a sentence that says what to do."""

from genomics.readers.errors import ReadError, ReadErrorCode
from genomics.readers.files import read_samples
from genomics.readers.identity import concordance, fingerprint, genetic_sex
from genomics.readers.recognition import FileKind, Recognition, recognise
from genomics.readers.vcf import read_vcf
from genomics.readers.vouching import absent_as_reference

__all__ = [
    "FileKind",
    "ReadError",
    "ReadErrorCode",
    "Recognition",
    "absent_as_reference",
    "concordance",
    "fingerprint",
    "genetic_sex",
    "read_samples",
    "read_vcf",
    "recognise",
]
