"""What a Celery worker runs for this room: the jobs registered in `making`."""

from portal.reports import making

__all__ = ["making"]
