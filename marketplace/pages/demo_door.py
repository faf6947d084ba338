"""Who may open the demo's doors: somebody at this very machine, and only while the demo is on."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_protect

from payouts import this_machine

View = Callable[..., HttpResponse]


def is_open(request: HttpRequest) -> bool:
    """True only with DEMO, DEBUG and the sandbox on, for this machine."""
    return settings.DEMO and settings.DEBUG and settings.STRIPE_SANDBOX and this_machine.asks(request)


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
