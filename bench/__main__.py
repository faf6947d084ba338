"""`python -m bench [GROUP]`: measures on a private PostgreSQL, prints a table, writes bench/results.jsonl."""

import importlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress

import django

from bench import SMALL, alone, peerjs, report
from bench.servers import Server, private_server
from tests.harness.stages import Stage, environment_for

# What a group is called, and its module. Those in a network of their own come last: nothing can be installed from there.
GROUPS = {
    "posting": "posting",
    "metering": "metering",
    "relay": "relay",
    "sockets": "sockets",
    "flood": "flood",
    "presence": "presence",
    "search": "searching",
    "browse": "browsing",
    "page": "pages",
    "call set-up": "call_setup",
    "recovery": "recovery",
}
ALONE = ("call set-up", "recovery")
BY_NAME_ONLY = ("recovery",)  # six minutes of waiting for cables


def rows_of(group: str, server: Server) -> Iterable[report.Row]:
    if group not in ALONE:
        # Imported here because a group reads Django's settings, and so the address of this server.
        return importlib.import_module(f"bench.{GROUPS[group]}").rows(server)
    with suppress(peerjs.Missing):  # said by the group itself
        peerjs.packages()
    return alone.rows_of(GROUPS[group])


def main(only: str) -> None:
    if only and only not in GROUPS:
        sys.exit(f"No group {only!r}: there are {', '.join(GROUPS)}.")
    rows: list[report.Row] = []
    others = report.of_other_groups(only) if only else []
    with private_server() as server, environment_for(Stage([])) as environment:
        os.environ.clear()  # what the shell may hold for another site
        os.environ |= environment | {
            "DATABASE_URL": server.url,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "LOG_LEVEL": "WARNING",
            "STRIPE_SANDBOX": "1",  # the worker asks Stripe by itself
        }
        django.setup()
        for group in [only] if only else [name for name in GROUPS if name not in BY_NAME_ONLY]:
            for row in rows_of(group, server):
                rows.append(row)
                report.show(row)
                if not SMALL:
                    report.keep([*others, *rows])
    written = "" if SMALL else f"; written to {report.RESULTS}"
    print(f"\n{sum(row.is_met for row in rows)} of {len(rows)} goals met{written}")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or os.environ.get("ONLY", ""))
