"""The door for a WSGI server (gunicorn in production)."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

application = get_wsgi_application()

# What was loaded stays for good: the collector need not walk through it again while people wait for their pages.
gc.collect()
gc.freeze()
