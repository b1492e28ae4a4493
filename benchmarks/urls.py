"""The site's own addresses and one minimal page to compare with: session, account, 25 rows, a plain template."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from portal.access.models import AccessEvent
from portal.urls import urlpatterns as site

TEMPLATE = """<!doctype html><html lang="en"><title>Rows</title><h1>{{ user.email }}</h1><table>
{% for row in rows %}<tr><td>{{ row.sequence }}</td><td>{{ row.at|date:"c" }}</td><td>{{ row.action }}</td>
<td>{{ row.resource }}</td><td>{{ row.outcome }}</td></tr>{% endfor %}</table></html>"""


PAGE = engines["django"].from_string(TEMPLATE)


@login_required
def minimal(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE.render({"user": request.user, "rows": AccessEvent.objects.all()[:25]}))


urlpatterns = [path("benchmark-minimal/", minimal), *site]
