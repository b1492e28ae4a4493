"""The addresses of the site, and the style page and a failing page beside them."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.generic import TemplateView

from portal.urls import urlpatterns as site


def fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError


def refuses(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [
    path("style/", TemplateView.as_view(template_name="style/index.html")),
    path("look/fails/", fails),
    path("look/refuses/", refuses),
    *site,
]
