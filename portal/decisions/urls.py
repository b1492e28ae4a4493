"""Addresses of decisions."""

from django.urls import path

from portal.decisions import staff_views, views

app_name = "decisions"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/<uuid:patient_id>/", staff_views.new, name="new"),
    path("calls/<uuid:call_id>/", staff_views.settle, name="settle"),
    path("<uuid:decision_id>/", views.show, name="show"),
    path("<uuid:decision_id>/facts/", views.facts, name="facts"),
    path("<uuid:decision_id>/matters/", views.matters, name="matters"),
    path("<uuid:decision_id>/order/", views.order, name="order"),
    path("<uuid:decision_id>/ready/", views.ready, name="ready"),
    path("<uuid:decision_id>/end/", views.end, name="end"),
    path("<uuid:decision_id>/paper/", views.paper, name="paper"),
    path("<uuid:decision_id>/visit/", views.visit, name="visit"),
    path("<uuid:decision_id>/talk/", views.talk, name="talk"),
    path("<uuid:decision_id>/edit/", staff_views.edit, name="edit"),
    path("<uuid:decision_id>/release/", staff_views.release, name="release"),
    path("<uuid:decision_id>/aside/", staff_views.aside, name="aside"),
]
