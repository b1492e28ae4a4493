"""What runs by itself every few seconds in this room."""

from celery import shared_task

from portal.access.upkeep import look_after


@shared_task(name="look_after_access", ignore_result=True)
def look_after_access() -> None:
    """Sent by beat; doing it twice changes nothing."""
    look_after()
