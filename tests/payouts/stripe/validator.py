"""Judges every exchange with Stripe's sandbox by Stripe's published schema: requests, answers, events."""

import json
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from payouts.sandbox.requests import nested
from tests.payouts.stripe.document import faults, faults_of_object, operation


class Judge:
    """Counts the operations seen and keeps what was wrong, in words."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []

    def request(self, method: str, path: str, headers: dict[str, str], body: str) -> None:
        """A request of the application: it must be valid whatever the answer."""
        found = operation(method, urlsplit(path).path)
        if found is None:
            self.wrong.append(f"{method} {path} is not in the document")
            return
        name, described = found
        self.wrong += [f"request {name}: {fault}" for fault in _request_faults(described, path, headers, body)]

    def answer(self, method: str, path: str, status: int, body: str) -> None:
        found = operation(method, urlsplit(path).path)
        if found is None:
            if status < 400:
                self.wrong.append(f"{method} {path} was answered {status} but is not in the document")
            return
        name, described = found
        if status < 400:
            self.seen[name] += 1
        schema = described["responses"]["200" if status < 400 else "default"]["content"]["application/json"]["schema"]
        self.wrong += [f"answer {status} of {name}: {fault}" for fault in faults(json.loads(body), schema)]

    def event(self, body: str) -> None:
        """As it is sent: the event itself, and the object inside a snapshot."""
        event = json.loads(body)
        self.seen[event["type"]] += 1
        kind = event["object"]
        self.wrong += [f"event {event['type']}: {fault}" for fault in faults_of_object(event, kind)]
        if kind == "event":
            about = event["data"]["object"]
            faults_inside = faults_of_object(about, about["object"])
            self.wrong += [f"object in {event['type']}: {fault}" for fault in faults_inside]


def _request_faults(described: dict[str, Any], path: str, headers: dict[str, str], body: str) -> list[str]:
    known = {each["name"]: each["schema"] for each in described.get("parameters", []) if each["in"] == "query"}
    query = {"type": "object", "properties": known}
    asked = nested(parse_qsl(urlsplit(path).query, keep_blank_values=True))
    found = faults(typed(asked, query), query)
    content = described.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return found + faults(json.loads(body or "{}"), content["application/json"]["schema"])
    if form := content.get("application/x-www-form-urlencoded"):
        given = nested(parse_qsl(body, keep_blank_values=True))
        return found + faults(typed(given, form["schema"]), form["schema"])
    return found + ([f"a body where none belongs: {body}"] if body else [])


def typed(value: Any, schema: dict[str, Any]) -> Any:
    """Form bodies carry text alone: numbers and flags as such where the schema wants them."""
    for choice in schema.get("anyOf", []):
        if isinstance(value, dict) == (choice.get("type") == "object"):
            return typed(value, choice)
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        return {key: typed(each, inner.get(key, {})) for key, each in value.items()}
    if isinstance(value, list):
        return [typed(each, schema.get("items", {})) for each in value]
    if schema.get("type") == "integer" and value.lstrip("-").isdigit():
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value
