"""What every installation shares. Places and secrets come from the environment."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal.translations import prepare_catalogues

env = environ.Env()

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(env.str("PORTAL_VAR", default=str(ROOT / "var")))

SITE_NAME = "Clearly"
CLINIC_NAME = env.str("PORTAL_CLINIC_NAME", default="Riverside Clinic")
CLINIC_PHONE = env.str("PORTAL_CLINIC_PHONE", default="")
# Days that work may wait for a person before the queue and the health page call it overdue: a draft or a file for
# the care team, a signed report for its patient, a patient who asked or who is to be called. (An emergency is looked
# into within 72 hours, everywhere.)
DAYS_UNTIL_OVERDUE = {
    "review": env.int("PORTAL_REVIEW_DAYS", default=7),
    "reading": env.int("PORTAL_READING_DAYS", default=14),
    "answer": env.int("PORTAL_ANSWER_DAYS", default=2),
}
# Who must sign a report with a grave finding (portal/delivery/high_impact.toml). A clinic with one clinician sets 1.
SIGNERS_OF_GRAVE_FINDINGS = env.int("PORTAL_SIGNERS_OF_GRAVE_FINDINGS", default=2)
DEMONSTRATION = False  # a made-up clinic: every page says so

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "portal.access.admin_config.OperatorAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "consent.ledger",
    "portal.sealing",
    "portal.people",
    "portal.access",
    "consent.desk",
    "portal.results",
    "portal.reports",
    "portal.contact",
    "portal.delivery",
    "portal.record",
    "portal.medicines",
    "portal.decisions",
    "portal.decisions.following",
    "portal.rights",
    "portal.backups",
    "portal.home",
    "portal.api",
]

MIDDLEWARE = [
    "portal.access.middleware.RequestLogMiddleware",
    # Outermost: what they add stands on every answer, also on one that never gets further in.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.access.middleware.NoStoreMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.home.language.LanguageOfOneRequestMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.home.language.ChosenLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.access.session_limits.SessionLimitsMiddleware",
    "portal.access.second_factor.StaffSecondFactorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.home.context.site",
                "portal.access.context.session",
            ],
        },
    },
]

# One database for everything. SQLite holds a small clinic; PostgreSQL is the production choice.
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a writer waits its turn at BEGIN instead of failing half-way through.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts: e-mail and password, second factor, no open sign-up (people are invited).
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "portal.access.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "portal.access.address_form.NewAddressForm",
    "login": "portal.access.account_forms.SignIn",
    "change_password": "portal.access.account_forms.ChangePassword",
    "reauthenticate": "portal.access.account_forms.StillMe",
    "reset_password": "portal.access.account_forms.ForgottenPassword",
    "reset_password_from_key": "portal.access.account_forms.ChoosePassword",
}
MFA_FORMS = {
    "authenticate": "portal.access.account_forms.TypeCode",
    "reauthenticate": "portal.access.account_forms.StillMeByCode",
    "activate_totp": "portal.access.account_forms.SetUpApp",
    "add_webauthn": "portal.access.account_forms.AddKey",
    "edit_webauthn": "portal.access.account_forms.RenameKey",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one counts once its owner has confirmed it
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"open_share": "10/m/ip"}  # codes tried on links of shared reports; beside the library's own
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
USERSESSIONS_TRACK_ACTIVITY = False
# Staff see nothing about a patient without a second factor. Seconds a session lives: left alone, and at most.
STAFF_SECOND_FACTOR_REQUIRED = True
STAFF_SECOND_FACTOR_OFF_BANNER = False
SESSION_LIMITS = {"patient": (30 * 60, 12 * 3600), "staff": (15 * 60, 8 * 3600)}
# Seconds within which whoever has just shown who they are is not asked again: before signing a report, breaking the
# glass, sharing, and changes to an account. Longer lets an unattended screen sign; shorter asks at every signature.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
# Where "leave this site now" leads: a page that says nothing about the person.
QUICK_EXIT_ADDRESS = env.str("PORTAL_QUICK_EXIT_ADDRESS", default="https://www.wikipedia.org/")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DEMONSTRATION_MAIL = False  # a page that shows every message sent; for the demonstration only
EMAIL_FILE_PATH = VAR / "mail"
SESSION_SERIALIZER = "portal.access.sessions.ClosedSerializer"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("ar", _("Arabic"))]
DRAFTED_LANGUAGES = ["ar"]  # put into words by a machine, not yet read by a translator: every page says so
REPORT_LANGUAGES = ["en", "es"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
FORMAT_MODULE_PATH = "portal.formats"
MADE_LOCALE = VAR / "locale"  # the catalogues of `locale/`, compiled
prepare_catalogues(ROOT / "locale", MADE_LOCALE)
LOCALE_PATHS = [MADE_LOCALE]
USE_TZ = True
TIME_ZONE = env.str("PORTAL_TIME_ZONE", default="UTC")

STATIC_URL = "/static/"
MADE_STATIC = VAR / "static"  # the fonts, made from their package
MADE_STATIC.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [ROOT / "static", MADE_STATIC]
STATIC_ROOT = VAR / "collected"

# Genome files: outside the web root, never served by URL.
MEDIA_ROOT = VAR / "files"
FILE_UPLOAD_HANDLERS = ["portal.sealing.uploads.NamelessUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
RESULT_FILE_MAX_BYTES = env.int("PORTAL_RESULT_FILE_MAX_BYTES", default=8 * 1024**3)

# Sealing (docs/sealing.md). The master keys, SEALING_MASTER_KEYS, come from elsewhere in each kind of installation.
SEALING_DESTROYED_REGISTER = VAR / "destroyed-keys"
# What was closed (accounts, tokens, care …), so that a restored backup does not open it again. Ids only.
CLOSINGS = VAR / "anchors" / "closed.jsonl"
SEALING_PLAIN_FOLDER = env.str("PORTAL_PLAIN_FOLDER", default="")
# The head of the access log, outside the database. Copy it to another machine: it holds nothing about anybody.
ACCESS_LOG_ANCHORS = VAR / "anchors" / "access.log"

# Strict content security: nothing from another origin, nothing inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the second-factor QR code is a data image
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.MachineTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "EXCEPTION_HANDLER": "portal.api.errors.answer",
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Treatment portal",
    "DESCRIPTION": "Orders, result files, interpretations and reports.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "FileStatusEnum": "portal.results.models.FileStatus",
        "ReportStatusEnum": "portal.reports.models.ReportStatus",
    },
}

# Celery. The database row is the truth; the broker only wakes a worker up.
CELERY_BROKER_URL = env.str("REDIS_URL", default="memory://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A worker that loses its broker finishes what it holds (the claim is in the database) and waits for the broker.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # kept in memory: there is nothing to remember between starts
CELERY_BEAT_SCHEDULE = {
    # Expires before the next one: a busy queue must not fill with searches.
    "recover": {"task": "recover", "schedule": 3, "options": {"expires": 3, "retry": False}},
    "look_after_access": {"task": "look_after_access", "schedule": 4, "options": {"expires": 4, "retry": False}},
}
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, float] = {"polling_interval": 0.05}
if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # Longer than the longest task, swept often: a killed worker's message comes back in seconds.
        "visibility_timeout": 600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        # Sending gives up soon when the broker is away: the job's row stays, and a search sends it again.
        "max_retries": 1,
        "interval_start": 0,
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CELERY_BROKER_URL}}

# One JSON line per event on standard error, codes only (`portal.access.logging`).
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"codes": {"()": "portal.access.logging.CodesOnlyFormatter"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "codes"}},
    "root": {"handlers": ["lines"], "level": env.str("PORTAL_LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django's own handlers print addresses and mail whole requests: ours replace them.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # Libraries that tell their every step.
        "weasyprint": {"level": "WARNING"},
        "weasyprint.progress": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}

# A person's rights (docs/trust.md). Days: to think an erasure over; until the last backup of today is gone.
ERASURE_THOUGHT_OVER_DAYS = env.int("PORTAL_ERASURE_DAYS", default=7)
BACKUPS_KEPT_DAYS = env.int("PORTAL_BACKUPS_KEPT_DAYS", default=90)
# A lost second factor is not taken off before so many hours: time for the owner to say that they did not ask.
FACTOR_RECOVERY_WAITS_HOURS = env.int("PORTAL_FACTOR_RECOVERY_HOURS", default=24)

# Questionnaires a clinic has a licence for, as FHIR Questionnaire files; none comes with us (docs/following.md).
FOLLOW_UP_INSTRUMENTS = VAR / "instruments"

# Consent. The keys and the anchors live outside the database; back the keys up apart from it.
CONSENT_LEDGER_KEY = env.str("PORTAL_LEDGER_KEY", default="")  # empty: made once under CONSENT_KEYS
CONSENT_KEYS = VAR / "keys"
CONSENT_ANCHORS = VAR / "anchors" / "consent"
