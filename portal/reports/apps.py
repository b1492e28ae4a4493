"""Registers the room with Django: its jobs and its start-up check."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "portal.reports"
    label = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        from portal.reports import checks, tasks  # noqa: F401  (registers the check and the jobs)
