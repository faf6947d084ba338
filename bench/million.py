"""A directory of a million, filled once in a run by `manage.py demo`, and who is signed in to it.

python -m bench.million    makes a member of the site at DATABASE_URL, and says the cookie
"""

import functools
import os
import subprocess
import sys
import time
from dataclasses import dataclass

import django

from bench import PROFILES
from bench.servers import Server

NAME = f"{PROFILES:,} profiles"


@dataclass(frozen=True)
class Million:
    """`filled_s`: how long that took, the index included."""

    url: str
    filled_s: float


@functools.cache
def filled(server: Server) -> Million:
    url = server.new_database("million")
    environment = server.environment(url)
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=environment, check=True)
    command = [sys.executable, "manage.py", "demo", "--empty-site", "--experts", str(PROFILES)]
    begun = time.monotonic()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    took = time.monotonic() - begun
    server.ask("VACUUM ANALYZE", url)
    return Million(url, took)


def cookie(server: Server, million: Million) -> str:
    """Of a member who is signed in."""
    command = [sys.executable, "-m", "bench.million"]
    done = subprocess.run(command, env=server.environment(million.url), check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def size_mib(server: Server, url: str, *relations: str) -> float:
    sizes = " + ".join(f"pg_total_relation_size('{name}')" for name in relations)
    return int(server.ask(f"SELECT {sizes}", url)) / 2**20


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "LOG_LEVEL": "WARNING"}
    django.setup()
    from bench.crowd import sign_in  # noqa: PLC0415 (Django must be set up first)
    from marketplace.accounts.models import User  # noqa: PLC0415

    member, _ = User.objects.get_or_create(email="reader@example.test", defaults={"name": "Alice Reader"})
    print(*sign_in([member]))


if __name__ == "__main__":
    main()
