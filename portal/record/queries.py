"""What a patient told about themselves, for themselves and for those who treat them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from portal.people.models import Patient, Role, User
from portal.people.queries import patient_of_account, patients_for
from portal.record.models import BodyFact, BodyPart, ListedMedicine, Reaction

CARE_ROLES = frozenset({Role.CLINICIAN, Role.COUNSELLOR})


@dataclass(frozen=True)
class Told:
    """Everything a patient told us about themselves, their own words first."""

    medicines: tuple[ListedMedicine, ...]
    reactions: tuple[Reaction, ...]
    body: dict[str, BodyFact]

    @property
    def not_said(self) -> tuple[str, ...]:
        return tuple(part for part in BodyPart if part not in self.body)


def own_patient(user: User) -> Patient | None:
    """The asker's own record, for a patient."""
    return patient_of_account(user) if user.role == Role.PATIENT else None


def patient_cared_for(user: User, patient_id: UUID) -> Patient | None:
    """A patient of this member of the care team, or None alike for unknown and somebody else's."""
    if user.role not in CARE_ROLES:
        return None
    return patients_for(user).filter(pk=patient_id).first()


def told_by(patient: Patient) -> Told:
    """What a patient told, of a patient that was asked for."""
    medicines = list(ListedMedicine.objects.filter(patient=patient).order_by("said_at"))
    reactions = list(Reaction.objects.filter(patient=patient).order_by("said_at"))
    facts = list(BodyFact.objects.filter(patient=patient))
    rows: list[ListedMedicine | Reaction | BodyFact] = [*medicines, *reactions, *facts]
    for row in rows:
        row.patient = patient
    return Told(tuple(medicines), tuple(reactions), {fact.part: fact for fact in facts})
