"""What was asked: the body in either encoding, and whether every parameter of it is known."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.http.request import split_domain_port

from payouts.addresses import in_language, language_of
from payouts.sandbox.errors import ApiError, invalid

TEXT, WHOLE, FLAG, MAP = "text", "whole", "flag", "map"
ANY_LIST = [TEXT]
API_VERSION = "2026-10-28.endive"
EXPAND = {"expand": ANY_LIST}
SINCE = {"created": {"gt": WHOLE, "gte": WHOLE, "lt": WHOLE, "lte": WHOLE}}
PAGE = {"limit": WHOLE, "starting_after": TEXT, "ending_before": TEXT, **EXPAND}


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request to the pretended API. `account`: the connected account it is made for, empty for the platform's own."""

    method: str
    path: str
    params: dict[str, Any]
    account: str
    key: str
    fingerprint: str

    @property
    def is_v2(self) -> bool:
        return self.path.startswith("/v2/")


def read(method: str, path: str, headers: Mapping[str, str], body: str) -> ApiRequest:
    """Raises ApiError: no or a wrong key (401), an unknown version, a body that cannot be read."""
    given = {name.lower(): value for name, value in headers.items()}
    _refuse_strangers(given.get("authorization", ""))
    if given.get("stripe-version", API_VERSION) != API_VERSION:
        raise invalid(f"Invalid Stripe API version: {given['stripe-version']}")
    parts = urlsplit(path)
    is_json = given.get("content-type", "").startswith("application/json")
    params = nested(parse_qsl(parts.query, keep_blank_values=True))
    params |= _json_body(body) if is_json else nested(parse_qsl(body, keep_blank_values=True))
    asked = f"{method.upper()} {parts.path} {json.dumps(params, sort_keys=True)}"
    return ApiRequest(
        method=method.upper(),
        path=parts.path,
        params=params,
        account=given.get("stripe-account", ""),
        key=given.get("idempotency-key", ""),
        fingerprint=hashlib.sha256(asked.encode()).hexdigest(),
    )


def _refuse_strangers(authorization: str) -> None:
    secret = authorization.removeprefix("Bearer ")
    if not authorization.startswith("Bearer ") or not secret:
        raise ApiError(401, "", "You did not provide an API key.")
    if not secret.startswith(("sk_test_", "rk_test_")):
        raise ApiError(401, "api_key_invalid", "Invalid API Key provided: this is a sandbox and takes test keys only.")


def _json_body(body: str) -> dict[str, Any]:
    try:
        read_body = json.loads(body) if body else {}
    except (ValueError, RecursionError) as problem:
        raise invalid("Invalid JSON body") from problem
    if not isinstance(read_body, dict):
        raise invalid("The JSON body must be an object")
    return read_body


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0][c]=v` as {"a": {"b": [{"c": "v"}]}}."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        keys = re.split(r"\]\[|\[", name.removesuffix("]"))
        place = tree
        for key in keys[:-1]:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise invalid(f"Invalid parameter: {name}", param=name)
        place[keys[-1] or str(len(place))] = value
    return {key: _lists(value) for key, value in tree.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(inner) for key, inner in value.items()}


def checked(value: Any, shape: Any, name: str = "") -> Any:
    """`value` with its numbers and flags as such; ApiError for a parameter that `shape` does not know or of another kind."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=name)
        return {key: checked(inner, _known(shape, key, name), _inside(name, key)) for key, inner in value.items()}
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise invalid("Invalid array", param=name)
        return [checked(inner, shape[0], _inside(name, str(at))) for at, inner in enumerate(value)]
    return _plain(value, shape, name)


def _inside(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key


def _known(shape: dict[str, Any], key: str, name: str) -> Any:
    if key not in shape:
        param = _inside(name, key)
        raise invalid(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)
    return shape[key]


def _plain(value: Any, shape: str, name: str) -> Any:
    if shape == MAP and isinstance(value, dict) and all(isinstance(inner, str) for inner in value.values()):
        return value
    if shape == TEXT and isinstance(value, str):
        return value
    if shape == WHOLE and re.fullmatch(r"-?[0-9]{1,12}", str(value)) and not isinstance(value, bool):
        return int(value)
    if shape == FLAG and value in (True, False, "true", "false"):
        return value in (True, "true")
    code = "parameter_invalid_integer" if shape == WHOLE else ""
    raise invalid(f"Invalid {shape}: {value}", code=code, param=name)


def need(params: dict[str, Any], *names: str) -> None:
    for name in names:
        if params.get(name) in (None, "", {}, []):
            raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)


def hosted_page(path: str, *, back_to: str) -> str:
    """The address of one of our pages, at the name under which the visitor sees the site (localhost, 127.0.0.1).

    `back_to` is where the page will lead back: one origin, or the page's policy would refuse to go there and the session
    would stay behind. Its language is that of our page.
    """
    parts = urlsplit(back_to)
    is_here = parts.scheme in ("http", "https") and split_domain_port(parts.netloc)[0] in settings.LOOPBACK_HOSTS
    return (f"{parts.scheme}://{parts.netloc}" if is_here else settings.SITE_URL) + in_language(
        path, language_of(parts.path)
    )
