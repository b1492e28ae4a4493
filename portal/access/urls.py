"""Addresses of the access log."""

from django.urls import path

from portal.access import views

app_name = "access"
urlpatterns = [path("log/", views.access_log, name="log")]
