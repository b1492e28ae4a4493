"""For the checks: throw-away places, quick password hashing, everything else as it runs for real."""

import tempfile
from pathlib import Path

from portal.settings.base import *  # noqa: F403

# Staff of the checks sign in with a password; the checks of the second factor turn it on.
STAFF_SECOND_FACTOR_REQUIRED = False
# One clinician signs in most checks; those of two signatures ask for two.
SIGNERS_OF_GRAVE_FINDINGS = 1
SECRET_KEY = "only-for-tests"  # noqa: S105  # nosec B105
DEBUG = False
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TEST_VAR = Path(tempfile.mkdtemp(prefix="portal-test-"))
MEDIA_ROOT = TEST_VAR / "files"
CONSENT_KEYS = TEST_VAR / "keys"
CONSENT_ANCHORS = TEST_VAR / "anchors" / "consent"
ACCESS_LOG_ANCHORS = TEST_VAR / "anchors" / "access.log"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A real file: an in-memory database cannot be shared by threads the way a served one is.
    DATABASES["default"]["TEST"] = {"NAME": TEST_VAR / "test.sqlite3"}  # noqa: F405
SEALING_MASTER_KEYS = ["test:" + "a" * 42 + "A="]
CLOSINGS = TEST_VAR / "closed.jsonl"
SEALING_DESTROYED_REGISTER = TEST_VAR / "destroyed-keys"
SEALING_PLAIN_FOLDER = str(TEST_VAR / "plain")
INSTALLED_APPS = [*INSTALLED_APPS, "tests.portal.sealing.letters"]  # noqa: F405
