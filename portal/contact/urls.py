"""Addresses of contact."""

from django.urls import path

from portal.contact import views

app_name = "contact"
urlpatterns = [
    path("", views.threads, name="threads"),
    path("write/", views.write, name="write"),
    path("write/to/<uuid:patient_id>/", views.write, name="write_to"),
    path("appointment/", views.appointment, name="appointment"),
    path("questions/", views.questions, name="questions"),
    path("attachment/<uuid:attachment_id>/", views.attachment, name="attachment"),
    path("<uuid:thread_id>/", views.thread, name="thread"),
]
