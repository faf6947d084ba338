"""Presses at the same moment, of rings, calls and lines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from calls.rooms.errors import Refused
from calls.waiting.services import CannotWait

AT_ONCE = 6


def at_once(*presses: Callable[[], object]) -> list[str]:
    """Runs them in as many threads; the code of each refusal, or "done", in order of the alphabet."""
    start = Barrier(len(presses))

    def run(press: Callable[[], object]) -> str:
        start.wait()
        try:
            press()
        except (Refused, CannotWait) as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(presses)) as threads:
        return sorted(threads.map(run, presses))
