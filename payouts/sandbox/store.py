"""The sandbox's objects: rows of JSON, as its API answers them. A key `_` of an object is the sandbox's own and never shown."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from payouts.sandbox.errors import invalid, missing
from payouts.sandbox.models import SandboxObject

PLATFORM = "acct_sandboxplatform"
Object = dict[str, Any]


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """A transaction that no other one of the sandbox overlaps: so that two transfers cannot both see the same balance."""
    with transaction.atomic():
        locked = SandboxObject.objects.select_for_update().filter(id=PLATFORM)
        if not locked.first():
            SandboxObject.objects.get_or_create(id=PLATFORM, defaults={"kind": "platform", "data": {}, "serial": 0})
            locked.get()
        yield


def platform() -> Object:
    """What it has set for itself. Its row may not be there yet; `save` needs it, inside `one_at_a_time`."""
    found = SandboxObject.objects.filter(id=PLATFORM).first()
    return {**(found.data if found else {}), "id": PLATFORM}


def add(kind: str, data: Object, *, account: str = "") -> Object:
    """Call it inside `one_at_a_time`: the platform's row counts the objects, which keeps lists in their order."""
    platform = SandboxObject.objects.get(id=PLATFORM)
    platform.serial += 1
    platform.save(update_fields=["serial"])
    SandboxObject.objects.create(id=data["id"], kind=kind, account=account, data=data, serial=platform.serial)
    return data


def save(data: Object) -> Object:
    SandboxObject.objects.filter(id=data["id"]).update(data=data)
    return data


def find(kind: str, id_: str, *, account: str = "", param: str = "id") -> Object:
    row = SandboxObject.objects.filter(id=id_, kind=kind, account=account).first()
    if row is None:
        raise missing(kind, id_, param)
    return row.data


def find_any(id_: str) -> Object | None:
    row = SandboxObject.objects.filter(id=id_).exclude(kind__in=["platform", "counted"]).first()
    return row.data if row else None


def all_of(kind: str, *, account: str = "") -> list[Object]:
    """Oldest first."""
    rows = SandboxObject.objects.filter(kind=kind, account=account).order_by("serial")
    return [row.data for row in rows]


def page(kind: str, url: str, params: dict[str, Any], *, account: str = "", **match: Any) -> Object:
    """A list as Stripe pages it: newest first, `limit` (1 to 100, 10 when not told), `starting_after`, `created[gte]`."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Limit must be from 1 to 100", param="limit")
    rows = SandboxObject.objects.filter(kind=kind, account=account, **{f"data__{key}": v for key, v in match.items()})
    for bound, second in params.get("created", {}).items():
        rows = rows.filter(**{f"data__created__{bound}": second})
    if after := params.get("starting_after"):
        found = SandboxObject.objects.filter(id=after, kind=kind, account=account).first()
        if found is None:
            raise missing(kind, after, "starting_after")
        rows = rows.filter(serial__lt=found.serial)
    found_rows = list(rows.order_by("-serial")[: limit + 1])
    data = [row.data for row in found_rows[:limit]]
    return {"object": "list", "url": url, "has_more": len(found_rows) > limit, "data": data}


def is_holding() -> bool:
    """Whether the operator keeps the events back."""
    platform = SandboxObject.objects.filter(id=PLATFORM).first()
    return bool(platform and platform.data.get("holds"))


def hold(holds: bool) -> None:
    with one_at_a_time():
        SandboxObject.objects.filter(id=PLATFORM).update(data={"holds": holds})


def shown(value: Any) -> Any:
    """Without what is the sandbox's own."""
    if isinstance(value, dict):
        return {key: shown(inner) for key, inner in value.items() if key != "_"}
    if isinstance(value, list):
        return [shown(inner) for inner in value]
    return value


def remove(data: Object) -> None:
    SandboxObject.objects.filter(id=data["id"]).delete()
