"""Model fields whose values are sealed under the key of the person they are about.

    diagnosis = SealedTextField(subject="patient.subject")

`subject` is the attribute path from the row to the person's opaque id. A value is opened when the attribute is read,
not when the row is loaded. Reading gives the value, or `Erased` once the person's key is destroyed, or raises
`SealBroken`. The column holds bytes only; even "nothing" is sealed, so a value cannot be blanked behind our back.

What cannot work, and says so: look-ups and transforms (see `SealedLookupField`), `update()` and `bulk_update()`
with a plain value, expressions, unique and indexed columns. `values()` gives `Sealed` tokens. Ordering by a sealed
column orders noise; `Meta.ordering` is checked.
"""

from __future__ import annotations

import datetime
import json
import uuid
from functools import cached_property
from operator import attrgetter
from typing import Any, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute

from portal.sealing import envelope, keys, scope
from portal.sealing.errors import PersonErased, SealBroken, SealRefused

KEPT = "_sealed_as_kept"
NOTHING = b"\x00"
SOMETHING = b"\x01"


class Sealed:
    """A value as the column holds it, not opened. What `values()` and raw reads give."""

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.content == self.content

    def __hash__(self) -> int:
        return hash(self.content)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.content)} bytes)"


class Erased(Sealed):
    """What reading gives once the person's key is destroyed. Saving the row again keeps the column as it is."""

    __slots__ = ()

    def __str__(self) -> str:
        return "—"  # where it is printed with no more thought: a mark, never a value


class HasKey:
    """For a model whose rows stand for a person: reading a row says that the person's key may be needed soon."""

    key_of = "subject"

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Any:
        row = super().from_db(*args, **options)  # type: ignore[misc]
        scope.expect(row.__dict__.get(cls.key_of))
        return row


class SealedAttribute(DeferredAttribute):
    """Opens the value at the first reading of the attribute, and keeps what it found on the instance."""

    field: SealedField

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__.get(self.field.attname, self)
        if value is self:  # deferred
            value = super().__get__(instance, cls)
        if type(value) is Sealed:
            self.field.keep(instance, value)
            value = instance.__dict__[self.field.attname] = self.field.opened(instance, value)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.Field):
    """What all sealed fields share; the subclasses say how a value becomes bytes.

    `row` names the attribute that tells rows apart and is known before saving; the primary key, unless the database
    gives that. `sealed_as` ("table|column") keeps old values readable after a table or column has been renamed.
    """

    descriptor_class = SealedAttribute
    empty_strings_allowed = False

    def __init__(self, *args: Any, subject: str, row: str = "pk", sealed_as: str = "", **options: Any) -> None:
        self.subject = subject
        self.row = row
        self.sealed_as = sealed_as
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options["subject"] = self.subject
        if self.row != "pk":
            options["row"] = self.row
        if self.sealed_as:
            options["sealed_as"] = self.sealed_as
        return name, path, args, options

    def to_bytes(self, value: Any) -> bytes:
        raise NotImplementedError

    def from_bytes(self, content: bytes) -> Any:
        raise NotImplementedError

    # --- sealing and opening ---------------------------------------------------------------------

    @cached_property
    def place(self) -> bytes:
        table, _, column = self.sealed_as.partition("|")
        return envelope.place(table or self.model._meta.db_table, column or str(self.column))

    @cached_property
    def _row_field(self) -> models.Field:
        meta = self.model._meta
        return cast(models.Field, meta.pk if self.row == "pk" else meta.get_field(self.row))

    @cached_property
    def _subject_of(self) -> attrgetter[Any]:
        return attrgetter(self.subject)

    def person(self, instance: models.Model) -> uuid.UUID:
        subject = self._subject_of(instance)
        if type(subject) is uuid.UUID:
            return subject
        try:
            return uuid.UUID(subject)
        except (TypeError, ValueError, AttributeError):
            raise SealRefused(f"{self} cannot be sealed: {self.subject} does not lead to a person.") from None

    def _bound_to(self, instance: models.Model, person: uuid.UUID) -> bytes:
        row = instance.pk if self.row == "pk" else getattr(instance, self.row)
        if type(row) is not uuid.UUID:
            # As the database will give it back: a key given as text binds like the key it stands for.
            row = self._row_field.to_python(row)
            if row is None:
                raise SealRefused(f"{self} cannot be sealed before the row has its {self.row}.")
        return envelope.bound_to(self.place, person, row)

    def seal(self, instance: models.Model, value: Any) -> Sealed:
        """The value, sealed for this row. Raises `PersonErased` once the person's key is destroyed."""
        if value is None:
            if not self.null:
                raise SealRefused(f"{self} may not be empty.")
            content = NOTHING
        else:
            content = SOMETHING + self.to_bytes(value)
        person = self.person(instance)
        cipher, bound_to = keys.sealing_cipher(person), self._bound_to(instance, person)
        kept: Sealed | None = instance.__dict__.get(KEPT, {}).get(self.attname)
        if kept is None or not _holds(cipher, kept, bound_to, content):
            kept = Sealed(envelope.seal(cipher, content, bound_to))
            self.keep(instance, kept)
        return kept

    def keep(self, instance: models.Model, sealed: Sealed) -> None:
        """Remember what the column holds: a value that did not change is written back as it was, so that the history
        of the row names only what changed."""
        instance.__dict__.setdefault(KEPT, {})[self.attname] = sealed

    def opened(self, instance: models.Model, sealed: Sealed) -> Any:
        """The value, or `Erased`. Raises `SealBroken` when this is not what was sealed for this row."""
        person = self.person(instance)
        if not sealed.content:
            raise SealBroken(f"{self} holds nothing at all. Were the existing rows sealed by a migration?")
        try:
            cipher = keys.opening_cipher(person)
        except PersonErased:
            return Erased(sealed.content)
        try:
            content = envelope.unseal(cipher, sealed.content, self._bound_to(instance, person))
        except SealBroken as broken:
            raise SealBroken(f"{self}: {broken}") from None
        return None if content == NOTHING else self.from_bytes(content[1:])

    # --- to and from the database ----------------------------------------------------------------

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, *args: Any) -> Sealed:
        return Sealed(b"" if value is None else bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed:
        value = model_instance.__dict__.get(self.attname, self)
        if value is self:
            value = getattr(model_instance, self.attname)
        if type(value) is Erased:
            return Sealed(value.content)
        if type(value) is Sealed:
            self.opened(model_instance, value)  # never read here: it must still belong to this row and person
            return value
        if hasattr(value, "resolve_expression"):
            raise SealRefused(f"{self} takes a value, not an expression.")
        return self.seal(model_instance, value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if hasattr(value, "as_sql"):
            return value  # another column's bytes: they will not open here
        if isinstance(value, Sealed):
            return connection.Database.Binary(value.content)  # type: ignore[attr-defined]
        if value is None:
            return None  # a column being added; reading such a row raises until it is sealed
        raise SealRefused(f"{self} is sealed row by row: save the instance instead of writing a plain value.")

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return self.get_db_prep_save(value, connection)

    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError(f"{self} is sealed and cannot be looked up. Look up a SealedLookupField beside it.")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self} is sealed and cannot be transformed in the database.")

    def value_to_string(self, obj: models.Model) -> str:
        raise SealRefused(f"{self} is not written to fixtures: they would hold it in plain.")

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Sealed) else super().to_python(value)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return value if isinstance(value, Sealed) else super().clean(value, model_instance)

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        found = super().check(**options)
        pk = self.model._meta.pk
        if self.row == "pk" and isinstance(pk, models.AutoField):
            text = "A sealed field needs a row id that is known before saving; the database gives this one."
            hint = 'Use a UUID primary key, or name another unique field: row="…".'
            found.append(checks.Error(text, hint=hint, obj=self, id="sealing.E001"))
        if self.unique or getattr(self, "db_index", False):
            text = "A sealed column can be neither unique nor indexed: equal values look different."
            hint = "Put a SealedLookupField beside it."
            found.append(checks.Error(text, hint=hint, obj=self, id="sealing.E002"))
        if any(isinstance(name, str) and name.lstrip("-") == self.name for name in self.model._meta.ordering or ()):
            text = "Rows cannot be ordered by a sealed column."
            found.append(checks.Error(text, obj=self, id="sealing.E003"))
        return found


def _holds(cipher: AESGCM, sealed: Sealed, bound_to: bytes, content: bytes) -> bool:
    """Whether this is that very content, sealed for that very place under the key of today."""
    try:
        return envelope.unseal(cipher, sealed.content, bound_to) == content
    except SealBroken:
        return False


class SealedTextField(SealedField, models.TextField):
    def to_bytes(self, value: Any) -> bytes:
        if not isinstance(value, str):
            raise SealRefused(f"{self} takes text, not {type(value).__name__}.")
        return value.encode()

    def from_bytes(self, content: bytes) -> str:
        return content.decode()


class SealedJSONField(SealedField, models.JSONField):
    """What JSON can say: text keys, no dates, no infinities. An alteration in place is sealed with the next save."""

    def to_bytes(self, value: Any) -> bytes:
        try:
            text = json.dumps(value, cls=self.encoder, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            raise SealRefused(f"{self} takes what JSON can say: {type(error).__name__}.") from None
        return text.encode()

    def from_bytes(self, content: bytes) -> Any:
        return json.loads(content, cls=self.decoder)


class SealedDateField(SealedField, models.DateField):
    def to_bytes(self, value: Any) -> bytes:
        return self.to_python(value).isoformat().encode()

    def from_bytes(self, content: bytes) -> datetime.date:
        return datetime.date.fromisoformat(content.decode())


class SealedBytesField(SealedField, models.BinaryField):
    def to_bytes(self, value: Any) -> bytes:
        if not isinstance(value, bytes | bytearray | memoryview):
            raise SealRefused(f"{self} takes bytes, not {type(value).__name__}.")
        return bytes(value)

    def from_bytes(self, content: bytes) -> bytes:
        return content
