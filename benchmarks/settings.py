"""Production settings with one more address, the minimal page."""

from portal.settings.production import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
