"""Stripe's published schema (trimmed and brought to the SDK's version) as JSON Schema, strict: unknown fields are refused."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

DOCUMENT = Path(__file__).resolve().parents[2] / "stripe-openapi.json"
KEPT = ("type", "enum", "maxLength", "required", "$ref", "format")


@cache
def document() -> dict[str, Any]:
    return json.loads(DOCUMENT.read_text())


@cache
def _schemas() -> dict[str, Any]:
    return {name: strict(schema) for name, schema in document()["components"]["schemas"].items()}


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 as JSON Schema: `nullable` spelt out, and an object that lists its properties has no others."""
    made: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
    for many in ("anyOf", "oneOf"):
        if many in schema:
            made["anyOf"] = [strict(each) for each in schema[many]]
    if "properties" in schema:
        made["properties"] = {name: strict(each) for name, each in schema["properties"].items()}
        made["additionalProperties"] = _others(schema.get("additionalProperties", False))
    elif isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = strict(schema["additionalProperties"])
    if "items" in schema:
        made["items"] = strict(schema["items"])
    return {"anyOf": [{"type": "null"}, made]} if schema.get("nullable") else made


def _others(allowed: Any) -> Any:
    return strict(allowed) if isinstance(allowed, dict) else allowed


@cache
def _validator(text: str) -> Draft202012Validator:
    return Draft202012Validator({**strict(json.loads(text)), "components": {"schemas": _schemas()}})


def faults(value: Any, schema: dict[str, Any]) -> list[str]:
    """What is wrong with `value`, as sentences; `schema` as the document has it."""
    return [_sentence(error) for error in _validator(json.dumps(schema)).iter_errors(value)]


def _sentence(error: ValidationError) -> str:
    while alternatives := [inner for branch in getattr(error.kind, "context", []) for inner in branch]:
        error = max(  # of the alternatives of an anyOf, the fault that lies deepest says most
            alternatives,
            key=lambda inner: (len(inner.instance_path), hasattr(inner.kind, "context"), inner.kind.name != "type"),
        )
    place = "/".join(map(str, error.instance_path))
    return f"{place or 'the whole'}: {error.message[:200]}"


def faults_of_object(value: Any, name: str) -> list[str]:
    return faults(value, {"$ref": f"#/components/schemas/{name}"})


@cache
def _paths() -> list[tuple[re.Pattern[str], str, dict[str, Any]]]:
    """Fixed paths before those with a name in braces."""
    each = sorted(document()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", r"[^/]+", path)), path, methods) for path, methods in each]


def operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """("GET /v1/charges/{charge}", what the document says of it), or None for a request that it does not know."""
    for pattern, template, methods in _paths():
        if pattern.fullmatch(path) and method.lower() in methods:
            return f"{method.upper()} {template}", methods[method.lower()]
    return None
