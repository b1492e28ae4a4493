"""Django's admin with our door in front of it."""

from django.contrib.admin.apps import AdminConfig


class OperatorAdminConfig(AdminConfig):
    default_site = "portal.access.site.OperatorSite"
