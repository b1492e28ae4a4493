"""The permission matrix: who may do what to which kind of thing, as data, read by engine, docs and tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.people.models import Role


class Relation(StrEnum):
    """How the person asking must stand to the thing asked about."""

    OWN = "own"  # it is about them
    CARES_FOR = "cares_for"  # they look after the patient now
    REPRESENTS = "represents"  # they may decide for the patient now, on a proven footing
    SENT = "sent"  # their laboratory was asked for it or sent it
    EMERGENCY = "emergency"  # they broke the glass for this patient and the hour is not over
    PROXY = "proxy"  # they help the patient, or may decide for them, and say that they read for them
    ANY = "any"  # no tie needed


class Purpose(StrEnum):
    """What it is for. Every rule has one; whoever asks for another purpose has no rule."""

    OWN_USE = "own_use"
    FAMILY = "family"
    CARE = "care"
    EMERGENCY = "emergency"
    OVERSIGHT = "oversight"
    OPERATIONS = "operations"


class Gate(StrEnum):
    """What else must be true of the thing itself."""

    RELEASED = "released"  # a clinician signed it and it has been released
    CURRENT = "current"  # released, and neither taken back nor replaced since


PGX = "pgx"
"""Consent scope: reading genes that change how medicines work."""

RAW_DOWNLOAD = "raw.download"
"""Consent scope: taking one's own gene file home."""


@dataclass(frozen=True)
class Resource:
    """One model of ours and how to find the patient and the laboratory behind a row of it.

    `patient` and `laboratory` are attribute paths from the row; "" is the row itself, None means there is none.
    """

    name: str
    model: str
    patient: str | None = None
    laboratory: str | None = None


RESOURCES: tuple[Resource, ...] = (
    Resource("user", "people.User"),
    Resource("laboratory", "people.Laboratory", laboratory=""),
    Resource("patient", "people.Patient", patient=""),
    Resource("care_relationship", "people.CareRelationship", patient="patient"),
    Resource("access_event", "access.AccessEvent", patient="patient"),
    Resource("break_glass", "access.BreakGlass", patient="patient"),
    Resource("question", "access.Question", patient="event.patient"),
    Resource("factor_recovery", "access.FactorRecovery"),
    Resource("identity_check", "access.IdentityCheck", patient="patient"),
    Resource("patient_invitation", "access.PatientInvitation", patient="patient"),
    Resource("email_change", "access.EmailChange"),
    Resource("notice_owed", "access.NoticeOwed", patient="patient"),
    Resource("proxy_grant", "people.ProxyGrant", patient="patient"),
    Resource("proxy_invitation", "people.ProxyInvitation", patient="patient"),
    Resource("seal", "access.Seal"),
    Resource("row_history", "access.RowHistory"),
    Resource("consent_event", "consent_ledger.ConsentEvent", patient="subject"),
    Resource("consent_template", "consent_ledger.ConsentTemplate"),
    Resource("template_approval", "consent_ledger.TemplateApproval"),
    Resource("comprehension_check", "consent_desk.ComprehensionCheck", patient="patient"),
    Resource("counsellor_task", "consent_desk.CounsellorTask", patient="patient"),
    Resource("consent_change", "consent_desk.ConsentChange", patient="patient"),
    Resource("guardianship", "consent_desk.Guardianship", patient="patient"),
    Resource("test_order", "results.TestOrder", patient="patient", laboratory="laboratory"),
    Resource("result_file", "results.ResultFile", patient="patient", laboratory="order.laboratory"),
    Resource("job", "results.Job"),
    Resource("interpretation", "results.Interpretation", patient="patient"),
    Resource("finding", "results.Finding", patient="interpretation.patient"),
    Resource("report", "reports.Report", patient="patient"),
    Resource("annotation", "delivery.Annotation", patient="report.patient"),
    Resource("sign_off", "delivery.SignOff", patient="report.patient"),
    Resource("release", "delivery.Release", patient="report.patient"),
    Resource("release_preference", "delivery.ReleasePreference", patient="patient"),
    Resource("hold", "delivery.Hold", patient="report.patient"),
    Resource("thread", "contact.Thread", patient="patient"),
    Resource("message", "contact.Message", patient="thread.patient"),
    Resource("attachment", "contact.Attachment", patient="message.thread.patient"),
    Resource("visit_question", "contact.VisitQuestion", patient="patient"),
    Resource("option_change", "delivery.OptionChange", patient="report.patient"),
    Resource("first_signature", "delivery.FirstSignature", patient="report.patient"),
    Resource("withdrawal", "delivery.Withdrawal", patient="report.patient"),
    Resource("share", "delivery.Share", patient="report.patient"),
    Resource("listed_medicine", "record.ListedMedicine", patient="patient"),
    Resource("reaction", "record.Reaction", patient="patient"),
    Resource("body_fact", "record.BodyFact", patient="patient"),
    Resource("decision", "decisions.Decision", patient="patient"),
    Resource("edition", "decisions.Edition", patient="decision.patient"),
    Resource("preparation", "decisions.Preparation", patient="decision.patient"),
    Resource("readiness_check", "decisions.ReadinessCheck", patient="decision.patient"),
    Resource("decision_task", "decisions.DecisionTask", patient="decision.patient"),
    Resource("joint_decision", "decisions.JointDecision", patient="decision.patient"),
    Resource("visit_rating", "decisions.VisitRating", patient="joint_decision.decision.patient"),
    Resource("plan", "following.Plan", patient="patient"),
    Resource("reminder", "following.Reminder", patient="plan.patient"),
    Resource("adherence_check", "following.AdherenceCheck", patient="patient"),
    Resource("symptom", "following.Symptom", patient="patient"),
    Resource("diary_entry", "following.DiaryEntry", patient="symptom.patient"),
    Resource("look_back", "following.LookBack", patient="patient"),
    Resource("follow_up_task", "following.FollowUpTask", patient="patient"),
    Resource("export", "rights.Export", patient="patient"),
    Resource("erasure", "rights.Erasure", patient="patient"),
    Resource("life_event", "rights.LifeEvent", patient="patient"),
    Resource("retention_rule", "rights.RetentionRule"),
    Resource("retention_due", "rights.RetentionDue", patient="patient"),
    Resource("machine_token", "api.MachineToken"),
    Resource("person_key", "sealing.PersonKey"),
    Resource("index_key", "sealing.IndexKey"),
)

ASKED_ABOUT: dict[str, tuple[str, ...]] = {
    "order.test_order": ("patient",),
    "upload.result_file": ("patient", "test_order", "result_file"),
    "give.consent_event": ("patient",),
    "refuse.consent_event": ("patient",),
    "withdraw.consent_event": ("patient",),
    "read.consent_event": ("patient", "consent_event"),
    "answer.comprehension_check": ("patient",),
    "open.counsellor_task": ("patient",),
    "record.guardianship": ("patient",),
    "read.access_event": ("patient", "access_event"),
    "invite.proxy_invitation": ("patient",),
    "ask.factor_recovery": ("user",),
    "record.identity_check": ("patient",),
    "invite.patient_invitation": ("patient",),
    "choose.release_preference": ("patient",),
    "open.release": ("report",),
    "place.hold": ("report",),
    "write.message": ("patient", "thread"),
    "write.visit_question": ("patient",),
    "write.listed_medicine": ("patient",),
    "read.listed_medicine": ("patient", "listed_medicine"),
    "ask.listed_medicine": ("patient",),
    "write.reaction": ("patient",),
    "read.reaction": ("patient", "reaction"),
    "write.body_fact": ("patient",),
    "read.body_fact": ("patient", "body_fact"),
    "open.decision": ("patient",),
    "record.joint_decision": ("decision",),
    "rate.visit_rating": ("joint_decision",),
    "write.plan": ("patient", "plan"),
    "write.reminder": ("patient", "reminder"),
    "write.adherence_check": ("patient", "adherence_check"),
    "write.diary_entry": ("patient", "diary_entry"),
    "read.plan": ("patient", "plan"),
    "read.adherence_check": ("patient", "adherence_check"),
    "read.diary_entry": ("patient", "diary_entry"),
    "read.look_back": ("patient", "look_back"),
    "make.export": ("patient",),
    "read.export": ("patient", "export"),
    "ask.erasure": ("patient",),
    "read.erasure": ("patient", "erasure"),
    "record.life_event": ("patient",),
    "read.life_event": ("patient", "life_event"),
}
"""Actions asked about something other than a row of their own resource; all others are asked about that row."""


YES_OF_ITS_OWN = {"open.share": "share"}
"""Actions that also need the patient's yes to exactly this row: the scope it completes."""

WRITTEN = (".thread", ".message", ".attachment", ".plan", ".reminder", ".adherence_check", ".symptom", ".diary_entry")
"""What patient and care team write to each other tells about the patient as a result does; so do plan and diary."""


@dataclass(frozen=True)
class Rule:
    """A role may do an action for a purpose, given a relation, a consent scope (if any) and a gate (if any)."""

    role: Role
    action: str
    relation: Relation
    consent: str | None = None
    gate: Gate | None = None

    @property
    def needs_identity(self) -> bool:
        """Whether somebody must have seen that the person is who they say, before they read about themselves
        or let somebody else read."""
        told = self.gate is not None or self.action.endswith((".export", *WRITTEN))
        return told and self.relation in (Relation.OWN, Relation.PROXY)

    @property
    def purpose(self) -> Purpose:
        """The purpose when none is named: it follows from who asks and by which tie."""
        match self.relation, self.role:
            case Relation.EMERGENCY, _:
                return Purpose.EMERGENCY
            case Relation.PROXY, _:
                return Purpose.FAMILY
            case _, Role.PATIENT:
                return Purpose.OWN_USE
            case _, Role.PRIVACY_OFFICER:
                return Purpose.OVERSIGHT
            case _, Role.OPERATOR:
                return Purpose.OPERATIONS
        return Purpose.CARE


COVERED: dict[str, str] = {
    "test_order": "files",
    "result_file": "files",
    "interpretation": "reports",
    "finding": "reports",
    "report": "reports",
    "annotation": "reports",
    "sign_off": "reports",
    "release": "reports",
    "option_change": "reports",
    "first_signature": "reports",
    "withdrawal": "reports",
}
"""The part of a record a resource belongs to. A helper needs a grant that covers it and the patient's yes to it; for
what is not named here, any part will do. Who decides for a patient needs neither."""


def _rules(
    actions: str, *cells: tuple[Role, Relation], consent: str | None = None, gate: Gate | None = None
) -> tuple[Rule, ...]:
    return tuple(
        Rule(role, action, relation, consent, gate) for action in actions.split() for role, relation in cells
    )


_PATIENT = (Role.PATIENT, Relation.OWN)
_REPRESENTATIVE = (Role.PATIENT, Relation.REPRESENTS)
_CLINICIAN = (Role.CLINICIAN, Relation.CARES_FOR)
_COUNSELLOR = (Role.COUNSELLOR, Relation.CARES_FOR)
_LABORATORY = (Role.LABORATORY, Relation.SENT)
_PRIVACY_OFFICER = (Role.PRIVACY_OFFICER, Relation.ANY)
_OPERATOR = (Role.OPERATOR, Relation.ANY)
_EMERGENCY = (Role.CLINICIAN, Relation.EMERGENCY)
_PROXY = (Role.PATIENT, Relation.PROXY)

_ABOUT_A_REPORT = "read.annotation read.sign_off read.release read.option_change read.first_signature read.withdrawal"

_ABOUT_A_DECISION = "read.decision read.edition read.preparation read.readiness_check read.joint_decision"

_AFTER_A_CHOICE = "read.plan read.adherence_check read.symptom read.diary_entry read.look_back"

RULES: tuple[Rule, ...] = (
    # Accounts and who cares for whom: operators, who see no health data.
    *_rules("administer.user administer.laboratory administer.care_relationship", _OPERATOR),
    *_rules("administer.machine_token read.job", _OPERATOR),
    # A lost second factor is taken off by two people: one asks, another knows who it is.
    *_rules("ask.factor_recovery", _OPERATOR),
    *_rules("approve.factor_recovery", _PRIVACY_OFFICER),
    # Patients.
    *_rules("read.patient read.care_relationship", _PATIENT, _CLINICIAN, _COUNSELLOR, _EMERGENCY, _PROXY),
    *_rules("register.patient", (Role.CLINICIAN, Relation.ANY), (Role.COUNSELLOR, Relation.ANY)),
    # An account of their own: staff who look after them make sure who it is, then tell the code.
    *_rules("record.identity_check invite.patient_invitation", _CLINICIAN, _COUNSELLOR),
    *_rules("read.identity_check", _PATIENT, _CLINICIAN, _COUNSELLOR, _PRIVACY_OFFICER),
    # Everything to take away; leaving, with a second person; moving and dying, each with a second person.
    *_rules("make.export read.export download.export", _PATIENT),
    *_rules("ask.erasure stop.erasure", _PATIENT),
    *_rules("read.erasure", _PATIENT, _COUNSELLOR, _PRIVACY_OFFICER),
    *_rules("confirm.erasure refuse.erasure", _COUNSELLOR, _PRIVACY_OFFICER),
    *_rules("record.life_event", _CLINICIAN, _COUNSELLOR),
    *_rules("read.life_event", _PATIENT, _CLINICIAN, _COUNSELLOR, _PRIVACY_OFFICER),
    *_rules("confirm.life_event reverse.life_event", _PRIVACY_OFFICER),
    # How long records are kept: set and asked by one, confirmed by another.
    *_rules("set.retention_rule read.retention_rule ask.retention_due keep.retention_due", _PRIVACY_OFFICER),
    *_rules("read.retention_due", _PRIVACY_OFFICER, (Role.COUNSELLOR, Relation.ANY)),
    *_rules("confirm.retention_due", (Role.COUNSELLOR, Relation.ANY)),
    # Breaking the glass opens one record for reading, for an hour. It stands in for the tie, never for the consent.
    *_rules("break.patient", (Role.CLINICIAN, Relation.ANY)),
    *_rules("read.break_glass", _PATIENT, _PRIVACY_OFFICER),
    *_rules("review.break_glass", _PRIVACY_OFFICER),
    # A proxy: the patient asks, the person accepts, the patient confirms; either ends it.
    *_rules("invite.proxy_invitation confirm.proxy_invitation", _PATIENT),
    *_rules("accept.proxy_invitation", (Role.PATIENT, Relation.ANY)),
    *_rules("end.proxy_grant", _PATIENT, _PROXY),
    *_rules("read.proxy_grant", _PATIENT, _PROXY, _CLINICIAN, _COUNSELLOR, _PRIVACY_OFFICER),
    # Consent: only the person decides, or who may decide for them. The privacy officer checks, the team sees what
    # holds and helps, and never answers.
    *_rules("give.consent_event refuse.consent_event withdraw.consent_event", _PATIENT, _REPRESENTATIVE),
    *_rules("answer.comprehension_check open.counsellor_task", _PATIENT, _REPRESENTATIVE),
    *_rules("read.consent_event", _PATIENT, _REPRESENTATIVE, _CLINICIAN, _COUNSELLOR, _PRIVACY_OFFICER),
    *_rules("correct.consent_event", _PRIVACY_OFFICER),
    *_rules("read.counsellor_task settle.counsellor_task", _COUNSELLOR, _CLINICIAN),
    *_rules("record.guardianship confirm.guardianship", _COUNSELLOR, _CLINICIAN),
    # The texts people are asked with: written by one, approved by another.
    *_rules("draft.consent_template", (Role.COUNSELLOR, Relation.ANY)),
    *_rules("approve.consent_template", _PRIVACY_OFFICER),
    # The access log.
    *_rules("read.access_event", _PATIENT, _PRIVACY_OFFICER),
    *_rules("question.access_event", _PATIENT),
    *_rules("read.question answer.question", _PRIVACY_OFFICER),
    # Orders and files. A file may arrive before the yes; nothing in it is read until then.
    *_rules("order.test_order", _CLINICIAN),
    *_rules("read.test_order", _PATIENT, _CLINICIAN, _COUNSELLOR, _LABORATORY, _EMERGENCY, _PROXY),
    *_rules("upload.result_file", _PATIENT, _CLINICIAN, _LABORATORY),
    *_rules("read.result_file", _PATIENT, _CLINICIAN, _COUNSELLOR, _LABORATORY, _EMERGENCY, _PROXY),
    *_rules("review.result_file", _CLINICIAN, _COUNSELLOR),
    *_rules("hide.result_file", _PATIENT),
    # The file itself: the patient alone, with a yes of its own.
    *_rules("download.result_file", _PATIENT, consent=RAW_DOWNLOAD),
    # What a file means: the team with the patient's yes; the patient when it has been signed and released.
    *_rules("read.interpretation read.finding", _CLINICIAN, _COUNSELLOR, _EMERGENCY, consent=PGX),
    *_rules("read.interpretation read.finding", _PATIENT, _PROXY, consent=PGX, gate=Gate.RELEASED),
    *_rules("read.report", _CLINICIAN, _COUNSELLOR, _EMERGENCY, consent=PGX),
    *_rules("read.report", _PATIENT, _PROXY, consent=PGX, gate=Gate.RELEASED),
    *_rules("download.report", _CLINICIAN, _COUNSELLOR, consent=PGX),
    *_rules("download.report", _PATIENT, _PROXY, consent=PGX, gate=Gate.RELEASED),
    *_rules("hide.report", _PATIENT, consent=PGX, gate=Gate.RELEASED),
    # Another doctor for a time: has no account and no role. What they open rests on the patient's own right to it,
    # and on the patient's yes to this one share; both are asked at every look. Ending it needs nothing.
    *_rules("share.report open.share", _PATIENT, consent=PGX, gate=Gate.CURRENT),
    *_rules("read.share end.share", _PATIENT),
    # When it opens: the patient's own choice; the clinic may keep it back for a time, and says so.
    *_rules("choose.release_preference", _PATIENT, _REPRESENTATIVE),
    *_rules("read.release_preference", _PATIENT, _REPRESENTATIVE, _CLINICIAN, _COUNSELLOR),
    *_rules("open.release", _PATIENT, _REPRESENTATIVE, _CLINICIAN, _COUNSELLOR, consent=PGX),
    *_rules("place.hold", _CLINICIAN),
    *_rules("read.hold", _PATIENT, _CLINICIAN, _COUNSELLOR),
    # What patient and care team write to each other; the patient's own list stays theirs until it is sent.
    *_rules("write.message read.thread read.message read.attachment", _PATIENT, _CLINICIAN, _COUNSELLOR),
    *_rules("write.visit_question read.visit_question", _PATIENT),
    # What patients tell about themselves: theirs alone to write; who treats them may look, in an emergency too.
    *_rules("write.listed_medicine write.reaction write.body_fact", _PATIENT),
    *_rules("read.listed_medicine read.reaction read.body_fact", _PATIENT, _CLINICIAN, _COUNSELLOR, _EMERGENCY),
    # "Can I take …?" and the card: what comes from a report asks the report's own rule as well.
    *_rules("ask.listed_medicine print_card.patient", _PATIENT),
    *_rules("annotate.report compose.report sign.report release.report amend.report", _CLINICIAN, consent=PGX),
    # Deciding together: opened and written by a clinician, read by the patient once released and while the report
    # behind it is open to them. What they prepare the care team reads; what they thought of the talk is theirs.
    *_rules("open.decision edit.decision release.decision", _CLINICIAN, consent=PGX),
    *_rules(_ABOUT_A_DECISION, _CLINICIAN, _COUNSELLOR, consent=PGX),
    *_rules(_ABOUT_A_DECISION, _PATIENT, consent=PGX, gate=Gate.RELEASED),
    *_rules("prepare.decision rate.visit_rating read.visit_rating", _PATIENT, consent=PGX, gate=Gate.RELEASED),
    *_rules("record.joint_decision", _CLINICIAN, _COUNSELLOR, consent=PGX),
    *_rules("read.decision_task settle.decision_task", _CLINICIAN, _COUNSELLOR),
    # What comes after a choice: the patient writes, the care team reads, as with messages; reminders are theirs.
    *_rules("write.plan write.reminder read.reminder write.adherence_check write.diary_entry", _PATIENT),
    *_rules("answer.look_back", _PATIENT),
    *_rules(_AFTER_A_CHOICE, _PATIENT, _CLINICIAN, _COUNSELLOR, _EMERGENCY),
    *_rules("read.follow_up_task settle.follow_up_task", _CLINICIAN, _COUNSELLOR),
    # A report that is wrong is taken back whatever the patient allows: it reads nothing and protects them.
    *_rules("withdraw.report", _CLINICIAN),
    *_rules(_ABOUT_A_REPORT, _CLINICIAN, _COUNSELLOR, _EMERGENCY, consent=PGX),
    *_rules(_ABOUT_A_REPORT, _PATIENT, _PROXY, consent=PGX, gate=Gate.RELEASED),
)

NOT_BUILT: dict[str, str] = {
    "build.research_export": "E10, building an export for research",
    "download.research_export": "E11, taking such an export away",
    "read.fhir": "E12, the record as FHIR for other systems",
    "read.family_share": "E7, sharing one variant with a relative",
}
"""Ways out for data whose room has not been built. Asked about one, the answer is no, whatever has been consented to.

The room that is built takes its line out of here and puts rules with a consent scope above."""

RESOURCE_OF_MODEL: dict[str, Resource] = {resource.model.lower(): resource for resource in RESOURCES}
RESOURCE_NAMED: dict[str, Resource] = {resource.name: resource for resource in RESOURCES}
ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(rule.action for rule in RULES))


def rules_for(role: str, action: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if rule.role == role and rule.action == action)


def asked_about(action: str) -> tuple[str, ...]:
    """Names of the resources an action may be asked about."""
    return ASKED_ABOUT.get(action, (action.partition(".")[2],))
