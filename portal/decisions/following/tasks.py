"""What a worker runs for this room: one reminder, by its id."""

from uuid import UUID

from celery import shared_task

from portal.decisions.following import reminding


@shared_task(name=reminding.TASK, ignore_result=True)
def send_reminder(reminder_id: str) -> None:
    """Doing it twice sends it once."""
    reminding.send(UUID(reminder_id))
