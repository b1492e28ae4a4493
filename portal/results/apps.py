"""Registers the room with Django, and listens for people changing their mind about consent."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "portal.results"
    label = "results"
    verbose_name = "Results"

    def ready(self) -> None:
        from consent.desk.hooks import on_change
        from portal.results import tasks  # noqa: F401  (registers the work)
        from portal.results.road import consent_changed

        on_change(consent_changed)
