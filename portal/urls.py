"""Every address of the site, one line per room."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from portal.home.demo.mailbox import mailbox
from portal.home.language import choose
from portal.home.views import helped, home, style

urlpatterns = [
    path("", home, name="home"),
    path("for/<uuid:patient_id>/", helped, name="helped"),
    path("style/", style, name="style"),
    path("language/", choose, name="set_language"),
    path("reports/", include("portal.delivery.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("portal.api.urls")),
    path("health/", include("portal.api.health")),
    path("access/", include("portal.access.urls")),
    path("consent/", include("consent.desk.urls")),
    path("contact/", include("portal.contact.urls")),
    path("about-me/", include("portal.medicines.urls")),
    path("decisions/", include("portal.decisions.urls")),
    path("following/", include("portal.decisions.following.urls")),
    path("rights/", include("portal.rights.urls")),
    path("results/", include("portal.results.urls")),
    path("shared/", include("portal.delivery.guest_urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMONSTRATION_MAIL:
    urlpatterns.append(path("mail/", mailbox, name="mailbox"))
