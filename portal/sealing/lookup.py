"""Exact look-up of a sealed value, by a keyed hash of it beside it (a "blind index").

    record_number = SealedTextField(subject="subject")
    record_number_lookup = SealedLookupField(of="record_number", unique=True)

    Patient.objects.get(record_number_lookup=typed_by_someone)

Differences that people do not see (case, width, surrounding and doubled spaces) do not matter. Equal values in one
column show as equal; use it only for values that are unique anyway, such as a record number or an e-mail address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
import uuid
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import pre_save

from portal.sealing import keys
from portal.sealing.errors import SealRefused
from portal.sealing.fields import Erased, SealedField

ALLOWED = ("exact", "in", "isnull")


class Digest(str):
    """A hash as the column holds it, as opposed to a value to be hashed."""

    __slots__ = ()


def normalised(value: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def digest(value: str, place: str) -> Digest:
    """The keyed hash of a value in one column; the same value in another column hashes differently."""
    content = f"{place}\0{normalised(value)}".encode()
    return Digest(base64.urlsafe_b64encode(hmac.digest(keys.index_key(), content, hashlib.sha256)).decode())


class SealedLookupField(models.CharField):
    """The hash of the sealed text field named `of`, filled at every save. Null while that field is empty."""

    def __init__(self, *args: Any, of: str, **options: Any) -> None:
        self.of = of
        super().__init__(*args, **{**options, "max_length": 60, "null": True, "editable": False})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for given in ("max_length", "null", "editable"):
            options.pop(given, None)
        return name, path, args, {**options, "of": self.of}

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            pre_save.connect(self._saved_together, sender=cls)

    def _saved_together(self, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and self.of in update_fields and self.name not in update_fields:
            raise SealRefused(
                f"update_fields with {self.of} must name {self.name} too, or look-ups find the old value."
            )

    @property
    def place(self) -> str:
        return f"lookup\0{self.model._meta.db_table}\0{self.column}"

    @property
    def source(self) -> SealedField:
        field = self.model._meta.get_field(self.of)
        if not isinstance(field, SealedField):
            raise FieldError(f"{self}: {self.of} is not a sealed field.")
        return field

    def pre_save(self, model_instance: models.Model, add: bool) -> Digest | None:
        value = getattr(model_instance, self.of)
        if isinstance(value, Erased):
            kept = getattr(model_instance, self.attname)
            return None if kept is None else Digest(kept)
        kept = digest(value, self.place) if value else None
        setattr(model_instance, self.attname, kept)
        return kept

    def from_db_value(self, value: str | None, *args: Any) -> Digest | None:
        return None if value is None else Digest(value)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Digest):
            return value
        return digest(str(value), self.place)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        value = self.get_prep_value(value)
        return None if value is None else str(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ALLOWED:
            raise FieldError(f"{self} can be looked up exactly or not at all, not by {lookup_name}.")
        return super().get_lookup(lookup_name)

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        found = super().check(**options)
        try:
            _ = self.source
        except FieldError as error:
            found.append(checks.Error(str(error), obj=self, id="sealing.E004"))
        return found


def forget(subject: uuid.UUID) -> None:
    """Replaces every look-up value of a person by one that nothing leads to. Part of destroying their key."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedLookupField):
                person = field.source.subject.replace(".", "__")
                rows = model._base_manager.filter(**{person: subject})
                for row in rows.exclude(**{field.name: None}).values_list("pk", flat=True):
                    gone = Digest("erased-" + secrets.token_hex(24))
                    model._base_manager.filter(pk=row).update(**{field.name: gone})
