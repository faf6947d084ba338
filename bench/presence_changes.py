"""Makes experts' presence change, as another server process would: `python -m bench.presence_changes FIRST_ID COUNT`.

An order is so many batches. Each says when it was made, as the time from which the expert can be called again, less AHEAD (only
what is to come is told), so that who is told can reckon how long it took.
"""

import os
import sys
from datetime import timedelta

import django

from bench.programs import take_orders

BATCH = 200  # a fifth of what changes in a second
AHEAD = timedelta(days=1)


def main(first: int, count: int) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "LOG_LEVEL": "WARNING"}
    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from calls.notices import services as notices  # noqa: PLC0415
    from marketplace.experts.models import Presence  # noqa: PLC0415

    def change(number: int) -> None:
        ids = [first + (number * BATCH + one) % count for one in range(BATCH)]
        back_at = timezone.now() + AHEAD
        seen = {"state": Presence.State.AWAY, "chosen": Presence.Choice.AWAY}
        Presence.objects.filter(user_id__in=ids).update(**seen, chosen_until=back_at, next_free_at=back_at)
        notices.tell_watchers_of(user_ids=ids)

    take_orders(change, warm_up=1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
