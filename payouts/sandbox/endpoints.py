"""Addresses that want events: webhook endpoints (v1) and event destinations (v2), beside our site's own three."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from payouts import clock
from payouts.sandbox import store
from payouts.sandbox.errors import invalid
from payouts.sandbox.requests import ANY_LIST, API_VERSION, EXPAND, FLAG, MAP, TEXT, ApiRequest, need
from payouts.sandbox.store import Object

ENDPOINT_SHAPE = {
    "url": TEXT,
    "enabled_events": ANY_LIST,
    "connect": FLAG,
    "description": TEXT,
    "api_version": TEXT,
    "metadata": MAP,
    **EXPAND,
}
DESTINATION_SHAPE = {
    "name": TEXT,
    "type": TEXT,
    "description": TEXT,
    "enabled_events": ANY_LIST,
    "event_payload": TEXT,
    "events_from": ANY_LIST,
    "include": ANY_LIST,
    "metadata": MAP,
    "snapshot_api_version": TEXT,
    "webhook_endpoint": {"url": TEXT},
}
FROM = {"@self", "@accounts", "self", "other_accounts"}


def create_endpoint(request: ApiRequest, params: dict[str, Any]) -> Object:
    """The secret is shown in this answer alone."""
    need(params, "url", "enabled_events")
    _of_this_machine(params["url"], "url")
    if params.get("api_version", API_VERSION) != API_VERSION:
        raise invalid("Only the pinned version is known here.", param="api_version")
    secret = store.new_id("whsec")
    endpoint = {
        "id": store.new_id("we"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": int(clock.now().timestamp()),
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "status": "enabled",
        "url": params["url"],
    }
    wants = "connect" if params.get("connect") else "platform"
    _keep(endpoint, url=params["url"], secret=secret, wants=[wants], types=params["enabled_events"])
    return {**endpoint, "secret": secret}


def create_destination(request: ApiRequest, params: dict[str, Any]) -> Object:
    need(params, "name", "type", "enabled_events", "event_payload", "webhook_endpoint")
    if params["type"] != "webhook_endpoint" or params["event_payload"] not in ("thin", "snapshot"):
        raise invalid("Only a webhook_endpoint with thin or snapshot payloads is known here.", param="type")
    sources = set(params.get("events_from", ["@self"]))
    if not sources <= FROM:
        raise invalid("Invalid events_from", param="events_from")
    url, secret, now = params["webhook_endpoint"].get("url", ""), store.new_id("whsec"), clock.now()
    _of_this_machine(url, "webhook_endpoint.url")
    moment = now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    destination: Object = {
        "id": store.new_id("ed_test"),
        "object": "v2.core.event_destination",
        "created": moment,
        "description": params.get("description", ""),
        "enabled_events": params["enabled_events"],
        "event_payload": params["event_payload"],
        "events_from": sorted(sources),
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "name": params["name"],
        "status": "enabled",
        "type": "webhook_endpoint",
        "updated": moment,
    }
    if params["event_payload"] == "snapshot":
        destination["snapshot_api_version"] = API_VERSION
        wants = [name for name, of in (("platform", "@self"), ("connect", "@accounts")) if of in sources]
    else:
        wants = ["thin"]
    _keep(destination, url=url, secret=secret, wants=wants, types=params["enabled_events"])
    shown = {"webhook_endpoint.signing_secret": ("signing_secret", secret), "webhook_endpoint.url": ("url", url)}
    included = dict(shown[name] for name in params.get("include", []) if name in shown)
    return {**destination, "webhook_endpoint": included} if included else destination


def _of_this_machine(url: str, param: str) -> None:
    """The sandbox sends nothing out: only addresses of this machine."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in {*settings.LOOPBACK_HOSTS, "::1"}:
        raise invalid("Invalid URL: the sandbox sends events to this machine alone.", code="url_invalid", param=param)


def _keep(shown: Object, *, url: str, secret: str, wants: list[str], types: list[str]) -> None:
    own = {"url": url, "secret": secret, "wants": wants, "types": types}
    store.add("endpoint", {**shown, "_": own})


def wanting(channel: str, type_: str) -> list[str]:
    """Ids of those to which an event of this type, of "platform", "connect" or "thin", is sent too."""
    found = store.all_of("endpoint")
    return [each["id"] for each in found if channel in each["_"]["wants"] and {type_, "*"} & set(each["_"]["types"])]


def address_of(id_: str) -> tuple[str, str]:
    """(url, secret)"""
    own = store.find("endpoint", id_)["_"]
    return own["url"], own["secret"]
