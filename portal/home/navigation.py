"""Which rooms each role finds in the navigation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.desk.queries import open_tasks_for
from portal.delivery.queries import to_review
from portal.people.models import Role, User


@dataclass(frozen=True)
class Place:
    """A page in the navigation, and the pages that are reached through it."""

    view: str
    label: str | Promise
    leads_to: tuple[str, ...] = ()


_SHARING = ("delivery:share", "delivery:agree")
_REPORTS = ("delivery:report", "delivery:pdf", "delivery:when", "delivery:when_for", "delivery:release", *_SHARING)
_FILES = ("results:file", "results:send_for", "results:order")
_REVIEWING = ("review", "note", "option", "sign", "amend", "withdraw")
_QUEUE = Place("home", _("Work queue"), tuple(f"delivery:{step}" for step in _REVIEWING))
_START = Place("home", _("Start"))
_SIGNED = Place("delivery:report_list", _("Signed reports"), _REPORTS)

_MESSAGES = Place(
    "contact:threads",
    _("Messages"),
    tuple(f"contact:{page}" for page in ("write", "write_to", "thread", "appointment", "questions")),
)

_MEDICINES = tuple(f"medicines:{page}" for page in ("ask", "reactions", "body", "card"))
_AFTER_A_CHOICE = tuple(
    f"following:{page}"
    for page in ("start", "plan", "reminder", "check", "check_kept", "diary", "entry", "look_back", "tasks", "person")
)
_DECISIONS = Place(
    "decisions:list",
    _("Decisions"),
    tuple(
        f"decisions:{page}"
        for page in ("new", "show", "facts", "matters", "order", "ready", "end", "visit", "talk", "edit")
    )
    + _AFTER_A_CHOICE,
)

_STEPS = ("choices", "choice", "understand", "decide", "effect")
_TEXTS = ("consent:write_text", "consent:text_draft")
_CHOICES = tuple(f"consent:{space}{step}" for space in ("", "for:") for step in _STEPS)
_PATIENTS = Place("access:patients", _("Patients"))
_DESK = Place("consent:desk", _("Consent"), ("consent:guardianship", "consent:texts", *_TEXTS))
_LEAVING = Place("rights:desk", _("Leaving and keeping"))

PLACES: dict[str, tuple[Place, ...]] = {
    Role.PATIENT: (
        _START,
        Place("delivery:report_list", _("My reports"), _REPORTS),
        Place("medicines:mine", _("My medicines"), _MEDICINES),
        _DECISIONS,
        _MESSAGES,
        Place("results:files", _("My files"), (*_FILES, "results:send")),
        Place("consent:choices", _("What I allow"), _CHOICES),
        Place("access:log", _("Who looked"), ("access:helpers", "access:accept", "consent:let_help")),
    ),
    Role.CLINICIAN: (
        _QUEUE,
        _PATIENTS,
        Place("results:files", _("Files and orders"), _FILES),
        _SIGNED,
        _DECISIONS,
        _MESSAGES,
        _DESK,
        _LEAVING,
        Place("access:emergency", _("Emergency")),
    ),
    Role.COUNSELLOR: (
        _QUEUE,
        _PATIENTS,
        Place("results:files", _("Files"), _FILES),
        _SIGNED,
        _DECISIONS,
        _MESSAGES,
        _DESK,
        _LEAVING,
    ),
    Role.LABORATORY: (
        _START,
        Place("results:send", _("Send a file")),
        Place("results:files", _("Files we sent"), _FILES),
    ),
    Role.PRIVACY_OFFICER: (
        _START,
        Place("access:log", _("Access log")),
        Place("access:reviews", _("To look into")),
        Place("consent:texts", _("Consent texts"), _TEXTS),
        Place("consent:find_record", _("Entered in error"), ("consent:corrections",)),
        _LEAVING,
    ),
    Role.OPERATOR: (_START, Place("admin:index", _("Administration"))),
    Role.RESEARCHER: (_START,),
}


@dataclass(frozen=True)
class NavigationItem:
    label: str | Promise
    url: str
    current: bool
    badge: int = 0


def navigation(user: User, here: str) -> list[NavigationItem]:
    """The places of the user's role, in order; `here` is the name of the page's view. One badge at most."""
    items = list(_items(user.role, here))
    if user.role in _BADGES:
        marked, count = _BADGES[user.role]
        place = PLACES[user.role].index(marked)
        items[place] = replace(items[place], badge=count(user))
    return items


def waiting_for_review(user: User) -> int:
    """How many results wait for this clinician: one, in however many languages it is written."""
    return to_review(user).order_by().values("interpretation").distinct().count()


def waiting_for_talk(user: User) -> int:
    """How many people need a talk, or something else of the desk, from this counsellor or whoever comes first."""
    return open_tasks_for(user).filter(Q(counsellor=None) | Q(counsellor=user)).count()


_BADGES: dict[str, tuple[Place, Callable[[User], int]]] = {
    Role.CLINICIAN: (_QUEUE, waiting_for_review),
    Role.COUNSELLOR: (_DESK, waiting_for_talk),
}


@cache
def _items(role: str, here: str) -> tuple[NavigationItem, ...]:
    """The same for everyone of a role: put together once for each page."""
    return tuple(
        NavigationItem(
            label=place.label, url=reverse(place.view), current=here == place.view or here in place.leads_to
        )
        for place in PLACES[role]
    )
