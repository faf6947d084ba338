"""Back from Stripe's page to `/wallet/`, or to the call that was left for it: what became of the payment."""

from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from payouts.cards import services as cards
from payouts.member_request import MemberRequest
from payouts.stripe.answers import NotAnswered, Refused
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp


@login_required
@never_cache
@require_GET
def top_up_return(request: MemberRequest, top_up_id: int) -> HttpResponse:
    """Back from Stripe's page: asks Stripe at once, so that the credit is there when the member looks."""
    top_up = get_object_or_404(TopUp, pk=top_up_id, member=request.user)
    if top_up.state != TopUp.State.PAID:
        # Unanswered, the page says "not confirmed yet": Stripe's event or the next look will tell.
        with suppress(NotAnswered, Refused):
            top_up = _asked(request, top_up)
    is_from_call = wallet.of_a_call(top_up.return_path)
    if top_up.state == TopUp.State.PAID and not is_from_call:
        messages.success(request, _("{amount} was added to your credit.").format(amount=top_up.amount))
        return redirect(top_up.return_path)
    context = {
        "top_up": top_up,
        "state": _state(request, top_up),
        "balance": wallet.credit(member=request.user),
        "is_from_call": is_from_call,
    }
    return render(request, "payouts/wallet/return.html", context)


def _asked(request: MemberRequest, top_up: TopUp) -> TopUp:
    """As Stripe says that it stands. Who cancelled cannot pay there any more, so it does not count as open either."""
    now = timezone.now()
    if top_up.way == TopUp.Way.CARD:
        return cards.confirm(stripe_intent=top_up.stripe_intent, now=now) if top_up.stripe_intent else top_up
    if not top_up.stripe_session:
        return top_up
    if "cancelled" in request.GET and top_up.state == TopUp.State.OPEN:
        return wallet.close_checkout(top_up=top_up, now=now)
    asked = wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
    if asked.state == TopUp.State.PAID:  # the card may have been saved
        with suppress(NotAnswered, Refused):
            cards.refresh_cards(member=request.user, now=now)
    return asked


def _state(request: MemberRequest, top_up: TopUp) -> str:
    is_told = top_up.state in (TopUp.State.PAID, TopUp.State.FAILED)
    if is_told or (top_up.way == TopUp.Way.CARD and top_up.state != TopUp.State.EXPIRED):
        return top_up.state if is_told else "pending"
    if "cancelled" in request.GET or not top_up.stripe_session:
        return "cancelled"
    return top_up.state if top_up.state == TopUp.State.EXPIRED else "pending"
