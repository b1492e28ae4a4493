"""Addresses of the access log, of emergencies and of the privacy officer's desk."""

from django.urls import path

from portal.access import arrivals, helping, undoing, views

app_name = "access"
urlpatterns = [
    path("log/", views.access_log, name="log"),
    path("log/<uuid:event_id>/question/", views.question, name="question"),
    path("stay/", views.stay, name="stay"),
    path("emergency/", views.emergency, name="emergency"),
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/emergencies/<uuid:break_glass_id>/", views.review, name="review"),
    path("reviews/questions/<uuid:question_id>/", views.answer, name="answer"),
    path("reviews/recoveries/<uuid:recovery_id>/", views.recover, name="recover"),
    path("patients/", arrivals.patients, name="patients"),
    path("patients/<uuid:patient_id>/identity/", arrivals.identity, name="identity"),
    path("patients/<uuid:patient_id>/invitation/", arrivals.invitation, name="invitation"),
    path("welcome/<uuid:welcome_id>/", arrivals.welcome, name="welcome"),
    path("undo/<str:token>/", undoing.undo, name="undo"),
    path("leave/", views.leave, name="leave"),
    path("helpers/", helping.helpers, name="helpers"),
    path("helpers/invitations/<uuid:invitation_id>/accept/", helping.accept, name="accept"),
    path("helpers/invitations/<uuid:invitation_id>/back/", helping.take_back, name="take_back"),
    path("helpers/<uuid:grant_id>/end/", helping.end, name="end"),
]
