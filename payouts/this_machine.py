"""Whether a request comes from this very machine: what only the demo may do is there for nobody else."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

# A request that came through a proxy says so, and then the address that we see is not the visitor's.
PROXIED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")


def asks(request: HttpRequest) -> bool:
    """True only at a loopback name, from a loopback address, through no proxy."""
    return (
        split_domain_port(request.get_host())[0] in settings.LOOPBACK_HOSTS
        and _is_loopback(request.META.get("REMOTE_ADDR", ""))
        and not any(request.META.get(name) for name in PROXIED)
    )


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
