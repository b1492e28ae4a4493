"""Why an answer is not taken; each is a sentence on the page, never a dead end."""


class NotTaken(Exception):
    """The answer was not kept. Nothing has changed."""


class TextHasChanged(NotTaken):
    """The text on the page is no longer the current one: show the new text and ask again."""


class NotUnderstood(NotTaken):
    """The questions about this text have not been answered rightly yet, so there can be no yes."""


class CannotBeSwitched(NotTaken):
    """Rests on law or care: it is explained, and no answer is taken."""


class NotForThisPerson(NotTaken):
    """Asked only for a child, or only for an adult."""
