"""Ready-made sentences that a clinician may start a note from, in the language of the report."""

from django.utils import translation
from django.utils.translation import gettext_lazy as _

SNIPPETS = (
    _("Please do not stop or change a medicine on your own. Call us first."),
    _("Show this report to each doctor and to your pharmacist."),
    _("We will talk about this at your next visit."),
    _("You can go on as you do now."),
    _("We will look for another medicine that fits you."),
    _("We will start with a low dose and look at how you feel."),
)


def snippets(language: str) -> list[str]:
    with translation.override(language):
        return [str(sentence) for sentence in SNIPPETS]
