"""`/me/test-call/`: the page of the test call, its echo, and what is remembered of it."""

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from calls.echo import services as echo
from calls.echo import words
from calls.signalling import ice


@login_required
@never_cache
@require_safe
def test_call(request: HttpRequest) -> HttpResponse:
    """`way`: echo, else relay (this browser calls itself through the site's relay), else devices (no call at all)."""
    way = "echo" if echo.can_echo() else "relay" if echo.has_relay() else "devices"
    return render(
        request,
        "calls/echo/test_call.html",
        {
            "way": way,
            "words": words.for_test_call(),
            "other": {"get_short_name": _("the other")},
            "ice": ice.servers(user_id=request.user.pk, now=timezone.now()),
            "proof": echo.proof(member=request.user) if way == "relay" else "",
        },
    )


@login_required
@require_POST
def answer(request: HttpRequest) -> JsonResponse:
    """A browser's offer, answered by an echo."""
    if not echo.can_echo():
        return _refuse(404, _("This site has no echo."))
    if not ratelimit.consume(request, action="test_call", user=request.user):
        return _refuse(429, _("You made many test calls. Try again in an hour."))
    try:
        sdp = echo.answer(member=request.user, offer=request.POST.get("sdp", ""))
    except echo.Busy:
        return _refuse(429, _("The echo talks to others just now. Try again in a minute."))
    except echo.BadOffer:
        return _refuse(400, _("The echo could not answer this browser. Try again, or another browser."))
    return JsonResponse({"sdp": sdp, "proof": echo.proof(member=request.user)})


@login_required
@require_POST
def through(request: HttpRequest) -> HttpResponse:
    try:
        echo.note_through(member=request.user, proof=request.POST.get("proof", ""), now=timezone.now())
    except echo.NotProved:
        return _refuse(400, _("That did not work. Load this page again, then try once more."))
    return HttpResponse(status=204)


def _refuse(status: int, text: str) -> JsonResponse:
    return JsonResponse({"text": text}, status=status)
