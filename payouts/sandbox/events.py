"""Events: kept for 30 days' worth of `GET /v1/events`, and queued for our three webhook addresses and any others that asked."""

import json
from typing import Any

from django.utils import timezone

from payouts import clock
from payouts.sandbox import endpoints, store
from payouts.sandbox.models import SandboxDelivery
from payouts.sandbox.requests import API_VERSION, ApiRequest
from payouts.sandbox.store import Object

PLATFORM_ENDPOINT, CONNECT_ENDPOINT, THIN_ENDPOINT = "platform", "connect", "thin"


def tell(type_: str, about: Object, *, account: str = "", before: Object | None = None) -> None:
    """A snapshot event: to the platform's endpoint, or to that for connected accounts when it happened in one.

    `before`: what was otherwise, where the event says so.
    """
    event: dict[str, Any] = {
        "id": store.new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": int(clock.now().timestamp()),
        "data": {"object": store.shown(about), **({"previous_attributes": before} if before else {})},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": type_,
    }
    if account:
        event |= {"account": account, "context": account}
    store.add("event", event, account=account)
    deliver(event, CONNECT_ENDPOINT if account else PLATFORM_ENDPOINT)


def tell_thin(type_: str, account: str) -> None:
    """A thin event about a connected account: its name, and where to ask for it."""
    event = {
        "id": store.new_id("evt"),
        "object": "v2.core.event",
        "context": account,
        "created": iso(),
        "livemode": False,
        "related_object": {"id": account, "type": "v2.core.account", "url": f"/v2/core/accounts/{account}"},
        "type": type_,
    }
    store.add("v2.core.event", event)
    deliver(event, THIN_ENDPOINT)


def iso() -> str:
    return clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")


def deliver(event: Object, endpoint: str) -> None:
    body, now = json.dumps(store.shown(event)), timezone.now()
    for each in (endpoint, *endpoints.wanting(endpoint, event["type"])):
        SandboxDelivery.objects.create(event=event["id"], endpoint=each, body=body, due_at=now)


# --- Operations -----------------------------------------------------------------------------------------------


def retrieve_event(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("event", id_, account=request.account)


def list_events(request: ApiRequest, params: dict[str, Any]) -> Object:
    match: dict[str, Any] = {"type": params["type"]} if "type" in params else {}
    if "types" in params:
        match["type__in"] = params["types"]
    return store.page("event", "/v1/events", params, account=request.account, **match)


def retrieve_thin_event(request: ApiRequest, params: dict[str, Any], id_: str) -> Object:
    return store.find("v2.core.event", id_)
