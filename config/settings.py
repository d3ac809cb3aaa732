"""All settings of the product, read from the environment (see `.env.example`).

A value that is missing or wrong stops the start; nothing is guessed.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from common.secret_paths import hide_in_line, hide_in_report
from config.keys import encryption_keys, kept_key, new_encryption_key

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env(
    DEBUG=(bool, False),
    FIELD_ENCRYPTION_KEYS=(list, []),
    ALLOWED_HOSTS=(list, []),
    CSRF_TRUSTED_ORIGINS=(list, []),
    SITE_URL=(str, ""),
    EMAIL_URL=(str, ""),
    DEFAULT_FROM_EMAIL=(str, "dossier@localhost"),
    IMAP_URL=(str, ""),
    MEDIA_ROOT=(str, str(BASE_DIR / "var" / "media")),
    S3_BUCKET=(str, ""),
    S3_ENDPOINT_URL=(str, ""),
    S3_REGION=(str, ""),
    S3_ACCESS_KEY_ID=(str, ""),
    S3_SECRET_ACCESS_KEY=(str, ""),
    VIES_URL=(str, "https://ec.europa.eu/taxation_customs/vies/rest-api"),
    VIES_TIMEOUT=(float, 8.0),
    ECB_RATES_URL=(str, "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml"),
    ECB_RATES_TIMEOUT=(float, 30.0),
    TRUSTED_PROXY_COUNT=(int, 0),
    SECURE_SSL_REDIRECT=(bool, True),
    SENTRY_DSN=(str, ""),
    LOG_LEVEL=(str, "INFO"),
)
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

VERSION = "0.3.0"
SECRET_KEY = env("SECRET_KEY")
DEBUG = env("DEBUG")
# The first encrypts, all decrypt (`manage.py rotate_encryption`). Only a machine of one's own makes one for itself.
try:
    FIELD_ENCRYPTION_KEYS = encryption_keys(
        env("FIELD_ENCRYPTION_KEYS")
        or ([kept_key(BASE_DIR / "var" / "encryption_key", new_encryption_key)] if DEBUG else [])
    )
except ValueError as problem:
    raise environ.ImproperlyConfigured(str(problem)) from None
ALLOWED_HOSTS = env("ALLOWED_HOSTS") or (["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env("CSRF_TRUSTED_ORIGINS")
# Links in letters that the worker writes begin with it.
SITE_URL = env("SITE_URL") or next(
    (origin for origin in CSRF_TRUSTED_ORIGINS if "*" not in origin),
    "http://localhost:8000" if DEBUG else f"https://{next(iter(ALLOWED_HOSTS), 'localhost').lstrip('.*')}",
)

INSTALLED_APPS = [
    "finance",
    "trade",
    "events",
    "documents",
    "contacts",
    "counterparties",
    "users",
    "common",
    "config.apps.DossierAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "health_check",
    "pgtrigger",
    "pghistory",
    "phonenumber_field",
    "config.apps.JobsConfig",
    "config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "users.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "users.middleware.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "common.middleware.RequestLogMiddleware",
    "common.middleware.NotFoundMiddleware",
    "common.middleware.NotAllowedMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "common.renderer.FormRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "common.context_processors.frame",
            ],
        },
    },
]

# -- Database: PostgreSQL, everywhere ----------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL")}
if "postgresql" not in DATABASES["default"]["ENGINE"]:
    raise environ.ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Log-in throttling counts in a cache that all processes share.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "common_cache",
        # Room enough that nobody pushes out the counts of failed log-ins by flooding the cache.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# -- Users, log-in, sessions -------------------------------------------------------------------
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["users.backends.RightsBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "users.adapters.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # that letter invites to sign up, and there is no sign-up
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# By account first: an office may share one address, so limits by address only slow down whoever tries many accounts.
ACCOUNT_RATE_LIMITS = {"login": "240/m/ip", "login_failed": "60/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env("TRUSTED_PROXY_COUNT")
ACCOUNT_FORMS = {"reset_password": "users.forms.PasswordResetForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from administrators: nobody signs up with another's
MFA_ADAPTER = "users.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Dossier"
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# -- Languages ---------------------------------------------------------------------------------
LANGUAGE_CODE = "bg"
LANGUAGES = [("bg", _("Bulgarian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Sofia"
FORMAT_MODULE_PATH = ["config.formats"]
PHONENUMBER_DEFAULT_REGION = "BG"
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# -- Static and uploaded files -----------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
FILES_ON_DISK: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": env("MEDIA_ROOT"), "file_permissions_mode": 0o600},
}
FILES_IN_S3: dict[str, Any] = {
    "BACKEND": "common.storage.PrivateS3Storage",
    "OPTIONS": {
        "bucket_name": env("S3_BUCKET"),
        "endpoint_url": env("S3_ENDPOINT_URL") or None,
        "region_name": env("S3_REGION") or None,
        "access_key": env("S3_ACCESS_KEY_ID") or None,
        "secret_key": env("S3_SECRET_ACCESS_KEY") or None,
    },
}
if env("S3_BUCKET"):
    if not (find_spec("storages") and find_spec("boto3")):
        raise environ.ImproperlyConfigured(
            "S3_BUCKET is set, but the packages for S3 are not installed: "
            ".venv/bin/python -m pip install --no-deps --require-hashes -r requirements/s3.txt"
        )
    if bool(env("S3_ACCESS_KEY_ID")) != bool(env("S3_SECRET_ACCESS_KEY")):
        raise environ.ImproperlyConfigured("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are set together or not at all.")
elif any(FILES_IN_S3["OPTIONS"].values()):
    raise environ.ImproperlyConfigured("S3_BUCKET is not set, though other variables of S3 are.")
STORAGES = {
    "default": FILES_IN_S3 if env("S3_BUCKET") else FILES_ON_DISK,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = env("MEDIA_ROOT")  # no MEDIA_URL: every file is served by a view that asks for the right first
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 25_000  # a document of two thousand lines
# An import: rows at most, and days for which the uploaded file is kept.
IMPORT_MAX_ROWS = env.int("IMPORT_MAX_ROWS", 100_000)
IMPORT_KEEP_DAYS = env.int("IMPORT_KEEP_DAYS", 30)
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 20 * 1024 * 1024)

FILTERS_EMPTY_CHOICE_LABEL = "—"

# -- Forms -------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "dossier"
CRISPY_TEMPLATE_PACK = "dossier"  # ours: templates/dossier/

# -- E-mail ------------------------------------------------------------------------------------
if env("EMAIL_URL"):
    vars().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 60  # seconds for each answer of the server
# The largest letter that is sent, attachments encoded.
EMAIL_MAX_BYTES = env.int("EMAIL_MAX_BYTES", 25 * 1024 * 1024)
# The mailbox that the worker reads. Never shown: it holds a password.
IMAP_URL = env("IMAP_URL")
if IMAP_URL and not IMAP_URL.startswith(("imaps://", "imap://")):
    raise environ.ImproperlyConfigured("IMAP_URL begins with imaps:// (or imap://, without encryption).")

# -- VIES --------------------------------------------------------------------------------------
VIES_URL = env("VIES_URL")
VIES_TIMEOUT = env("VIES_TIMEOUT")

# -- Exchange rates ----------------------------------------------------------------------------
# Fetched every night; empty, nothing is.
ECB_RATES_URL = env("ECB_RATES_URL")
ECB_RATES_TIMEOUT = env("ECB_RATES_TIMEOUT")

# -- Security ----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if not DEBUG:
    SECURE_SSL_REDIRECT = env("SECURE_SSL_REDIRECT")
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if env("TRUSTED_PROXY_COUNT"):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- History -----------------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# -- Logs and errors ---------------------------------------------------------------------------
LOG_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    hide_in_line,
    structlog.processors.StackInfoRenderer(),
    # As text, without the values of variables: they may be personal numbers.
    *([] if DEBUG else [structlog.processors.format_exc_info]),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": structlog.stdlib.ProcessorFormatter,
            # What libraries log gets the same time, level and traceback as what we log ourselves.
            "foreign_pre_chain": LOG_PROCESSORS,
            "processor": structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
            if DEBUG
            else structlog.processors.JSONRenderer(ensure_ascii=False),
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *LOG_PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
if env("SENTRY_DSN"):
    import sentry_sdk

    sentry_sdk.init(
        dsn=env("SENTRY_DSN"), send_default_pii=False, include_local_variables=False, before_send=hide_in_report
    )
