"""The sandbox as a server of its own, on this machine alone: its HTTP API for any client, and its hosted pages beside it.

stripe-python finds it with `base_addresses={"api": "http://127.0.0.1:12111"}`.
"""

from collections.abc import Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections

from payouts.addresses import in_language
from payouts.sandbox import api

BODY_MAX = 1024 * 1024
REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    404: "Not Found",
    409: "Conflict",
}
PAGES = ("/sandbox/stripe/", "/static/")  # also in other languages


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Its requests are nobody's news."""


def serve_at(host: str, port: int) -> Server:
    """Bound and not serving yet; port 0 takes a free one. `host`: a loopback address, as the command sees to."""
    return make_server(host, port, application, server_class=Server, handler_class=Quiet)


def application(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path.startswith(("/v1/", "/v2/")):
        return _api(environ, start)
    if in_language(path, settings.LANGUAGE_CODE).startswith(PAGES):
        return _site()(environ, start)
    start("404 Not Found", [("Content-Type", "text/plain")])
    return [b"The sandbox's API is at /v1/ and /v2/.\n"]


def _site() -> WSGIHandler:
    global _pages  # noqa: PLW0603 - Django's handler is slow to make and safe to share
    _pages = _pages or WSGIHandler()
    return _pages


_pages: WSGIHandler | None = None


def _api(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
    query = environ.get("QUERY_STRING", "")
    path = environ["PATH_INFO"] + (f"?{query}" if query else "")
    length = environ.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isascii() and length.isdigit() else BODY_MAX + 1
    if size > BODY_MAX:
        start("413 Content Too Large", [("Content-Type", "text/plain")])
        return [b"Too long.\n"]
    body = environ["wsgi.input"].read(size).decode("utf-8", "replace")
    close_old_connections()
    try:
        status, headers, answer = api.handle(environ["REQUEST_METHOD"], path, _headers(environ), body)
    finally:
        close_old_connections()
    start(f"{status} {REASONS.get(status, 'Error')}", list(headers.items()))
    return [answer.encode()]


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    named = {name[5:].replace("_", "-"): str(value) for name, value in environ.items() if name.startswith("HTTP_")}
    return {**named, "Content-Type": environ.get("CONTENT_TYPE", "")}
