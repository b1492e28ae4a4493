"""People, and letters about them."""

from __future__ import annotations

import uuid

from django.db import models

from portal.sealing.fields import SealedBytesField, SealedDateField, SealedJSONField, SealedTextField
from portal.sealing.lookup import SealedLookupField
from portal.sealing.storage import SealedStorage


class Person(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject = models.UUIDField(default=uuid.uuid4, unique=True)
    name = SealedTextField(subject="subject", max_length=80)
    born = SealedDateField(subject="subject", null=True)
    number = SealedTextField(subject="subject", null=True)
    number_lookup = SealedLookupField(of="number", unique=True)


def place(instance: Letter, filename: str) -> str:
    return f"{instance.person.subject}/{instance.id}"


class Letter(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    title = models.CharField(max_length=20, default="")
    text = SealedTextField(subject="person.subject", default="")
    other = SealedTextField(subject="person.subject", null=True)
    answers = SealedJSONField(subject="person.subject", null=True)
    scan = SealedBytesField(subject="person.subject", null=True)
    content = models.FileField(storage=SealedStorage(frame_bytes=1024), upload_to=place, null=True)


class Numbered(models.Model):
    """Its id is given by the database, so its seals hold to another unique field."""

    mark = models.CharField(max_length=20, unique=True)
    subject = models.UUIDField()
    text = SealedTextField(subject="subject", row="mark")
