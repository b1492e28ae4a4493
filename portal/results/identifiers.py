"""Who a file is about, as its sender's own paper says, and whether that is the person the order is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.people.models import Patient


@dataclass(frozen=True)
class Identifiers:
    """Who the file is about, as the sender's own paper says: the birth date and a name or a record number."""

    birth_date: date | None = None
    family_name: str = ""
    record_number: str = ""

    @property
    def complete(self) -> bool:
        return self.birth_date is not None and bool(self.family_name.strip() or self.record_number.strip())

    def match(self, patient: Patient) -> bool:
        """All that was given agrees, and enough was given."""
        return (
            self.complete
            and self.birth_date == patient.birth_date
            and _same(self.family_name, patient.family_name)
            and _same(self.record_number, patient.record_number)
        )

    def as_stated(self) -> dict[str, str]:
        return {
            "birth_date": self.birth_date.isoformat() if self.birth_date else "",
            "family_name": self.family_name.strip(),
            "record_number": self.record_number.strip(),
        }


def _same(stated: str, known: str) -> bool:
    """Equal but for case and spacing; nothing stated says nothing."""
    return not stated.strip() or "".join(stated.split()).casefold() == "".join(known.split()).casefold()
