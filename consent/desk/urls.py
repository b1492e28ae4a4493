"""Addresses of the consent pages: one's own, those of a person one decides for, and the counsellor's desk."""

from django.urls import include, path, register_converter

from consent.desk import correction_views, helping_views, staff_views, text_views, views


class ScopeConverter:
    """A scope code such as `pgx` or `research.ds.MONDO:0005148`; whether it exists is asked later."""

    regex = r"[a-z][A-Za-z0-9._:\-]{0,79}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ScopeConverter, "scope")

app_name = "consent"
person = [
    path("", views.choices, name="choices"),
    path("about/<scope:scope>/understand/", views.understand, name="understand"),
    path("about/<scope:scope>/decide/", views.decide, name="decide"),
    path("about/<scope:scope>/talk/", views.talk, name="talk"),
    path("receipts/<uuid:event_id>/", views.receipt_json, name="receipt"),
    path("receipts/<uuid:event_id>/pdf/", views.receipt_pdf, name="receipt_pdf"),
    path("effects/<uuid:event_id>/", views.effect, name="effect"),
    path("effects/<uuid:event_id>/pdf/", views.effect_pdf, name="effect_pdf"),
]
urlpatterns = [
    *person,
    path("key/", views.key, name="key"),
    path("helpers/<uuid:invitation_id>/", helping_views.let_help, name="let_help"),
    path("desk/", staff_views.desk, name="desk"),
    path("desk/tasks/<uuid:task_id>/", staff_views.settle, name="settle"),
    path("desk/guardians/", staff_views.guardianship, name="guardianship"),
    path("desk/guardians/<uuid:guardianship_id>/confirm/", staff_views.confirm, name="confirm_guardianship"),
    path("desk/guardians/<uuid:guardianship_id>/end/", staff_views.end, name="end_guardianship"),
    path("desk/texts/", text_views.all_texts, name="texts"),
    path("desk/texts/<uuid:template_id>/", text_views.text_draft, name="text_draft"),
    path("desk/texts/<scope:scope>/<slug:locale>/", text_views.write_text, name="write_text"),
    path("desk/corrections/", correction_views.find, name="find_record"),
    path("desk/corrections/<uuid:patient_id>/", correction_views.corrections, name="corrections"),
    path("desk/corrections/acts/<uuid:event_id>/", correction_views.correct, name="correct"),
    path(
        "for/<uuid:patient_id>/",
        include(([*person, path("<scope:scope>/", views.choice, name="choice")], "for")),
    ),
    # Last: any other single word is a scope.
    path("<scope:scope>/", views.choice, name="choice"),
]
