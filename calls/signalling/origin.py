"""A socket is opened by our own pages only, whatever cookie comes along.

Browsers let any page open a WebSocket anywhere, with the cookies of that place, and say in `Origin` whose page it is. It
must be the very origin that the request came to: scheme, host and port. Channels' own validator ignores scheme and port.
A program without a browser (a robot) sends the origin too; a request without one is refused.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]  # scheme, host, port


async def refuse(receive, send) -> None:
    """Before the socket is accepted: an HTTP 403."""
    await receive()
    await send({"type": "websocket.close", "code": 4403})


def is_same_origin(scope) -> bool:
    sent = _one(scope, b"origin")
    asked = _own(scope)
    return sent is not None and asked is not None and _origin(sent) == asked


def _one(scope, name: bytes) -> str | None:
    """The header, if it came exactly once: two of them mean that somebody between reads the other one."""
    values = [value for key, value in scope["headers"] if key.lower() == name]
    return values[0].decode("latin1") if len(values) == 1 else None


def _own(scope) -> Origin | None:
    host = _one(scope, b"host")
    if host is None or not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return None
    return _origin(f"{_scheme(scope)}://{host}")


def _scheme(scope) -> str:
    """Behind a proxy the trusted header says; it is trusted only where the settings do (HTTPS)."""
    if settings.HTTPS:
        return "https" if _one(scope, b"x-forwarded-proto") == "https" else "http"
    return {"wss": "https"}.get(scope.get("scheme", "ws"), "http")


def _origin(text: str) -> Origin | None:
    try:
        parts = urlsplit(text)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port
