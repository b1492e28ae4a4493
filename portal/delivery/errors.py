"""Why an act of delivery was refused, as a code. The sentence for each code stands in the page templates."""

from enum import StrEnum


class Refusal(StrEnum):
    CHANGED = "changed"  # the draft or a note is no longer what the signer saw
    ALREADY_SIGNED = "already_signed"
    REPLACED = "replaced"  # a report of a later file on the same order was signed meanwhile
    TAKEN_BACK = "taken_back"  # nobody may rely on it: it is not put into another language either
    CONSENT_MISSING = "consent_missing"
    NOT_READY = "not_ready"  # nothing has been composed yet
    NOT_CHECKED = "not_checked"  # the box that says "I have checked the draft" was left empty
    EMPTY_NOTE = "empty_note"
    UNKNOWN_MEDICINE = "unknown_medicine"
    LONG_NOTE = "long_note"
    OPEN_ALREADY = "open_already"  # the patient may read it: it cannot be kept back any more
    HOLD_TOO_LONG = "hold_too_long"
    NOT_THEIRS_TO_OPEN = "not_theirs_to_open"  # the patient did not ask to open it together
    UNKNOWN_LANGUAGE = "unknown_language"
    WRONG_KIND = "wrong_kind"  # such a note has no place here
    NO_REASON = "no_reason"  # an act that is told to the patient needs a reason
    NOT_SIGNED = "not_signed"  # only a signed report can be amended or taken back
    HIGH_IMPACT = "high_impact"  # a grave warning is never left out
    TWICE = "twice"  # the report has a card for this medicine already


class DeliveryRefused(Exception):
    """The act was not done and nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
