"""Registers the room with Django, and what it does by itself."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "portal.delivery"
    label = "delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from portal.access.upkeep import every_round
        from portal.delivery.releasing import tell_of_open_reports

        every_round(tell_of_open_reports)
