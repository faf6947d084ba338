"""Withdrawals one after the other, each named on the output once it is acknowledged: what test_killed kills the database under.

`python -m tests.attacks.load_process prepare|load`, on the database of DATABASE_URL.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.environment")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import OperationalError  # noqa: E402
from django.utils import timezone  # noqa: E402

from payouts.ledger import accounts  # noqa: E402
from payouts.ledger import services as ledger  # noqa: E402
from payouts.withdrawals import services as withdrawals  # noqa: E402
from tests import cast  # noqa: E402
from tests.payouts.purse import connect_bank, eur  # noqa: E402

PLENTY = eur(2 * 10**9)


def prepare() -> None:
    """Bob has more than he can withdraw before he is stopped."""
    call_command("migrate", verbosity=0)
    bob = cast.bob()
    connect_bank(bob)
    line = ledger.Line(accounts.stripe_pending(), accounts.expert_available(bob.pk), PLENTY)
    ledger.post(key="plenty", kind="test", lines=[line], now=timezone.now())


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def load() -> None:
    bob, number = cast.bob(), 0
    say("begins")
    while True:
        number += 1
        withdrawals.request(expert=bob, amount=eur(2_000), key=f"form-{number}", now=timezone.now())
        say(f"form-{number}")


if __name__ == "__main__":
    try:
        {"prepare": prepare, "load": load}[sys.argv[1]]()
    except OperationalError:
        sys.exit(1)  # the database is gone, as it should be
