"""Registers the room with Django: its jobs, its start-up check, and what it does when somebody says yes again."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "portal.reports"
    label = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        from consent.desk.hooks import on_change
        from portal.reports import checks, tasks  # noqa: F401  (registers the check and the jobs)
        from portal.reports.actions import consent_changed

        on_change(consent_changed)
