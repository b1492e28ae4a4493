"""The clinic's own consent texts: one person writes, another approves, and from then on nobody changes a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent.desk import texts
from consent.ledger.models import ConsentTemplate, TemplateApproval
from consent.ledger.scopes import kind_of
from portal.access import log
from portal.access.decide import require
from portal.people.models import User


class NotPublishable(Exception):
    """The text may not be published like this; the argument says why."""


def draft(
    actor: User, scope: str, locale: str, version: str, content: Mapping[str, Any], *, material: bool
) -> ConsentTemplate:
    """Write a new version of a text. `content` has the shape of `texts.shipped(...)`; `material` says whether it
    changes what is allowed, so that everybody is asked again."""
    require(actor, "draft.consent_template")
    kind = kind_of(scope).kind
    whole = {**content, "version": version}
    try:
        text = texts.read(kind, locale, whole)
    except (KeyError, TypeError) as error:
        raise NotPublishable("incomplete") from error
    if not 3 <= len(text.questions) <= 5:
        raise NotPublishable("questions")
    if ConsentTemplate.objects.filter(scope=kind, locale=locale, version=version).exists():
        raise NotPublishable("version")
    with transaction.atomic():
        template = ConsentTemplate.objects.create(
            scope=kind,
            locale=locale,
            version=version,
            content=whole,
            content_hash=text.content_hash,
            material=material,
            drafted_by=actor.pk,
            drafted_at=timezone.now(),
        )
        log.record(actor, "draft.consent_template", template)
    return template


def approve(actor: User, template: ConsentTemplate, content_hash: str) -> ConsentTemplate:
    """Approve and publish exactly the words behind `content_hash`. Never one's own text."""
    require(actor, "approve.consent_template", template)
    with transaction.atomic():
        template = ConsentTemplate.objects.select_for_update().get(pk=template.pk)
        if template.published_at is not None:
            return template
        if template.drafted_by == actor.pk:
            raise NotPublishable("own_text")
        if content_hash != template.content_hash or texts.hash_of(template.content) != template.content_hash:
            raise NotPublishable("other_words")
        now = timezone.now()
        TemplateApproval.objects.create(
            template=template, approved_by=actor.pk, content_hash=template.content_hash, at=now
        )
        template.published_at = now
        template.save(update_fields=["published_at"])
        log.record(actor, "approve.consent_template", template)
    return template
