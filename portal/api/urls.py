"""Addresses of the API and of its description."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from portal.api import description, views

app_name = "api"
urlpatterns = [
    path("v1/orders/", views.Orders.as_view(), name="orders"),
    path("v1/orders/<uuid:order_id>/", views.Order.as_view(), name="order"),
    path("v1/result-files/", views.ResultFiles.as_view(), name="result_files"),
    path("v1/result-files/<uuid:file_id>/", views.File.as_view(), name="result_file"),
    path("v1/interpretations/", views.Interpretations.as_view(), name="interpretations"),
    path("v1/interpretations/<uuid:interpretation_id>/", views.OneInterpretation.as_view(), name="interpretation"),
    path("v1/reports/", views.Reports.as_view(), name="reports"),
    path("v1/reports/<uuid:report_id>/", views.OneReport.as_view(), name="report"),
    path("v1/reports/<uuid:report_id>/pdf/", views.ReportPdf.as_view(), name="report_pdf"),
    path("v1/consents/", views.Consents.as_view(), name="consents"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", description.page, name="docs"),
]
