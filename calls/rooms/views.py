"""The room's page, why its socket was refused, and the receipt. Everything is looked up from the person: strangers get 404."""

from secrets import token_urlsafe

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from calls.metering import services as metering
from calls.metering.forms import TipForm
from calls.orders import services as orders
from calls.rooms import words
from calls.rooms.models import Call, Room
from marketplace.accounts.models import User


def _room_of(user: User, code: str) -> Room:
    mine = Room.objects.filter(Q(caller=user) | Q(expert=user)).select_related("caller", "expert")
    return get_object_or_404(mine, code=code)


@login_required
@never_cache
@require_safe
def room(request: HttpRequest, code: str) -> HttpResponse:
    found = _room_of(request.user, code)
    is_caller = found.caller_id == request.user.id
    return render(
        request,
        "calls/rooms/room.html",
        {
            "room": found,
            "role": "payer" if is_caller else "expert",
            "other": found.expert if is_caller else found.caller,
            "words": words.for_room_page(),
        },
    )


@never_cache
@require_safe
def seat(request: HttpRequest, code: str) -> JsonResponse:
    """A browser sees a refused socket as a dead network; here the page asks why (signalling/PROTOCOL.md, section 1)."""
    if not request.user.is_authenticated:
        return JsonResponse({"reason": "signed_out"}, status=401)
    try:
        _room_of(request.user, code)
    except Http404:
        return JsonResponse({"reason": "not_found"}, status=404)
    return JsonResponse({"reason": "open"})


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, call_id: int) -> HttpResponse:
    """For both people of the call, once it has been a conversation and is over."""
    mine = Call.objects.filter(Q(caller=request.user) | Q(expert=request.user), started_at__isnull=False)
    call = get_object_or_404(mine.select_related("caller", "expert", "room"), id=call_id, state=Call.State.ENDED)
    is_caller, now = call.caller_id == request.user.id, timezone.now()
    return render(
        request,
        "calls/rooms/receipt.html",
        {
            "call": call,
            "role": "payer" if is_caller else "expert",
            "other": call.expert if is_caller else call.caller,
            "orders": orders.rows(orders=orders.of_member(request.user).filter(call=call), now=now),
            "receipt": metering.receipt(call=call, now=now),
            "tipping": metering.tipping(call=call, payer=request.user),
            "tip_form": TipForm(initial={"token": token_urlsafe(24)}),
        },
    )
