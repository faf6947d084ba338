"""The environment that tests run in, then the one settings file. A server that a test starts gets its own."""

import os
from pathlib import Path

os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # tests side by side share no file and no channel
    os.environ["VAR_DIR"] = str(Path(os.environ["VAR_DIR"]) / worker)
    if redis := os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = redis.removesuffix("/0") + "/" + worker.removeprefix("gw")
os.environ.setdefault("STRIPE_SANDBOX", "1")
os.environ.setdefault("SECRET_KEY", "for tests only, never outside this machine, and long enough to please the checks")

from marketplace.settings import *  # noqa: F403

# The real hash takes 0.1 s on purpose; tests sign people in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Each test client starts the site anew: it must not list every static file each time.
WHITENOISE_AUTOREFRESH = True
