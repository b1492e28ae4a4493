"""Addresses of the consent pages."""

from django.urls import path

from consent.desk import views

app_name = "consent"
urlpatterns = [
    path("", views.choices, name="choices"),
    path("<slug:scope>/", views.choice, name="choice"),
]
