"""Which rooms each role finds in the navigation."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.home.queries import waiting_for_review
from portal.people.models import Role, User

Place = tuple[str, str | Promise]

PLACES: dict[str, tuple[Place, ...]] = {
    Role.PATIENT: (
        ("home", _("Start")),
        ("delivery:report_list", _("My reports")),
        ("results:file_list", _("My files")),
        ("consent:choices", _("What I allow")),
        ("access:log", _("Who looked")),
    ),
    Role.CLINICIAN: (
        ("home", _("Work queue")),
        ("results:file_list", _("Files")),
        ("results:order", _("Order a test")),
        ("delivery:report_list", _("Signed reports")),
    ),
    Role.COUNSELLOR: (
        ("home", _("Work queue")),
        ("results:file_list", _("Files")),
        ("delivery:report_list", _("Signed reports")),
    ),
    Role.LABORATORY: (
        ("home", _("Start")),
        ("results:upload", _("Send a file")),
        ("results:file_list", _("Files we sent")),
    ),
    Role.PRIVACY_OFFICER: (
        ("home", _("Start")),
        ("access:log", _("Access log")),
    ),
    Role.OPERATOR: (
        ("home", _("Start")),
        ("admin:index", _("Administration")),
    ),
    Role.RESEARCHER: (("home", _("Start")),),
}


@dataclass(frozen=True)
class NavigationItem:
    label: str | Promise
    url: str
    current: bool
    badge: int = 0


def navigation(user: User, path: str) -> list[NavigationItem]:
    """The places of the user's role, in order. At most one query (a clinician's badge)."""
    items = []
    for name, label in PLACES[user.role]:
        url = reverse(name)
        current = path == url or (name != "home" and path.startswith(url))
        badge = waiting_for_review(user) if name == "home" and user.role == Role.CLINICIAN else 0
        items.append(NavigationItem(label, url, current, badge))
    return items
