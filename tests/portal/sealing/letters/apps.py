from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "tests.portal.sealing.letters"
    label = "letters"
    default_auto_field = "django.db.models.BigAutoField"
