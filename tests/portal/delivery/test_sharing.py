"""Sharing a report with another doctor: by link and code, read-only, seen by the patient, over in time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk import errors
from consent.desk.actions import give
from consent.desk.queries import permission
from consent.ledger.models import Decision
from portal.access.decide import decide
from portal.access.models import AccessEvent, Outcome
from portal.delivery import actions, recalling, sharing
from portal.delivery.models import Share, Withdrawal
from portal.people.models import User
from tests.people import PASSWORD, allow
from tests.portal.delivery.conftest import Ward
from tests.portal.delivery.test_signing import shown
from tests.road import run_jobs

DOCTOR = {"doctor": "Dr Nora Outside", "email": "nora@example.org", "days": 7}


@pytest.fixture
def released(ward: Ward) -> Ward:
    cache.clear()
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    ward.draft.refresh_from_db()
    return ward


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def understood(ward: Ward) -> None:
    """The questions of the group, answered rightly once."""
    from consent.desk import understanding
    from consent.desk.queries import current_text

    text = current_text("family.00000000-0000-0000-0000-000000000000", ward.patient.language)
    assert understanding.answer(ward.account, ward.patient, text.scope, understanding.right_answers(text)).passed


def shared(ward: Ward, **facts: Any) -> tuple[Share, str, str]:
    """The share, its link and its code."""
    understood(ward)
    mail.outbox.clear()
    share = sharing.prepare(ward.account, ward.draft, **{**DOCTOR, **facts})
    code = sharing.give(ward.account, share, site="https://portal.example.org/")
    share.refresh_from_db()
    link = re.search(r"https://portal\.example\.org(\S+)", str(mail.outbox[-1].body))
    assert link is not None
    return share, link.group(1), code


def let_in(ward: Ward, **facts: Any) -> tuple[Share, Client]:
    share, link, code = shared(ward, **facts)
    guest = Client()
    answer = guest.post(link, {"code": code})
    assert answer.status_code == 302, answer.content
    return share, guest


def page(share: Share) -> str:
    return reverse("shared:report", args=[share.pk])


def paper(share: Share) -> str:
    return reverse("shared:pdf", args=[share.pk])


def test_the_patient_goes_the_whole_way_on_the_pages(released: Ward) -> None:
    client = signed_in(released.account)
    report = client.get(reverse("delivery:report", args=[released.draft.pk]))
    address = reverse("delivery:share", args=[released.draft.pk])
    assert address in report.content.decode()
    answer = client.post(address, DOCTOR)
    agree = answer.url
    assert Share.objects.get().given_at is None and not mail.outbox, "nothing opens before the yes"
    asked = client.get(agree).content.decode()
    assert "Dr Nora Outside" in asked and "1 week" in asked
    right = {"people-who": "0", "people-back": "1", "people-know": "0"}
    assert client.post(agree, {**right, "people-know": "1"}).status_code == 200
    assert Share.objects.get().given_at is None, "not before the questions were answered rightly"
    done = client.post(agree, right, follow=True).content.decode()
    code = re.search(r": ([A-Z2-9]{8})\. It is shown", done)
    assert code is not None and code.group(1) not in str(mail.outbox[-1].body)
    assert code.group(1) not in client.get(address).content.decode(), "shown once"
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[-1].body))
    assert link is not None
    guest = Client()
    assert guest.post(link.group(1), {"code": code.group(1)}).status_code == 302
    assert guest.get(page(Share.objects.get())).status_code == 200


def test_the_mail_and_the_addresses_say_nothing_about_health_or_the_patient(released: Ward) -> None:
    share, link, _code = shared(released)
    told = f"{mail.outbox[-1].subject} {mail.outbox[-1].body} {page(share)} {paper(share)}"
    assert mail.outbox[-1].to == ["nora@example.org"]
    for word in ("Rosa", "Alvarez", "gene", "medicine", "report", "CYP", "clopidogrel", "Okafor", "record"):
        assert word.lower() not in told.lower(), word
    assert str(share.pk) not in link


def test_the_guest_reads_the_page_and_the_pdf_and_the_patient_sees_it(released: Ward) -> None:
    run_jobs()
    share, guest = let_in(released)
    read = guest.get(page(share))
    assert read.status_code == 200 and "Dr Nora Outside" in read.content.decode()
    assert "noindex" in read.headers["X-Robots-Tag"] and read.headers["Cache-Control"] == "no-store"
    assert 'name="robots"' in read.content.decode()
    taken = guest.get(paper(share))
    assert b"".join(taken.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    log = signed_in(released.account).get(reverse("access:log")).content.decode()
    assert "Dr Nora Outside, with whom you shared, read a report." in log
    assert "Dr Nora Outside, with whom you shared, took a copy of a report." in log
    assert "You shared it on" in log
    look = AccessEvent.objects.filter(action="open.share", outcome=Outcome.PERMIT).first()
    event = permission(released.patient, sharing.scope_of(share)).event
    assert look is not None and event is not None and str(event.id) in look.consent_events


def test_there_is_nothing_to_do_but_read(released: Ward) -> None:
    share, guest = let_in(released)
    for address in (page(share), paper(share)):
        assert guest.post(address).status_code == 405
    for address in (
        reverse("delivery:report", args=[released.draft.pk]),
        reverse("delivery:report_list"),
        reverse("consent:choices"),
        reverse("delivery:share", args=[released.draft.pk]),
    ):
        assert guest.get(address).status_code == 302, "to sign in: the guest is nobody elsewhere"
    body = guest.get(page(share)).content.decode()
    assert str(released.draft.pk) not in body and str(released.patient.record_number) not in body.split("<main")[0]


def withdraw_yes(ward: Ward, share: Share) -> None:
    allow(ward.patient, sharing.scope_of(share), Decision.WITHDRAW)


def withdraw_pgx(ward: Ward, share: Share) -> None:
    allow(ward.patient, "pgx", Decision.WITHDRAW)


def one_press(ward: Ward, share: Share) -> None:
    answer = signed_in(ward.account).post(reverse("delivery:end_share", args=[share.pk]), follow=True)
    assert "The report is closed for them." in answer.content.decode()
    assert "Not all of it is closed" not in answer.content.decode()


def taken_back(ward: Ward, share: Share) -> None:
    recalling.withdraw(ward.clinician, ward.draft, Withdrawal.Reason.LABORATORY, "")


def account_closed(ward: Ward, share: Share) -> None:
    User.objects.filter(pk=ward.account.pk).update(is_active=False)


def died(ward: Ward, share: Share) -> None:
    type(ward.patient).objects.filter(pk=ward.patient.pk).update(frozen_at=timezone.now())


def replaced(ward: Ward, share: Share) -> None:
    type(ward.draft).objects.filter(pk=ward.draft.pk).update(status="replaced")


ENDS: list[Callable[[Ward, Share], None]] = [
    withdraw_yes,
    withdraw_pgx,
    one_press,
    taken_back,
    account_closed,
    died,
    replaced,
]


@pytest.mark.parametrize("ends", ENDS, ids=lambda ends: ends.__name__)
def test_it_ends_at_the_next_look(released: Ward, ends: Callable[[Ward, Share], None]) -> None:
    run_jobs()
    share, guest = let_in(released)
    assert guest.get(page(share)).status_code == 200
    ends(released, share)
    assert guest.get(page(share)).status_code == guest.get(paper(share)).status_code == 404


@pytest.mark.parametrize("days", sharing.DAYS)
def test_it_ends_by_time_alone(released: Ward, days: int) -> None:
    share, guest = let_in(released, days=days)
    event = permission(released.patient, sharing.scope_of(share)).event
    assert event is not None and event.expires_at is not None
    assert abs(event.expires_at - timezone.now() - timedelta(days=days)) < timedelta(minutes=5)
    account, end = released.account, event.expires_at
    assert decide(account, "open.share", share, at=end - timedelta(seconds=1))
    assert not decide(account, "open.share", share, at=end + timedelta(seconds=1))
    allow(released.patient, sharing.scope_of(share), expires_at=timezone.now() - timedelta(seconds=1))
    assert guest.get(page(share)).status_code == 404


def test_every_refusal_looks_the_same(released: Ward) -> None:
    share, link, code = shared(released)
    unknown = reverse("shared:open", args=["x" * 43])
    ended, over_link, over_code = shared(released, email="b@example.org")
    sharing.end(released.account, ended)
    used, used_link, used_code = shared(released, email="c@example.org")
    assert Client().post(used_link, {"code": used_code}).status_code == 302
    tries = {
        "wrong code": (link, "WRONG234"),
        "unknown link": (unknown, code),
        "ended": (over_link, over_code),
        "used before": (used_link, used_code),
    }
    for address, _code in tries.values():
        assert Client().get(address).status_code == 200, "the page is the same for every link"
    answers = {why: Client().post(address, {"code": "ABCD2345"}) for why, (address, _code) in tries.items()}
    answers |= {f"{why}, right": Client().post(address, {"code": tried}) for why, (address, tried) in tries.items()}
    assert {answer.status_code for answer in answers.values()} == {422}
    bodies = {re.sub(rb'(value=|Token": )"[^"]*"', b"", answer.content) for answer in answers.values()}
    assert len(bodies) == 1
    closed = [Client().get(page(one)) for one in (share, ended, used)]
    closed += [Client().get(reverse("shared:report", args=["00000000-0000-4000-8000-000000000000"]))]
    assert {answer.status_code for answer in closed} == {404}
    bodies = {re.sub(rb'(value=|Token": )"[^"]*"', b"", answer.content) for answer in closed}
    assert len(bodies) == 1


def test_five_wrong_codes_close_the_link(released: Ward) -> None:
    _share, link, code = shared(released)
    for _ in range(5):
        assert Client().post(link, {"code": "WRONG234"}).status_code == 422
    assert Client().post(link, {"code": code}).status_code == 422
    denied = AccessEvent.objects.filter(action="open.share", outcome=Outcome.DENY)
    assert denied.filter(reason="refused_code").count() == 5
    log = signed_in(released.account).get(reverse("access:log")).content.decode()
    assert "tried to open a report that was shared" in log and "with whom you shared" not in log


def test_many_codes_from_one_address_are_slowed_down(released: Ward) -> None:
    answers = [Client().post(reverse("shared:open", args=["x" * 43]), {"code": "A"}).status_code for _ in range(12)]
    assert answers[0] == 422 and answers[-1] == 429


def test_another_browser_reads_nothing_and_another_share_neither(released: Ward) -> None:
    share, guest = let_in(released)
    other, _other_guest = let_in(released, email="b@example.org")
    assert Client().get(page(share)).status_code == 404
    secret = guest.cookies["shared"].value
    stolen = Client()
    stolen.cookies["shared"] = secret
    assert stolen.get(page(other)).status_code == 404
    cookie = guest.cookies["shared"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == page(share)


def test_nothing_that_opens_is_kept_readable(released: Ward) -> None:
    share, link, code = shared(released)
    row = Share.objects.filter(pk=share.pk).values("link_hash", "code_hash", "reader_hash").get()
    token = link.rstrip("/").rpartition("/")[2]
    assert token not in str(row) and code not in str(row)


def test_only_the_patient_shares_and_ends(released: Ward) -> None:
    share, _guest = let_in(released)
    from django.http import Http404

    for user in (released.clinician, released.counsellor, released.stranger):
        with pytest.raises(Http404):
            sharing.prepare(user, released.draft, **DOCTOR)  # type: ignore[arg-type]
        with pytest.raises(Http404):
            sharing.end(user, share)
        assert signed_in(user).get(reverse("delivery:share", args=[released.draft.pk])).status_code == 404


def test_not_to_oneself_and_not_for_other_times(released: Ward) -> None:
    client = signed_in(released.account)
    address = reverse("delivery:share", args=[released.draft.pk])
    own = client.post(address, {**DOCTOR, "email": released.account.email.replace("@", "+x@")})
    assert own.status_code == 422 and "your own address" in own.content.decode()
    assert client.post(address, {**DOCTOR, "days": 365}).status_code == 422
    assert not Share.objects.exists()


def test_a_yes_to_sharing_is_given_nowhere_else_and_never_without_an_end(released: Ward) -> None:
    share, _guest = let_in(released)
    scope = sharing.scope_of(share)
    sharing.end(released.account, share)
    with pytest.raises(errors.CannotBeSwitched):
        give(released.account, released.patient, scope)
    client = signed_in(released.account)
    assert client.get(reverse("consent:decide", args=[scope])).status_code == 404
    seen = client.get(reverse("consent:choice", args=[scope]))
    assert seen.status_code == 200 and "Dr Nora Outside" in seen.content.decode()
    assert client.post(reverse("delivery:agree", args=[share.pk])).status_code == 302
    assert not permission(released.patient, scope).permitted


def test_the_consent_pages_name_the_doctor_and_take_it_back(released: Ward) -> None:
    share, guest = let_in(released)
    client = signed_in(released.account)
    scope = sharing.scope_of(share)
    assert "Dr Nora Outside" in client.get(reverse("consent:choices")).content.decode()
    told = client.post(reverse("consent:choice", args=[scope]), {"answer": "withdraw"}, follow=True)
    assert "The report is closed for them." in told.content.decode()
    assert guest.get(page(share)).status_code == 404


def test_a_pdf_the_doctor_saved_stands_in_the_statement_of_effect(released: Ward) -> None:
    run_jobs()
    share, guest = let_in(released)
    assert guest.get(paper(share)).status_code == 200
    event = sharing.end(released.account, share)
    assert event is not None
    told = signed_in(released.account).get(reverse("consent:effect", args=[event.id])).content.decode()
    assert "Dr Nora Outside, with whom you shared it, saved on" in told


def test_a_mail_that_cannot_be_sent_shares_nothing(released: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    understood(released)
    share = sharing.prepare(released.account, released.draft, **DOCTOR)  # type: ignore[arg-type]

    def away(*_facts: object, **_named: object) -> None:
        raise OSError

    monkeypatch.setattr(sharing, "send_letter", away)
    with pytest.raises(sharing.ShareRefused):
        sharing.give(released.account, share, site="https://portal.example.org/")
    assert not permission(released.patient, sharing.scope_of(share)).permitted
    assert not sharing.may_open(Share.objects.get())
