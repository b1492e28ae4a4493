"""Many clicks at the same moment: one line of acts, no fork, and the state of the last one."""

from __future__ import annotations

import itertools
import threading

import pytest
from django.db import connections

from consent.desk import actions
from consent.desk.queries import permission
from consent.ledger.chain import verify
from consent.ledger.models import ConsentEvent
from consent.ledger.standing import standing
from tests.people import make_clinic, say_yes

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, EACH = 8, 6


def test_fifty_answers_at_once_make_one_line_of_acts(settings, tmp_path) -> None:
    settings.CONSENT_ANCHORS = tmp_path / "anchors"
    clinic = make_clinic(consent=False)
    say_yes(clinic.ada_user, clinic.ada)
    failures: list[BaseException] = []

    def click(number: int) -> None:
        try:
            for turn in range(EACH):
                act = actions.give if (number + turn) % 2 else actions.withdraw
                act(clinic.ada_user, clinic.ada, "pgx")
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    events = list(ConsentEvent.objects.filter(subject=clinic.ada.subject))
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    assert verify(clinic.ada.subject) == [], "the anchor outside the database has kept up too"
    decisions = [event.decision for event in events]
    assert all(one != other for one, other in itertools.pairwise(decisions)), "no answer stands twice"
    assert standing(clinic.ada.subject, "pgx").permitted is (decisions[-1] == "permit")
    actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    assert not permission(clinic.ada, "pgx").permitted
