"""Addresses of the patient's medicines. None holds the name of a medicine."""

from django.urls import path

from portal.medicines import views

app_name = "medicines"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("ask/", views.ask, name="ask"),
    path("reactions/", views.reactions, name="reactions"),
    path("body/", views.body, name="body"),
    path("card/", views.card, name="card"),
    path("of/<uuid:patient_id>/", views.of_patient, name="of_patient"),
]
