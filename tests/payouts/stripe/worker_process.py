"""A worker of its own, for test_crash: `python -m tests.payouts.stripe.worker_process [stuck_after]`.

It does one round of the outbox. With `stuck_after` (a function of the gateway) it stops for ever once Stripe has answered that
call and before anything is written down: the moment in which the test kills it.
"""

import os
import sys
import time
from functools import wraps

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.environment")
django.setup()

from django.utils import timezone  # noqa: E402

from payouts.outbox import services as outbox  # noqa: E402
from payouts.stripe import card_gateway, gateway, refund_gateway, work  # noqa: E402


def stuck_after(call: str) -> None:
    door = next(door for door in (gateway, card_gateway, refund_gateway) if hasattr(door, call))
    plain = getattr(door, call)

    @wraps(plain)
    def answered_and_stuck(**request):
        plain(**request)
        sys.stdout.write("answered\n")
        sys.stdout.flush()
        time.sleep(600)

    setattr(door, call, answered_and_stuck)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        stuck_after(name)
    outbox.work(handlers=work.HANDLERS, now=timezone.now())
