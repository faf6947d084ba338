"""Who may open the demo's doors: somebody at this very machine, and only while the demo is on."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.views.decorators.csrf import csrf_protect

View = Callable[..., HttpResponse]
# A request that came through a proxy says so, and then the address that we see is not the visitor's.
PROXIED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_VIA")


def is_open(request: HttpRequest) -> bool:
    """True only with DEMO, DEBUG and the sandbox on, at a loopback name, from a loopback address, through no proxy."""
    return (
        settings.DEMO
        and settings.DEBUG
        and settings.STRIPE_SANDBOX
        and split_domain_port(request.get_host())[0] in settings.LOOPBACK_HOSTS
        and _is_loopback(request.META.get("REMOTE_ADDR", ""))
        and not any(request.META.get(name) for name in PROXIED)
    )


def demo_only(view: View) -> View:
    """404 for everybody else. The check comes before that of the CSRF token, so that a closed door tells nothing."""
    protected = csrf_protect(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not is_open(request):
            raise Http404
        return protected(request, *args, **kwargs)

    guarded.csrf_exempt = True  # type: ignore[attr-defined]  # the middleware leaves it to csrf_protect above
    return guarded


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
