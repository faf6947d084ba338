"""`/me/close/`: what closing the account means, and once it was asked, what is still on its way."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.closing import services as closing
from payouts.earnings import services as earnings
from payouts.refunds import services as refunds
from payouts.safety import services as safety
from payouts.safety.words import frozen_text
from payouts.second_factor import lacks_second_factor
from payouts.wallet import services as wallet


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def close(request):
    return _ask(request) if request.method == "POST" else _page(request)


@login_required
@require_POST
def keep(request):
    if closing.keep(member=request.user, now=timezone.now()):
        messages.success(request, _("You keep your account. What was sent on its way arrives all the same."))
    return redirect("me")


@reauthentication_required
def _ask(request):
    """Money leaves, so it is asked as a withdrawal is: who types the password, and with earnings the second factor."""
    if lacks_second_factor(request.user) and _earned(request.user):
        messages.info(request, _("First set up a second factor: it keeps money safe when a password is lost."))
        return redirect("mfa_index")
    try:
        closing.ask(member=request.user, now=timezone.now())
    except closing.Busy:
        messages.error(request, _("Something is still open, see below. Nothing was changed."))
    except closing.StaffAccount:
        messages.error(request, _("This is an account of our staff: another of the staff takes its rights away first."))
    else:
        messages.success(request, _("Your account is closing. This page shows what is still on its way."))
    return redirect("close_account")


def _page(request):
    member, now = request.user, timezone.now()
    asked = closing.open_of(member)
    frozen = safety.frozen(member=member, now=now)
    context = {
        "asked": asked,
        "waits": closing.waits(member) if asked else [],
        "busy": [] if asked else closing.busy(member),
        "unused": refunds.unused(member=member),
        "credit": wallet.credit(member=member),
        "promotions": wallet.promotional_lots(member=member),
        "earned": earnings.summary(expert=member),
        "owed": earnings.owed(expert=member),
        "not_sent": closing.why_not_sent(member, now=now),
        "next_try": closing.tries_of(member).next_at,
        "frozen_text": frozen_text(frozen) if frozen else "",
    }
    return render(request, "marketplace/close_account.html", context)


def _earned(member) -> bool:
    earned = earnings.summary(expert=member)
    return bool(earned.available or earned.pending)
