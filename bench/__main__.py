"""`python -m bench [GROUP]`: measures on a private PostgreSQL, prints a table, writes bench/results.jsonl."""

import importlib
import os
import sys

import django

from bench import report
from bench.servers import private_server
from tests.harness.stages import Stage, environment_for

GROUPS = ("posting", "metering")


def main(only: str) -> None:
    if only and only not in GROUPS:
        sys.exit(f"No group {only!r}: there are {', '.join(GROUPS)}.")
    rows = []
    with private_server() as server, environment_for(Stage([])) as environment:
        os.environ.clear()  # what the shell may hold for another site
        os.environ |= environment | {
            "DATABASE_URL": server.url,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "LOG_LEVEL": "WARNING",
            "STRIPE_SANDBOX": "1",  # the worker asks Stripe by itself
        }
        django.setup()
        for group in [only] if only else GROUPS:
            # Imported here because a group reads Django's settings, and so the address of this server.
            for row in importlib.import_module(f"bench.{group}").rows(server):
                rows.append(row)
                report.show(row)
                report.keep(rows)
    print(f"\n{sum(row.is_met for row in rows)} of {len(rows)} goals met; written to {report.RESULTS}")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or os.environ.get("ONLY", ""))
