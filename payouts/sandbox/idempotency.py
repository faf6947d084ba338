"""Doing a writing request once per key: its answer is kept for 24 hours and given again.

As Stripe: errors of an operation are kept too (v1), failed work is tried again (v2); another request under a used key is an
`idempotency_error`; the same one while the first is at work is a conflict.
"""

import json
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from payouts.sandbox import store
from payouts.sandbox.errors import ApiError
from payouts.sandbox.models import SandboxKey
from payouts.sandbox.requests import ApiRequest

KEPT_FOR = timedelta(hours=24)
DEAD_AFTER = timedelta(seconds=60)  # a request without an answer by then died with its process


def once(request: ApiRequest, run: Callable[[], tuple[int, str]]) -> tuple[int, str, bool]:
    """(status, body, replayed). Effects and kept answer are one transaction: a crash leaves both or neither."""
    if not request.key:
        with store.one_at_a_time():
            return *run(), False
    row, is_new = _claim(request)
    if not is_new:
        return _again(row, request)
    try:
        with store.one_at_a_time():
            status, body = run()
            _keep(row, status, body)
        return status, body, False
    except ApiError as problem:
        if request.is_v2:
            row.delete()
        else:
            _keep(row, problem.status, json.dumps({"error": problem.error}))
        raise
    except BaseException:
        row.delete()
        raise


def _claim(request: ApiRequest) -> tuple[SandboxKey, bool]:
    now = timezone.now()
    row, is_new = SandboxKey.objects.get_or_create(
        key=request.key, account=request.account, defaults={"fingerprint": request.fingerprint, "made_at": now}
    )
    lasts = KEPT_FOR if row.status is not None else DEAD_AFTER
    if is_new or row.made_at >= now - lasts:
        return row, is_new
    SandboxKey.objects.filter(pk=row.pk, made_at=row.made_at, status=row.status).delete()
    return _claim(request)


def _again(row: SandboxKey, request: ApiRequest) -> tuple[int, str, bool]:
    if row.fingerprint != request.fingerprint:
        message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        raise ApiError(400, "", message, type_="idempotency_error")
    if row.status is None:
        message = "There is currently another in-progress request using this Idempotent Key."
        raise ApiError(409, "idempotency_key_in_use", message)
    return row.status, row.body, True


def _keep(row: SandboxKey, status: int, body: str) -> None:
    row.status, row.body = status, body
    row.save(update_fields=["status", "body"])
