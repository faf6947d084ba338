"""Stripe calls us: three addresses, one secret each. An event is stored and answered at once; the worker acts on it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payouts.stripe import incoming
from payouts.stripe.answers import BadEvent, Event

BYTES_MAX = 512 * 1024  # Stripe's largest events are far smaller
Reader = Callable[..., Event]


@csrf_exempt
@require_POST
def platform(request: HttpRequest) -> HttpResponse:
    """What happens in the platform's own account."""
    return _received(request, "platform", settings.STRIPE_WEBHOOK_SECRET, incoming.construct_event)


@csrf_exempt
@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """What happens in the experts' connected accounts."""
    return _received(request, "connect", settings.STRIPE_CONNECT_WEBHOOK_SECRET, incoming.construct_event)


@csrf_exempt
@require_POST
def thin(request: HttpRequest) -> HttpResponse:
    """That something changed in a connected account (v2)."""
    return _received(request, "thin", settings.STRIPE_THIN_WEBHOOK_SECRET, incoming.parse_thin)


def _received(request: HttpRequest, endpoint: str, secret: str, read: Reader) -> HttpResponse:
    """400 and no row for what is not a genuine event of this endpoint; 200 once it is stored, however often it comes."""
    try:
        event = read(body=_body(request), signature=request.headers.get("Stripe-Signature", ""), secret=secret)
        if endpoint != "thin" and bool(event.account) != (endpoint == "connect"):
            raise BadEvent("an event of another endpoint")
    except BadEvent:
        return HttpResponse(status=400)
    incoming.keep(event, endpoint=endpoint, now=timezone.now())
    return HttpResponse(status=200)


def _body(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length", "")
    if not length.isascii() or not length.isdigit() or int(length) > BYTES_MAX:
        raise BadEvent("no length, or too long")
    return request.body
