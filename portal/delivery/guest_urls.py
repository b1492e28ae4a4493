"""Addresses for a doctor a patient shares a report with: no account, nothing about health in them."""

from django.urls import path

from portal.delivery import guest_views

app_name = "shared"
urlpatterns = [
    path("open/<str:token>/", guest_views.open_link, name="open"),
    path("<uuid:share_id>/", guest_views.report, name="report"),
    path("<uuid:share_id>/pdf/", guest_views.pdf, name="pdf"),
]
