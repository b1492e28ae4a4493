"""The site: people, files, findings, reports, and the way they reach a patient."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
