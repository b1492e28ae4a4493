"""Why something could not be sent, as a code. The sentence for each code stands with the forms."""

from enum import StrEnum


class Refusal(StrEnum):
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY_FILES = "too_many_files"
    FILE_TOO_LARGE = "file_too_large"
    UNKNOWN_FILE = "unknown_file"


class ContactRefused(Exception):
    """Nothing was sent and nothing was kept."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
