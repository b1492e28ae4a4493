"""Registers the room with Django, and what it does by itself."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "portal.delivery"
    label = "delivery"
    verbose_name = "Delivery"

    def ready(self) -> None:
        from portal.access.upkeep import every_round
        from portal.delivery import sharing  # noqa: F401  (says who a share is about, and which copies there are)
        from portal.delivery.releasing import tell_of_open_reports

        every_round(tell_of_open_reports)
