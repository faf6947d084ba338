"""A bad wire to Stripe's sandbox: one call of a story goes wrong, before or after it had its effect."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import stripe

from payouts.stripe.client import SandboxTransport

Answer = tuple[str, int, Any]
Send = Callable[[], Answer]


def _error(status: int, kind: str) -> Answer:
    return json.dumps({"error": {"type": kind, "message": "Out of order."}}), status, {}


def _time_out_before(_send: Send) -> Answer:
    raise stripe.APIConnectionError("time-out")


def _time_out_after(send: Send) -> Answer:
    send()
    raise stripe.APIConnectionError("time-out")


def _too_many(_send: Send) -> Answer:
    return _error(429, "rate_limit_error")


def _error_before(_send: Send) -> Answer:
    return _error(500, "api_error")


def _error_after(send: Send) -> Answer:
    send()
    return _error(500, "api_error")


def _cut(send: Send) -> Answer:
    """Half an answer, under the status of a whole one."""
    body, status, headers = send()
    return body[: len(body) // 2], status, headers


def _twice(send: Send) -> Answer:
    """Something on the way repeats the request; the second answer is what comes back."""
    send()
    return send()


FAULTS: dict[str, Callable[[Send], Answer]] = {
    "time-out before": _time_out_before,
    "time-out after": _time_out_after,
    "429": _too_many,
    "500 before": _error_before,
    "500 after": _error_after,
    "cut": _cut,
    "twice": _twice,
}


@contextmanager
def bad_wire(fault: str = "", *, at: int = -1) -> Iterator[list[str]]:
    """Call number `at` (from 0) meets `fault`, the others none; yields what was asked, in order."""
    asked: list[str] = []
    plain = SandboxTransport.request

    def request(transport, method, url, headers, post_data=None, **options):
        def send() -> Answer:
            return plain(transport, method, url, headers, post_data, **options)

        asked.append(f"{method} {url.removeprefix('https://api.stripe.com')}")
        return FAULTS[fault](send) if len(asked) - 1 == at else send()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SandboxTransport, "request", request)
        yield asked
