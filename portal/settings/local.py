"""One machine, nothing to install: SQLite, an in-process worker, a secret kept in `var/`."""

import secrets

from portal.sealing.keyring import lines_made_once
from portal.settings.base import *  # noqa: F403
from portal.settings.base import CLINIC_NAME, CLINIC_PHONE, LOGGING, STATIC_ROOT, VAR, env

DEBUG = False
DEMONSTRATION = True
CLINIC_NAME = f"{CLINIC_NAME} (demonstration)"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
CLINIC_PHONE = CLINIC_PHONE or "555-0100"  # a number kept free for made-up stories
VAR.mkdir(parents=True, exist_ok=True)
_secret = VAR / "secret-key"
if not _secret.exists():
    _secret.touch(mode=0o600)
    _secret.write_text(secrets.token_urlsafe(50))
SECRET_KEY = _secret.read_text().strip()
SEALING_MASTER_KEYS = lines_made_once(VAR / "master-keys")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# A demonstration on one machine: its made-up staff sign in with a password, and every page of theirs says so.
STAFF_SECOND_FACTOR_REQUIRED = env.bool("PORTAL_STAFF_SECOND_FACTOR", default=False)
STAFF_SECOND_FACTOR_OFF_BANNER = not STAFF_SECOND_FACTOR_REQUIRED
WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
DEMONSTRATION_MAIL = True

# The terminal is for the person who runs the demonstration; events go to a file.
LOGGING["handlers"]["lines"] = {
    "class": "logging.handlers.RotatingFileHandler",
    "formatter": "codes",
    "filename": VAR / "portal.log",
    "maxBytes": 10_000_000,
    "backupCount": 3,
}
