"""Why something was not kept, as a code. The sentence for each code stands with the forms."""

from enum import StrEnum


class Refusal(StrEnum):
    EMPTY = "empty"
    CHANGED_MEANWHILE = "changed_meanwhile"
    NO_MAIL = "no_mail"
    NO_DAY = "no_day"
    TOO_MANY = "too_many"
    FUTURE = "future"
    ANSWERED = "answered"


class FollowRefused(Exception):
    """Nothing was kept."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
