"""The state of a consent is worked out from the acts, and every doubt is a no."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import uuid
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.ledger.fold import (
    GRACE,
    MaterialChange,
    State,
    Suspension,
    Terms,
    deciding_act,
    fold,
    permits,
    suspension,
)

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
IDS = [uuid.UUID(int=number) for number in range(1, 12)]
NO_TERMS = Terms()


@dataclass(frozen=True)
class Act:
    sequence: int
    decision: str
    at: datetime.datetime = NOW - HOUR
    expires_at: datetime.datetime | None = None
    id: uuid.UUID = dataclasses.field(default_factory=uuid.uuid4)
    corrects: uuid.UUID | None = None
    capacity: str = "self"
    capacity_basis: str = ""
    capacity_until: datetime.datetime | None = None
    template_version: str = "1.0"
    list_version: str = ""


def test_nobody_asked_is_not_a_yes() -> None:
    assert fold([], NOW) is State.NOT_ASKED
    assert not permits(fold([], NOW))


def test_the_last_act_counts() -> None:
    yes, no, back = Act(1, "permit"), Act(2, "deny"), Act(3, "withdraw")
    assert fold([yes], NOW) is State.PERMITTED
    assert fold([yes, no], NOW) is State.DENIED
    assert fold([yes, no, back], NOW) is State.WITHDRAWN
    assert fold([yes, no, back, Act(4, "permit")], NOW) is State.PERMITTED


def test_being_shown_a_text_decides_nothing() -> None:
    assert fold([Act(1, "shown")], NOW) is State.SHOWN
    assert fold([Act(1, "permit"), Act(2, "shown")], NOW) is State.PERMITTED
    assert fold([Act(1, "deny"), Act(2, "shown")], NOW) is State.DENIED


def test_not_understood_leads_to_a_counsellor_and_back_to_the_question() -> None:
    acts = [Act(1, "shown"), Act(2, "unclear")]
    assert fold(acts, NOW) is State.NEEDS_COUNSELLOR
    assert fold([*acts, Act(3, "counselled")], NOW) is State.SHOWN
    assert fold([*acts, Act(3, "counselled"), Act(4, "permit")], NOW) is State.PERMITTED
    assert fold([Act(1, "deny"), Act(2, "counselled")], NOW) is State.DENIED


def test_a_yes_ends_at_the_moment_it_expires() -> None:
    assert fold([Act(1, "permit", expires_at=NOW)], NOW) is State.EXPIRED
    assert fold([Act(1, "permit", expires_at=NOW + HOUR)], NOW) is State.PERMITTED


def test_an_expired_yes_does_not_bring_an_older_yes_back() -> None:
    assert fold([Act(1, "permit"), Act(2, "permit", expires_at=NOW - HOUR)], NOW) is State.EXPIRED


def test_an_act_after_the_moment_does_not_count() -> None:
    assert fold([Act(1, "permit", at=NOW + HOUR)], NOW) is State.NOT_ASKED
    assert fold([Act(1, "permit"), Act(2, "withdraw", at=NOW + HOUR)], NOW) is State.PERMITTED


def test_an_act_nobody_knows_is_a_no() -> None:
    assert fold([Act(1, "permit"), Act(2, "perhaps")], NOW) is State.DENIED


def test_only_permitted_permits() -> None:
    assert [state for state in State if permits(state)] == [State.PERMITTED]
    assert not permits("permitted-ish")  # type: ignore[arg-type]


def test_two_acts_in_the_same_place_are_a_no() -> None:
    for acts in itertools.permutations([Act(1, "permit"), Act(1, "deny")]):
        assert not permits(fold(acts, NOW))


def test_two_acts_that_claim_to_be_the_same_one_are_read_alike_in_any_order() -> None:
    one, other = Act(1, "permit", id=IDS[0], list_version="v1"), Act(1, "permit", id=IDS[0])
    states = {fold(acts, NOW) for acts in itertools.permutations([one, other])}
    assert len(states) == 1


def test_striking_out_a_no_does_not_bring_the_yes_back() -> None:
    yes, no = Act(1, "permit"), Act(2, "deny")
    assert fold([yes, no, Act(3, "in_error", corrects=no.id)], NOW) is State.ENTERED_IN_ERROR
    assert fold([yes, Act(2, "in_error", corrects=yes.id)], NOW) is State.ENTERED_IN_ERROR
    # An old act that decides nothing any more may be struck out; one that nobody knows is a doubt.
    assert fold([no, Act(3, "permit"), Act(4, "in_error", corrects=no.id)], NOW) is State.PERMITTED
    assert fold([yes, Act(2, "in_error", corrects=uuid.uuid4())], NOW) is State.ENTERED_IN_ERROR


def test_a_new_text_that_changes_what_is_allowed_suspends_after_the_time_of_grace() -> None:
    yes = Act(1, "permit", at=NOW - 40 * DAY)
    changed = Terms(changes=(MaterialChange("2.0", NOW - 31 * DAY),))
    assert fold([yes], NOW, changed) is State.SUSPENDED
    assert suspension(yes, NOW, changed) is Suspension.NEW_TEXT
    assert fold([yes], NOW - 31 * DAY + GRACE - HOUR, changed) is State.PERMITTED
    # The same version in another language, and a text that was there before the answer, change nothing.
    assert fold([yes], NOW, Terms(changes=(MaterialChange("1.0", NOW - 31 * DAY),))) is State.PERMITTED
    assert fold([yes], NOW, Terms(changes=(MaterialChange("0.9", NOW - 41 * DAY),))) is State.PERMITTED


def test_a_new_list_of_findings_suspends_at_once() -> None:
    yes = Act(1, "permit", list_version="v1")
    assert fold([yes], NOW, Terms(list_version="v1")) is State.PERMITTED
    assert fold([yes], NOW, Terms(list_version="v2")) is State.SUSPENDED


def test_a_parents_yes_ends_on_the_day_the_child_is_of_age() -> None:
    yes = Act(1, "permit", capacity="parent", capacity_basis="birth certificate", capacity_until=NOW)
    assert fold([yes], NOW - datetime.timedelta(seconds=1)) is State.PERMITTED
    assert fold([yes], NOW) is State.SUSPENDED


@pytest.mark.parametrize(
    ("capacity", "basis", "until"),
    [("parent", "", NOW + DAY), ("parent", "seen", None), ("guardian", "order", None), ("neighbour", "x", NOW + DAY)],
)
def test_a_signer_whose_footing_is_not_shown_cannot_permit(
    capacity: str, basis: str, until: datetime.datetime | None
) -> None:
    yes = Act(1, "permit", capacity=capacity, capacity_basis=basis, capacity_until=until)
    assert fold([yes], NOW) is State.SUSPENDED


def test_a_guardian_who_may_no_longer_decide_ends_the_yes_they_gave_and_no_other() -> None:
    yes = Act(1, "permit", capacity="guardian", capacity_basis="court order", capacity_until=NOW + DAY)
    lapsed = Act(2, "lapsed", corrects=yes.id)
    assert fold([yes, lapsed], NOW) is State.SUSPENDED
    assert fold([yes, lapsed, Act(3, "permit")], NOW) is State.PERMITTED
    assert fold([yes, Act(2, "permit"), Act(3, "lapsed", corrects=yes.id)], NOW) is State.PERMITTED
    assert fold([Act(1, "deny"), Act(2, "lapsed", corrects=uuid.uuid4())], NOW) is State.DENIED


MOMENTS = st.integers(-60, 10).map(lambda days: NOW + days * DAY)
ACT = st.builds(
    Act,
    sequence=st.integers(1, 8),
    decision=st.sampled_from(
        [
            "permit",
            "permit",
            "permit",
            "shown",
            "unclear",
            "counselled",
            "deny",
            "withdraw",
            "in_error",
            "lapsed",
            "unheard-of",
        ]
    ),
    at=MOMENTS,
    expires_at=st.none() | MOMENTS,
    id=st.sampled_from(IDS),
    corrects=st.none() | st.sampled_from(IDS),
    capacity=st.sampled_from(["self", "self", "parent", "attorney", "unheard-of"]),
    capacity_basis=st.sampled_from(["", "seen"]),
    capacity_until=st.none() | MOMENTS,
    template_version=st.sampled_from(["1.0", "2.0"]),
    list_version=st.sampled_from(["", "", "v1"]),
)
ACTS = st.lists(ACT, max_size=7)
TERMS = st.builds(
    Terms,
    list_version=st.sampled_from(["", "", "v1"]),
    changes=st.lists(st.builds(MaterialChange, st.sampled_from(["1.0", "2.0", "3.0"]), MOMENTS), max_size=2).map(
        tuple
    ),
)
REFUSALS = ["deny", "withdraw", "unclear", "unheard-of"]


def law_order(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """The order they are read in does not matter."""
    answers = {permits(fold(order, at, terms)) for order in itertools.islice(itertools.permutations(acts), 12)}
    assert len(answers) == 1


def law_later_refusal(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """A later refusal closes, whatever came before."""
    for decision in REFUSALS:
        assert not permits(fold([*acts, Act(99, decision, at=at)], at, terms))


def law_deny_is_monotone(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """Putting a refusal anywhere never opens what was closed."""
    for decision in ("deny", "withdraw", "unheard-of"):
        more = [*acts, dataclasses.replace(other, decision=decision, id=uuid.uuid4())]
        assert permits(fold(acts, at, terms)) or not permits(fold(more, at, terms))


def law_not_retroactive(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """What holds at a moment does not depend on anything after it."""
    later = dataclasses.replace(other, at=at + HOUR)
    changed = dataclasses.replace(terms, changes=(*terms.changes, MaterialChange("9.0", at + HOUR)))
    assert fold([*acts, later], at, changed) is fold(acts, at, terms)


def law_total(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """Every list of acts has a state, and the state is one we know."""
    assert isinstance(fold(acts, at, terms), State)


def law_empty(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """Without a yes there is no permit."""
    assert not permits(fold([act for act in acts if act.decision != "permit"], at, terms))


def law_end(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """Time alone never opens: what is closed stays closed until somebody acts."""
    known = [act for act in acts if act.at <= at]
    if not permits(fold(known, at, terms)):
        assert not permits(fold(known, at + 3 * DAY, terms))


def law_rests_on_one_yes(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """A permit rests on one act: an unexpired yes of someone who may decide, made by then, to these terms."""
    if permits(fold(acts, at, terms)):
        act = deciding_act(acts, at)
        assert act is not None and act.decision == "permit" and act.at <= at
        assert act.expires_at is None or act.expires_at > at
        assert act.capacity_until is None or act.capacity_until > at
        assert act.capacity == "self" or act.capacity_basis
        assert act.list_version == terms.list_version


def law_correction(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """Striking out any act never opens what was closed."""
    for decision in ("in_error", "lapsed"):
        struck = dataclasses.replace(other, sequence=99, at=at, decision=decision)
        assert permits(fold(acts, at, terms)) or not permits(fold([*acts, struck], at, terms))


def law_harder_terms(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
    """One more material change never opens."""
    harder = dataclasses.replace(terms, changes=(*terms.changes, MaterialChange("9.0", other.at)))
    assert permits(fold(acts, at, terms)) or not permits(fold(acts, at, harder))


LAWS = [value for name, value in sorted(globals().items()) if name.startswith("law_")]


def check(law: object, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None)
    @given(ACTS, TERMS, MOMENTS, ACT)
    def holds(acts: list[Act], terms: Terms, at: datetime.datetime, other: Act) -> None:
        law(acts, terms, at, other)  # type: ignore[operator]

    holds()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_law_holds(law: object) -> None:
    check(law, 300)


@pytest.mark.thorough
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_law_holds_ten_thousand_times(law: object) -> None:
    check(law, 10_000)
