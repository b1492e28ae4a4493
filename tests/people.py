"""A small clinic for the checks: everybody there is, with one order, file, interpretation, report and release."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils import timezone

from consent.desk import understanding
from consent.desk.actions import give
from consent.desk.queries import current_text
from consent.ledger.append import append
from consent.ledger.models import ConsentEvent, Decision
from portal.decisions.following.models import (
    AdherenceCheck,
    DiaryEntry,
    FollowUpTask,
    LookBack,
    Plan,
    Reminder,
    Symptom,
)
from portal.decisions.models import (
    Decision as Choice,
)
from portal.decisions.models import (
    DecisionTask,
    Edition,
    JointDecision,
    Preparation,
    ReadinessCheck,
    VisitRating,
)
from portal.delivery.models import Annotation, Release, SignOff
from portal.people.models import CareRelationship, Laboratory, Patient, ProxyGrant, Role, Sex, User
from portal.reports.models import Report, ReportStatus
from portal.results.models import FileOrigin, FileStatus, Finding, Interpretation, Job, ResultFile, TestOrder

PASSWORD = "a long enough password"


def make_user(role: Role, name: str | None = None, **fields: Any) -> User:
    name = name or f"{role.label} {uuid.uuid4().hex[:6]}"
    email = fields.pop("email", f"{uuid.uuid4().hex[:12]}@example.org")
    return User.objects.create_user(email, PASSWORD, name=name, role=role, **fields)


def make_patient(given_name: str = "Ada", family_name: str = "Example", **fields: Any) -> Patient:
    account = fields.pop("account", None) or make_user(Role.PATIENT, f"{given_name} {family_name}")
    return Patient.objects.create(
        **{
            "account": account,
            "record_number": f"R-{uuid.uuid4().hex[:10]}",
            "given_name": given_name,
            "family_name": family_name,
            "birth_date": datetime.date(1980, 2, 29),
            "sex": Sex.FEMALE,
            "identity_checked_at": timezone.now(),
            **fields,
        }
    )


def make_laboratory(name: str | None = None) -> Laboratory:
    return Laboratory.objects.create(name=name or f"Laboratory {uuid.uuid4().hex[:6]}")


def care(member: User, patient: Patient) -> CareRelationship:
    return CareRelationship.objects.create(member=member, patient=patient)


def allow(patient: Patient, scope: str = "pgx", decision: Decision = Decision.PERMIT, **fields: Any) -> ConsentEvent:
    """Put one act of the patient's into the ledger, as if they had answered."""
    assert patient.account is not None
    return append(
        **{
            "subject": patient.subject,
            "scope": scope,
            "decision": decision,
            "template": scope,
            "template_version": "1.0",
            "template_hash": "0" * 64,
            "locale": "en",
            "signer": patient.account.pk,
            **fields,
        }
    )


def help_with(patient: Patient, helper: User, *parts: str, **fields: Any) -> ProxyGrant:
    """Somebody the patient let in: the grant, and the patient's yes to each part."""
    for part in parts:
        allow(patient, f"proxy.{helper.pk}.{part}", **fields)
    return ProxyGrant.objects.create(patient=patient, proxy=helper, covers=list(parts))


def say_yes(user: User, patient: Patient, scope: str = "pgx") -> ConsentEvent:
    """Go the whole way to a yes: the questions answered rightly, then the answer."""
    text = current_text(scope, patient.language)
    assert understanding.answer(user, patient, scope, understanding.right_answers(text)).passed
    return give(user, patient, scope, shown_hash=text.content_hash)


def make_order(patient: Patient, laboratory: Laboratory, ordered_by: User, accession: str | None = None) -> TestOrder:
    return TestOrder.objects.create(
        patient=patient,
        laboratory=laboratory,
        ordered_by=ordered_by,
        accession=accession or f"A-{uuid.uuid4().hex[:8]}",
    )


def make_file(patient: Patient, uploaded_by: User, order: TestOrder | None = None, **fields: Any) -> ResultFile:
    content = fields.pop("content", b"##fileformat=VCFv4.2\n#CHROM\tPOS\n")
    file = ResultFile(
        **{
            "patient": patient,
            "order": order,
            "uploaded_by": uploaded_by,
            "origin": FileOrigin.LABORATORY if order else FileOrigin.PATIENT,
            "original_name": "sample.vcf",
            "sha256": uuid.uuid4().hex * 2,
            "size": len(content),
            "kind": "vcf",
            "assembly": "GRCh38",
            "samples": ["S1"],
            "sample": "S1",
            "status": FileStatus.INTERPRETED,
            **fields,
        }
    )
    file.file.save(f"{file.id}", ContentFile(content), save=False)
    file.save()
    return file


def make_interpretation(file: ResultFile, **fields: Any) -> Interpretation:
    interpretation = Interpretation.objects.create(
        **{
            "result_file": file,
            "patient": file.patient,
            "knowledge_release": "k" * 16,
            "result": {
                "sample": "S1",
                "assembly": "GRCh38",
                "genes": {},
                "guidance": [],
                "knowledge": {"id": "k" * 16},
            },
            **fields,
        }
    )
    Finding.objects.create(
        interpretation=interpretation,
        domain="pharmacogenomics",
        kind="gene",
        subject="CYP2C19",
        code="",
        detail={"diplotypes": ["*1/*2"]},
    )
    return interpretation


def make_report(interpretation: Interpretation, **fields: Any) -> Report:
    report = Report(
        **{
            "interpretation": interpretation,
            "patient": interpretation.patient,
            "language": "en",
            "document": {"title": "Your genes and your medicines", "language": "en"},
            "content_hash": uuid.uuid4().hex * 2,
            "knowledge_release": interpretation.knowledge_release,
            **fields,
        }
    )
    report.pdf.save(f"{report.id}.pdf", ContentFile(b"%PDF-1.7\n%%EOF\n"), save=False)
    report.pdf_hash = report.content_hash
    report.save()
    return report


def sign(report: Report, clinician: User) -> SignOff:
    now = timezone.now()
    report.status, report.signed_at = ReportStatus.SIGNED, now
    report.save()
    return SignOff.objects.create(
        report=report,
        signed_by=clinician,
        role=clinician.role,
        name=clinician.name,
        content_hash=report.content_hash,
        knowledge_release=report.knowledge_release,
        at=now,
    )


def release(report: Report) -> Release:
    return Release.objects.create(report=report, at=timezone.now())


@dataclass
class Clinic:
    """Ada's file has gone the whole road, and a newer draft waits for a signature.

    Ben is another patient with another clinician and another laboratory.
    """

    ada: Patient
    ben: Patient
    clinician: User
    other_clinician: User
    counsellor: User
    researcher: User
    privacy_officer: User
    operator: User
    laboratory: Laboratory
    other_laboratory: Laboratory
    laboratory_user: User
    other_laboratory_user: User
    order: TestOrder
    file: ResultFile
    interpretation: Interpretation
    report: Report
    draft: Report
    annotation: Annotation
    sign_off: SignOff
    release: Release
    job: Job

    @property
    def ada_user(self) -> User:
        assert self.ada.account is not None
        return self.ada.account

    @property
    def ben_user(self) -> User:
        assert self.ben.account is not None
        return self.ben.account

    def everyone(self) -> dict[str, User]:
        return {
            "ada": self.ada_user,
            "ben": self.ben_user,
            "clinician": self.clinician,
            "other_clinician": self.other_clinician,
            "counsellor": self.counsellor,
            "researcher": self.researcher,
            "privacy_officer": self.privacy_officer,
            "operator": self.operator,
            "laboratory_user": self.laboratory_user,
            "other_laboratory_user": self.other_laboratory_user,
        }

    def strangers(self) -> dict[str, User]:
        """People with an account who have nothing to do with Ada."""
        return {
            "another patient": self.ben_user,
            "a clinician who does not care for her": self.other_clinician,
            "another laboratory": self.other_laboratory_user,
            "a researcher": self.researcher,
        }


def make_clinic(*, consent: bool = True) -> Clinic:
    """Everybody and one of everything; `consent=False` leaves Ada not asked yet."""
    laboratory, other_laboratory = make_laboratory(), make_laboratory()
    ada, ben = make_patient("Ada", "Example"), make_patient("Ben", "Another", sex=Sex.MALE)
    clinician = make_user(Role.CLINICIAN, "Dr Carla Clinician")
    other_clinician = make_user(Role.CLINICIAN, "Dr Otto Other")
    counsellor = make_user(Role.COUNSELLOR, "Cora Counsellor")
    laboratory_user = make_user(Role.LABORATORY, "Lab One", laboratory=laboratory)
    other_laboratory_user = make_user(Role.LABORATORY, "Lab Two", laboratory=other_laboratory)
    care(clinician, ada)
    care(counsellor, ada)
    care(other_clinician, ben)
    if consent:
        allow(ada)
    order = make_order(ada, laboratory, clinician)
    file = make_file(ada, laboratory_user, order)
    interpretation = make_interpretation(file)
    report = make_report(interpretation)
    draft = make_report(interpretation, edition=2)
    annotation = Annotation.objects.create(report=report, text="Let us talk about this.", author=clinician)
    return Clinic(
        ada=ada,
        ben=ben,
        clinician=clinician,
        other_clinician=other_clinician,
        counsellor=counsellor,
        researcher=make_user(Role.RESEARCHER),
        privacy_officer=make_user(Role.PRIVACY_OFFICER),
        operator=make_user(Role.OPERATOR, is_staff=True),
        laboratory=laboratory,
        other_laboratory=other_laboratory,
        laboratory_user=laboratory_user,
        other_laboratory_user=other_laboratory_user,
        order=order,
        file=file,
        interpretation=interpretation,
        report=report,
        draft=draft,
        annotation=annotation,
        sign_off=sign(report, clinician),
        release=release(report),
        job=Job.objects.create(kind="interpret", target=file.id),
    )


def decided(clinic: Clinic) -> dict[str, Model]:
    """A decision of Ada's out of her released report, released itself, with everything that hangs on one."""
    decision = Choice.objects.create(
        patient=clinic.ada, report=clinic.report, language="en", opened_by=clinic.clinician
    )
    edition = Edition.objects.create(
        decision=decision, number=1, content={}, author=clinic.clinician, released_at=timezone.now()
    )
    joint = JointDecision.objects.create(
        decision=decision,
        number=1,
        edition=edition,
        option="a",
        option_name="A",
        why="x",
        recorded_by=clinic.clinician,
    )
    return {
        **followed(joint),
        "decision": decision,
        "edition": edition,
        "preparation": Preparation.objects.create(decision=decision),
        "readiness_check": ReadinessCheck.objects.create(decision=decision, instrument="sure-en", answers={}),
        "decision_task": DecisionTask.objects.create(
            decision=decision, kind="not_ready", cause=decision.pk, due_at=timezone.now()
        ),
        "joint_decision": joint,
        "visit_rating": VisitRating.objects.create(joint_decision=joint, instrument="x", answers={}),
    }


def followed(joint: JointDecision) -> dict[str, Model]:
    """Everything that comes after a choice."""
    now, patient = timezone.now(), joint.decision.patient
    plan = Plan.objects.create(patient=patient, joint_decision=joint, cue="x", act="x")
    symptom = Symptom.objects.create(patient=patient, what="x", since=now.date())
    rhythm = {"at": "08:00", "weekdays": [0], "zone": "UTC", "first": "2026-01-01", "last": ""}
    check = AdherenceCheck.objects.create(joint_decision=joint, patient=patient, instrument="own-1", answers={})
    return {
        "plan": plan,
        "reminder": Reminder.objects.create(plan=plan, rhythm=rhythm),
        "adherence_check": check,
        "symptom": symptom,
        "diary_entry": DiaryEntry.objects.create(symptom=symptom, severity="a_bit"),
        "look_back": LookBack.objects.create(joint_decision=joint, patient=patient, kind="two_weeks", due_at=now),
        "follow_up_task": FollowUpTask.objects.create(
            patient=patient, rule="a_lot", cause=check.pk, matter=joint.pk, due_at=now
        ),
    }
