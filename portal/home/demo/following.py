"""A whole decision of the demonstration: prepared, made together, planned, and looked back at after three months.

Every act is the room's own, by the person whose act it is, and stands in the access log when it was done: at the
start of the demonstration. No past is made up there. That the talk was three months ago is said in the words alone;
so the questions of two weeks and of three months are both due at once, and the second one is left to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.decisions import actions, preparing, starters
from portal.decisions.content import Aid
from portal.decisions.following import actions as following
from portal.decisions.following import upkeep
from portal.decisions.following.diary_rules import Severity
from portal.decisions.following.models import LookBack, LookBackKind
from portal.decisions.following.reminder_times import EVERY_DAY, Rhythm
from portal.decisions.instruments import ready, talk
from portal.decisions.models import Decision, JointDecision, Preparation, Role
from portal.home.demo.choosing import MEDICINE
from portal.home.demo.clinic import Clinic
from portal.people.models import User
from portal.reports.models import Report

CHOSEN = "prasugrel"
BRUISES_SINCE = timedelta(days=5)
NOSEBLEEDS_SINCE = timedelta(days=20)


@dataclass(frozen=True)
class Story:
    """What a made-up person says, in the language they speak."""

    before: str
    why: str
    cue: str
    act: str
    obstacle: str
    instead: str
    week: str
    bruises: str
    nosebleeds: str
    nosebleeds_note: str
    after_two_weeks: str


STORIES = {
    "en": Story(
        before="I want to be sure that it works. I do not mind a new pill.",
        why=(
            "Made up for the demonstration: talked over about three months ago, written down today. "
            "It works without this gene, and it stays one pill a day."
        ),
        cue="When I sit down to breakfast",
        act="take my pill with the first glass of water",
        obstacle="If I sleep away from home",
        instead="take the small box from my bag",
        week="I was at my sister's and the box was at home.",
        bruises="Small bruises on my legs",
        nosebleeds="My nose bleeds a little in the morning",
        nosebleeds_note="It stops within a few minutes.",
        after_two_weeks="I have got used to it.",
    ),
    "es": Story(
        before="Quiero estar segura de que funciona. No me importa tomar otra pastilla.",
        why=(
            "Inventado para la demostración: se habló hace unos tres meses y se anota hoy. "
            "Funciona sin este gen, y sigue siendo una pastilla al día."
        ),
        cue="Cuando me siento a desayunar",
        act="tomo mi pastilla con el primer vaso de agua",
        obstacle="Si duermo fuera de casa",
        instead="saco la cajita de mi bolso",
        week="Estaba en casa de mi hermana y la cajita estaba en la mía.",
        bruises="Moratones pequeños en las piernas",
        nosebleeds="Me sangra un poco la nariz por la mañana",
        nosebleeds_note="Se para en unos minutos.",
        after_two_weeks="Ya me he acostumbrado.",
    ),
}


def follow_through(clinic: Clinic, report: Report) -> None:
    """From the signed report to the question of three months: all of it or nothing. Again, it changes nothing."""
    patient = report.patient
    account = patient.account
    assert account is not None
    if not JointDecision.objects.filter(decision__patient=patient).exists():
        with transaction.atomic():
            joint = _choose(clinic, account, report)
            _live_with(account, joint)
            _look_back(account, joint)
    print(f"  ✓ {patient.full_name} chose together with {clinic.clinician.name}, has a plan and a diary", flush=True)
    print(
        "  ✓ both questions are due at once here: after two weeks (answered), after three months (waits)", flush=True
    )


def _choose(clinic: Clinic, account: User, report: Report) -> JointDecision:
    patient, language = report.patient, report.patient.language
    told, aid = STORIES[language], starters.shipped(MEDICINE, language)
    assert aid is not None
    decision = actions.open_decision(clinic.clinician, patient, report=report, medicine=MEDICINE, language=language)
    edition = actions.release(clinic.clinician, decision, 1)
    _prepare(account, decision, aid, told)
    facts = {key: question.right for key, question in aid.questions.items()}
    preparing.answer_about_facts(account, decision, edition, facts)
    preparing.answer_ready(account, decision, language, dict.fromkeys(ready(language).items, True))
    joint = actions.record(
        clinic.clinician,
        decision,
        option=CHOSEN,
        why=told.why,
        own_words=told.before,
        prepared=Preparation.objects.get(decision=decision).version,
    )
    preparing.rate(account, joint, language, dict.fromkeys(talk(language).items, 4))
    return joint


def _prepare(account: User, decision: Decision, aid: Aid, told: Story) -> None:
    preparing.say_what_matters(account, decision, aid, {"clots": 10, "bleeding": 5, "once": 7})
    preparing.choose_role(account, decision, Role.TOGETHER)
    preparing.say_in_own_words(account, decision, told.before, seen="")


def _live_with(account: User, joint: JointDecision) -> None:
    """The plan, a time for the person's own calendar, a week, and what is felt: one thing asks the team to look."""
    told, today = STORIES[joint.decision.language], timezone.localdate()
    plan = following.write_plan(
        account, joint, cue=told.cue, act=told.act, obstacle=told.obstacle, instead=told.instead, version=0
    )
    following.remind(account, plan, Rhythm(time(8), EVERY_DAY, settings.TIME_ZONE, first=today), by_mail=False)
    following.say_how_it_goes(
        account, joint, missed_days=1, reasons=["forgot"], words=told.week, new_problem=True, sent_once=uuid4()
    )
    for what, words, since in (
        (told.bruises, "", BRUISES_SINCE),
        (told.nosebleeds, told.nosebleeds_note, NOSEBLEEDS_SINCE),
    ):
        following.note(
            account,
            joint.decision.patient,
            symptom=None,
            what=what,
            since=today - since,
            severity=Severity.A_BIT,
            words=words,
            sent_once=uuid4(),
        )


def _look_back(account: User, joint: JointDecision) -> None:
    upkeep.begin_look_backs()
    rows = LookBack.objects.filter(joint_decision=joint)
    rows.update(due_at=timezone.now())  # when it is asked, not what anybody did
    following.look_back(
        account,
        rows.get(kind=LookBackKind.TWO_WEEKS),
        still_right="yes",
        same_again="",
        words=STORIES[joint.decision.language].after_two_weeks,
        wants_to_talk=False,
    )
