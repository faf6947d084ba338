"""Every setting, read once from the environment (see .env.example); a bad value stops the start with one line.

With no environment at all: SQLite, channels in memory, DEBUG off, no sandbox and no demo doors.
"""

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.management.utils import get_random_secret_key

from calls.captions.worker import PACKAGES as CAPTION_PACKAGES
from marketplace.environment import BadSetting, env_address, env_bool, env_int, env_list, env_str

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env_bool("DEBUG")
TESTING = "pytest" in sys.modules
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var")))
try:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
except OSError as problem:
    raise BadSetting("VAR_DIR", f"'{VAR_DIR}' cannot be made ({problem.strerror})") from problem

SITE_URL = env_address("SITE_URL", "http://127.0.0.1:8000", schemes=("http", "https")).rstrip("/")
HTTPS = urlsplit(SITE_URL).scheme == "https"
SECRET_KEY_LENGTH_MIN = 50  # as `check --deploy` asks
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "[::1]"}
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ",".join(sorted(LOOPBACK_HOSTS)))


def _secret_key() -> str:
    """SECRET_KEY, or one made once and kept in VAR_DIR (never in production: several machines must share it)."""
    if key := env_str("SECRET_KEY"):
        if HTTPS and len(key) < SECRET_KEY_LENGTH_MIN:
            raise BadSetting("SECRET_KEY", f"is too easy to guess: at least {SECRET_KEY_LENGTH_MIN} random characters")
        return key
    if HTTPS:
        raise BadSetting("SECRET_KEY", "must be set when SITE_URL is https: long, random, the same for every process")
    kept = VAR_DIR / "secret-key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(get_random_secret_key() + get_random_secret_key())
    return kept.read_text()


SECRET_KEY = _secret_key()

# --- Stripe: a real key, or the sandbox that stands in for it -------------------------------------------------
STRIPE_SECRET_KEY = env_str("STRIPE_SECRET_KEY")
STRIPE_PUBLISHABLE_KEY = env_str("STRIPE_PUBLISHABLE_KEY")  # with it, a call's page shows Stripe's card form itself
STRIPE_SANDBOX = env_bool("STRIPE_SANDBOX")
STRIPE_WEBHOOK_SECRET = env_str("STRIPE_WEBHOOK_SECRET")
STRIPE_CONNECT_WEBHOOK_SECRET = env_str("STRIPE_CONNECT_WEBHOOK_SECRET")
STRIPE_THIN_WEBHOOK_SECRET = env_str("STRIPE_THIN_WEBHOOK_SECRET")
if STRIPE_SANDBOX:
    if outside := set(ALLOWED_HOSTS) - LOOPBACK_HOSTS:  # its card 4242... is credit for nothing
        raise BadSetting(
            "STRIPE_SANDBOX", f"is for this machine only, but ALLOWED_HOSTS has {', '.join(sorted(outside))}"
        )
    if STRIPE_SECRET_KEY:
        raise BadSetting("STRIPE_SECRET_KEY", "set together with STRIPE_SANDBOX=1; unset one of the two")
    STRIPE_SECRET_KEY = "sk_test_sandbox"
    # The sandbox signs its own events: any secrets do, as long as the three differ.
    STRIPE_WEBHOOK_SECRET = STRIPE_WEBHOOK_SECRET or "whsec_sandbox_platform"
    STRIPE_CONNECT_WEBHOOK_SECRET = STRIPE_CONNECT_WEBHOOK_SECRET or "whsec_sandbox_connect"
    STRIPE_THIN_WEBHOOK_SECRET = STRIPE_THIN_WEBHOOK_SECRET or "whsec_sandbox_thin"
elif STRIPE_SECRET_KEY:
    if not STRIPE_SECRET_KEY.startswith(("sk_test_", "rk_test_", "sk_live_", "rk_live_")):
        raise BadSetting("STRIPE_SECRET_KEY", "does not look like a secret key (sk_test_..., sk_live_...)")
    for _name in ("STRIPE_WEBHOOK_SECRET", "STRIPE_CONNECT_WEBHOOK_SECRET", "STRIPE_THIN_WEBHOOK_SECRET"):
        if not globals()[_name].startswith("whsec_"):
            raise BadSetting(_name, "must be set (whsec_...) when STRIPE_SECRET_KEY is")
    if len({STRIPE_WEBHOOK_SECRET, STRIPE_CONNECT_WEBHOOK_SECRET, STRIPE_THIN_WEBHOOK_SECRET}) < 3:
        raise BadSetting("STRIPE_WEBHOOK_SECRET", "and those of the other two addresses must differ: Stripe made three")
if STRIPE_PUBLISHABLE_KEY and (
    STRIPE_SANDBOX
    or not STRIPE_PUBLISHABLE_KEY.startswith(("pk_test_", "pk_live_"))
    or STRIPE_PUBLISHABLE_KEY[3:8] != STRIPE_SECRET_KEY[3:8]
):
    raise BadSetting(
        "STRIPE_PUBLISHABLE_KEY", "must be pk_test_... or pk_live_..., as STRIPE_SECRET_KEY is; without a sandbox"
    )
STRIPE_REQUESTS_PER_S = env_int("STRIPE_REQUESTS_PER_S", 20)  # of all workers; pages keep the rest of Stripe's 25
STRIPE_COUNTRY = env_str("STRIPE_COUNTRY", "FR")  # where most experts bank: proposed when one connects a bank account
if not re.fullmatch("[A-Z]{2}", STRIPE_COUNTRY):
    raise BadSetting("STRIPE_COUNTRY", f"{STRIPE_COUNTRY!r} is not a country's two capital letters (FR)")

# --- The demo's doors: one-press sign-in, readable mails, movable clock ---------------------------------------
DEMO = env_bool("DEMO")
if DEMO and not (DEBUG and STRIPE_SANDBOX):
    raise BadSetting("DEMO", "needs DEBUG=1 and STRIPE_SANDBOX=1")

INSTALLED_APPS = [
    "marketplace",
    "calls",
    "payouts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "channels",
    "csp",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
AUTH_USER_MODEL = "marketplace.User"
ROOT_URLCONF = "marketplace.urls"
ASGI_APPLICATION = "marketplace.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "marketplace.pages.compressed.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "marketplace.pages.language.middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marketplace.pages.context.site",
            ],
        },
    }
]

# Forms look for their widgets' templates where pages look for theirs.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database: SQLite to try it, PostgreSQL through a pool to run it ------------------------------------------
DATABASE_URL = env_str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'ringwise.sqlite3'}")
try:
    _database = dj_database_url.parse(DATABASE_URL)
except Exception as problem:
    raise BadSetting("DATABASE_URL", "is not a database address (postgres://user:password@host/name)") from problem
if _database["ENGINE"].endswith("sqlite3"):
    if not DATABASE_URL.endswith(":memory:"):
        Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE: a transaction that reads and then writes must not find the file changed in between.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
elif _database["ENGINE"].endswith("postgresql"):
    if not _database["NAME"]:
        raise BadSetting("DATABASE_URL", "names no database (postgres://user:password@host/name)")
    # Django switches prepared statements off; with them a move of money costs a third less.
    _database["OPTIONS"] = {
        "pool": {"min_size": 2, "max_size": 20, "timeout": 10},
        "server_side_binding": True,
        "prepare_threshold": 5,
        # What pages ask for lies in memory or on a disk without arms. PostgreSQL's own 4 is for one with arms: it would rather
        # read a thousand rows in their order than find a few dozen here and there.
        "options": "-c random_page_cost=1.1",
    }
else:
    raise BadSetting("DATABASE_URL", "must be sqlite or postgres")
DATABASES = {"default": _database}

REDIS_URL = env_address("REDIS_URL", schemes=("redis", "rediss", "unix"))
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # Without socket_timeout=None redis-py 8 ends every idle socket after 5 s.
            # A server process reads all its notices and its part of the relay from one channel: room for bursts.
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "capacity": 10_000},
        }
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# --- Accounts -------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "marketplace.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "marketplace.accounts.forms.SignupForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True  # one address a member; the new one counts once its code was typed
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600 if DEMO else 300  # the demo's people have no password that a visitor knows
MFA_FORMS = {"add_webauthn": "marketplace.accounts.forms.PasskeyForm"}
MFA_ADAPTER = "marketplace.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Ringwise"
MFA_TOTP_TOLERANCE = 1  # a telephone whose clock is half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # passkeys on http://localhost
SECOND_FACTOR = env_bool("SECOND_FACTOR", not DEMO)  # asked of staff, and of experts who withdraw
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a notice to the old address when address or password changed
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
# Limits count visitors by their address, which behind a proxy only X-Forwarded-For tells.
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", 1 if HTTPS else 0, high=10)
GUESTS_PER_HOUR = env_int("GUESTS_PER_HOUR", 20, low=1)  # people without an account, from one address,
GUEST_RINGS_PER_HOUR = env_int("GUEST_RINGS_PER_HOUR", 20, low=1)  # and how often all of them ring
ACCOUNT_RATE_LIMITS = {
    "guest": f"{GUESTS_PER_HOUR}/h/ip",
    "guest_ring": f"{GUEST_RINGS_PER_HOUR}/h/ip",
    "test_call": "20/h/user",
}
ACCOUNT_USER_DISPLAY = "marketplace.accounts.services.display_name"
LOGIN_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Mail: a server when EMAIL_URL names one; else files that the demo can show ---------------------------------
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", "Ringwise <noreply@localhost>")
try:
    _mail = urlsplit(env_str("EMAIL_URL"))
    EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
except ValueError as problem:
    raise BadSetting("EMAIL_URL", "is not an address (smtp://user:password@host:587)") from problem
if _mail.scheme in ("smtp", "smtps"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or "localhost"
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL and EMAIL_HOST not in ("localhost", "127.0.0.1", "::1")
    EMAIL_TIMEOUT = 10
elif _mail.scheme:
    raise BadSetting("EMAIL_URL", "must begin with smtp:// or smtps://")
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mails"

# --- Language and time ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]  # each in its own words
LOCALE_PATHS: list[Path] = []  # where marketplace.catalogs has compiled them, set at the start
TIME_ZONE = "UTC"
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = DEBUG or TESTING  # served from where they lie; else from where collectstatic put them
STATIC_ROOT = None if WHITENOISE_USE_FINDERS else BASE_DIR / "staticfiles"
MEDIA_ROOT = VAR_DIR / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "marketplace.staticfiles.HashedStaticFiles"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- What the browser may do ----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        # Of what stands in the page itself only what names pages to fetch ahead: nothing of it runs (page/room_ahead.js).
        "script-src": ["'self'", "'inline-speculation-rules'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # A POST answered by a redirect to Stripe's hosted pages counts as a form action too.
        "form-action": [
            "'self'",
            "https://checkout.stripe.com",
            "https://connect.stripe.com",
            "https://hooks.stripe.com",  # 3-D Secure, when a saved card's bank asks for its owner
        ],
    }
}
# What Stripe's embedded form needs, on the pages of calls alone and only with STRIPE_PUBLISHABLE_KEY.
STRIPE_FORM_SOURCES = {
    "script-src": ["https://js.stripe.com", "https://*.js.stripe.com", "https://checkout.stripe.com"],
    "frame-src": [
        "https://js.stripe.com",
        "https://*.js.stripe.com",
        "https://checkout.stripe.com",
        "https://hooks.stripe.com",
    ],
    "connect-src": ["https://api.stripe.com", "https://checkout.stripe.com"],
    "img-src": ["https://*.stripe.com"],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- TURN -----------------------------------------------------------------------------------------------------
TURN_URLS = env_list("TURN_URLS")
TURN_SECRET = env_str("TURN_SECRET")
if bool(TURN_URLS) != bool(TURN_SECRET):
    raise BadSetting("TURN_URLS", "and TURN_SECRET go together: set both or neither")
for _url in TURN_URLS:
    if not _url.startswith(("turn:", "turns:", "stun:", "stuns:")):  # a browser that is told one makes no connection
        raise BadSetting("TURN_URLS", f"{_url!r} does not begin with turn:, turns:, stun: or stuns:")
TURN_TTL_S = env_int("TURN_TTL_S", 3600, low=60)

# --- Captions of calls, written down by this server ------------------------------------------------------------
CAPTIONS = env_bool("CAPTIONS")
CAPTION_WORKERS = env_int("CAPTION_WORKERS", 1, low=1, high=64)  # processes of each server that write them
CAPTION_SPEAKERS = env_int("CAPTION_SPEAKERS", 4, low=1)  # for each of them; who comes then is told that they are busy
if CAPTIONS and not all(find_spec(name) for name in CAPTION_PACKAGES):
    raise BadSetting("CAPTIONS", "needs what `pip install -r requirements-captions.txt` installs, or 0")

# --- Test calls: echoes are processes of this server, where aiortc is installed ---------------------------------
ECHOES_AT_ONCE = env_int("ECHOES_AT_ONCE", 5, low=0, high=100)
ECHO_S = 60

# --- Who issues receipts, invoices and statements -------------------------------------------------------------
LEGAL_NAME = env_str("LEGAL_NAME", "Ringwise")
LEGAL_ADDRESS = env_str("LEGAL_ADDRESS")  # its lines parted by semicolons
TAX_NUMBER = env_str("TAX_NUMBER")

# --- The product's numbers (PRODUCT.md); times can be shortened for tests -------------------------------------
CURRENCY = env_str("CURRENCY", "EUR")
if len(CURRENCY) != 3 or not CURRENCY.isascii() or not CURRENCY.isupper():
    raise BadSetting("CURRENCY", f"{CURRENCY!r} is not a currency's three capital letters (EUR)")
# What of the commission is tax, decided at capture: a class as payouts.earnings.taxing.TaxPolicy describes it.
TAX_POLICY = env_str("TAX_POLICY", "payouts.earnings.taxing.NoTax")
COMMISSION_PERCENT = env_int("COMMISSION_PERCENT", 30, high=100)
RATE_MINOR_MIN, RATE_MINOR_MAX = 20, 1_000
RATE_MINOR_VERIFIED_MAX = 10_000  # what staff may allow a verified expert
ACT_MINOR_MIN, ACT_MINOR_MAX = 100, 50_000
TOP_UP_MINOR_MIN, TOP_UP_MINOR_MAX = 500, 50_000
CREDIT_MINOR_MAX, CREDIT_MINOR_HARD_MAX = 50_000, 200_000  # the hard one with all that could be paid on open pages
TOP_UP_MINOR_DAY_MAX = env_int("TOP_UP_MINOR_DAY_MAX", 50_000, high=CREDIT_MINOR_HARD_MAX)  # paid in 24 hours
TOP_UPS_PER_HOUR = env_int("TOP_UPS_PER_HOUR", 10, low=1)  # started by one member
DECLINES_PER_HOUR, DECLINES_PER_DAY = env_int("DECLINES_PER_HOUR", 5, low=1), env_int("DECLINES_PER_DAY", 10, low=1)
MONTHLY_LIMIT_MINOR = 20_000  # proposed at the first payment
MONTHLY_LIMIT_MINOR_MIN, MONTHLY_LIMIT_MINOR_MAX = 500, 1_000_000
PROMO_MINOR_MAX = 10_000  # promotional credit that staff give at once
PROMO_GRANTS_A_DAY = 10  # and how often one of them does
WITHDRAWAL_MINOR_MIN = 2_000
RELEASE_DAYS, RELEASE_DAYS_NEW = 14, 30
FREEZE_HOURS = env_int("FREEZE_HOURS", 72)  # withdrawals, after a change of bank, e-mail or second factor
SUSPICIOUS_MINOR = 5_000  # in a week, between two accounts that are both new: staff look before it is released
NEW_EXPERT_CALLERS, NEW_EXPERT_DAYS = 5, 30
CLAIM_ANSWER_DAYS, CLAIM_DECIDE_DAYS = 3, 7
CLAIM_TWO_STAFF_MINOR = env_int("CLAIM_TWO_STAFF_MINOR", 10_000)  # contested above it: two of the staff must agree
TIP_MINOR_MIN, TIP_MINOR_MAX = 100, 2_000  # the highest is for all tips of a payer for one call
REVIEW_BILLED_S = 60  # of one member with one expert, not wholly refunded, before the one reviews the other

RING_S = env_int("RING_S", 45, low=1)
RING_NOTICED_S = 20  # who rang that long before they gave up stands in a mail, as who was missed does
IN_VAIN_MAX, IN_VAIN_S, IN_VAIN_HOUR_MAX = (
    3,
    600,
    30,
)  # rings of one person at another in so long, and at anybody in an hour
ASKED_MAX, ASKS_PER_HOUR = 10, 6  # how many experts one *Ask now* rings, and how often one person asks
TURN_S = env_int("TURN_S", 60, low=1)  # in which only who waited first rings an expert who is free anew
LINES_AT_ONCE_MAX, WAIT_HOURS = 5, 24  # how many experts one waits for, and how long
AWAY_AFTER_S = env_int("AWAY_AFTER_S", 30, low=1)
SOCKET_PING_S = env_int("SOCKET_PING_S", 10, low=1)
SOCKET_SILENCE_S = env_int("SOCKET_SILENCE_S", 30, low=1)
OFFER_S = env_int("OFFER_S", 60, low=1)
OFFER_TOP_UP_S = env_int("OFFER_TOP_UP_S", 600, low=1)
ACCEPT_INERT_S = env_int("ACCEPT_INERT_S", 1)
REFUSALS_BEFORE_WAIT = 2
REFUSED_WAIT_S = env_int("REFUSED_WAIT_S", 300)
COUNTDOWN_S = env_int("COUNTDOWN_S", 3)
FREE_TIME_S = env_int("FREE_TIME_S", 30)
FREE_TIME_WINDOW_S = 24 * 3600
REPORT_S = env_int("REPORT_S", 2, low=1)
REPORT_SILENCE_S = env_int("REPORT_SILENCE_S", 5, low=1)
LOSS_RESUMES_S = env_int("LOSS_RESUMES_S", 20, low=1)
LOSS_ENDS_S = env_int("LOSS_ENDS_S", 120, low=1)
PAUSE_ENDS_S = env_int("PAUSE_ENDS_S", 600, low=1)
SILENCE_ASKS_S = env_int("SILENCE_ASKS_S", 180, low=1)
STILL_THERE_S = env_int("STILL_THERE_S", 60, low=1)
WORK_OBJECT_HOURS, WORK_LATE_DAYS = 72, 7  # of an act of work: to say *not as described*; after its date, freed
CAPTION_MINUTES_A_DAY = env_int("CAPTION_MINUTES_A_DAY", 120, low=1)  # of one person's speech, written down
GUEST_DAYS = 30  # how long what a guest said in a call stays, and the name of one who calls no more
STORED_DAYS = 30  # how long what is unused of an act of time stays with its expert
ACT_CAPTURE_S = env_int("ACT_CAPTURE_S", 60, low=1)
LEASE_BEAT_S = env_int("LEASE_BEAT_S", 2, low=1)
LEASE_DEAD_S = env_int("LEASE_DEAD_S", 8, low=3)
if REPORT_S >= REPORT_SILENCE_S:
    raise BadSetting(
        "REPORT_S", f"{REPORT_S} must be below REPORT_SILENCE_S ({REPORT_SILENCE_S}): else silence is normal"
    )
if LEASE_BEAT_S >= LEASE_DEAD_S - 1:
    raise BadSetting("LEASE_BEAT_S", f"{LEASE_BEAT_S} must be more than 1 below LEASE_DEAD_S ({LEASE_DEAD_S})")

LOG_LEVEL = env_str("LOG_LEVEL", "INFO")
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise BadSetting("LOG_LEVEL", f"{LOG_LEVEL!r} is none of DEBUG, INFO, WARNING, ERROR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # At INFO the library writes every request; ours are in the outbox and the events.
    # A forged Host gets its 400; a traceback for each would let anybody fill the log.
    "loggers": {
        "stripe": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "uvicorn": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
