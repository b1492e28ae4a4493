"""Joins Django: keys are let go with each request and task; plain copies left by a crash go at start."""

from celery.signals import task_postrun, task_prerun
from django.apps import AppConfig
from django.core.signals import request_finished, request_started


class SealingConfig(AppConfig):
    name = "portal.sealing"
    label = "sealing"
    verbose_name = "Sealing"

    def ready(self) -> None:
        from portal.sealing import checks, plain_files, scope  # noqa: F401  (checks registers itself)

        request_started.connect(scope.begin_request)
        request_finished.connect(scope.end_request)
        task_prerun.connect(scope.begin_task)
        task_postrun.connect(scope.end_task)
        plain_files.remove_left_over()
