"""The wire to Stripe, and the one module that imports its library: client, errors in our words, signatures.

Without a key (STRIPE_SANDBOX=1) the library's requests go to `payouts.sandbox` by a function call: no socket, no port, and
no deadlock of a single server process that would call itself.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import stripe
from django.conf import settings
from django.db import transaction
from requests.structures import CaseInsensitiveDict

from payouts.sandbox import api as sandbox
from payouts.stripe import pacing
from payouts.stripe.answers import BadEvent, Declined, InsideTransaction, NotAnswered, Refused

stripe.enable_telemetry = False  # else it writes a file into the home folder of whoever runs this
API_VERSION = "2026-10-28.endive"  # of every request; a newer library must not move it unseen
TIMEOUT_S = 15
NONSENSE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, StopIteration)
TOO_MANY = 429
TOLERANCE_S = 300  # how old, or how far in our future, a signed event may be


class SandboxTransport(stripe.HTTPClient):
    """What the library takes for its HTTP client."""

    name = "sandbox"

    def request(self, method, url, headers, post_data=None, *, _usage=None):
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        status, answer_headers, body = sandbox.handle(method, path, headers, post_data or "")
        return body, status, CaseInsensitiveDict(answer_headers)

    def close(self) -> None:
        """Nothing is open."""


@lru_cache(maxsize=4)
def _client_of(key: str, in_sandbox: bool) -> stripe.StripeClient:
    transport = SandboxTransport() if in_sandbox else stripe.RequestsClient(timeout=TIMEOUT_S)
    retries = 0 if in_sandbox else 1
    return stripe.StripeClient(key, stripe_version=API_VERSION, http_client=transport, max_network_retries=retries)


def client() -> stripe.StripeClient:
    return _client_of(settings.STRIPE_SECRET_KEY, settings.STRIPE_SANDBOX)


def is_live() -> bool:
    return settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))


def in_transaction() -> bool:
    return transaction.get_connection().in_atomic_block


@contextmanager
def asking() -> Iterator[stripe.StripeClient]:
    """The client for one request; refuses to work inside a transaction, and puts Stripe's errors into our words."""
    if in_transaction():
        raise InsideTransaction("Stripe called inside a database transaction")
    pacing.take_turn()
    try:
        yield client()
    except stripe.StripeError as problem:
        if problem.http_status == TOO_MANY:
            pacing.hold_off()
        raise _translated(problem) from problem


def _translated(problem: stripe.StripeError) -> Exception:
    """A reused key (idempotency_error) counts as not answered: the first request with that key may have had its effect.
    So does an answer below 400 that the library could not read: Stripe may have said yes in it."""
    status, unclear = problem.http_status, isinstance(problem, stripe.IdempotencyError)
    if status is None or status < 400 or status in (401, 409, 429) or status >= 500 or unclear:
        return NotAnswered(str(problem))
    if isinstance(problem, stripe.CardError):
        return _declined(problem)
    replayed = CaseInsensitiveDict(problem.headers or {}).get("Idempotent-Replayed") == "true"
    return Refused(problem.user_message or "", code=problem.code or "unknown", replayed=replayed)


def _declined(problem: stripe.CardError) -> Declined:
    error = problem.error
    return Declined(
        problem.user_message or "",
        code=problem.code or "card_declined",
        decline_code=getattr(error, "decline_code", "") or "",
        intent=getattr(getattr(error, "payment_intent", None), "id", ""),
        charge=getattr(error, "charge", "") or "",
    )


def genuine(*, body: bytes, signature: str, secret: str, kind: str) -> dict[str, Any]:
    """The event in `body` if Stripe signed it with `secret`, not long ago, in our mode, and it is a `kind`; else BadEvent."""
    try:
        if kind == "event":
            client().construct_event(body, signature, secret, TOLERANCE_S)
        else:
            client().parse_event_notification(body, signature, secret, TOLERANCE_S)
        signed_at, payload = signed_at_second(signature), json.loads(body)
    except (stripe.SignatureVerificationError, *NONSENSE) as problem:
        raise BadEvent(str(problem)[:200]) from problem
    if signed_at > time.time() + TOLERANCE_S:  # the library refuses what is too old but takes any date in the future
        raise BadEvent("signed in the future")
    if not _is_whole(payload, kind) or payload["livemode"] is not is_live():
        raise BadEvent("not such an event, or one of the other mode")
    return payload


def signed_at_second(signature: str) -> int:
    return int(next(part[2:] for part in signature.split(",") if part.startswith("t=")))


def _is_whole(payload: Any, kind: str) -> bool:
    """Whether what we read of an event is there: its name, type and mode, and what it is about."""
    if not isinstance(payload, dict) or payload.get("object") != kind or not isinstance(payload.get("livemode"), bool):
        return False
    names = [payload.get("id"), payload.get("type"), payload.get("account") or "-"]
    if not all(isinstance(name, str) and 0 < len(name) <= 120 for name in names):
        return False
    about = payload.get("related_object") or {}
    if kind == "event":
        about = payload["data"].get("object") if isinstance(payload.get("data"), dict) else None
    return isinstance(about, dict)
