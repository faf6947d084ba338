"""What `/wallet/` does with saved cards: removing one, and automatic top-up. (Paying with one is the wallet's own form.)"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from payouts.cards import services as cards
from payouts.cards.forms import AutoTopUpForm
from payouts.cards.models import SavedCard
from payouts.member_request import MemberRequest
from payouts.money import BadAmount, Money
from payouts.stripe.answers import NotAnswered, Refused


@login_required
@require_POST
def remove(request: MemberRequest, card_id: int) -> HttpResponse:
    try:
        cards.remove_card(member=request.user, card_id=card_id, now=timezone.now())
    except SavedCard.DoesNotExist:
        raise Http404 from None
    except (NotAnswered, Refused):
        messages.error(request, _("Stripe does not answer just now, so the card is still saved. Please try again."))
    else:
        messages.success(request, _("The card was removed."))
    return redirect("wallet")


@login_required
@require_POST
def switch_on(request: MemberRequest) -> HttpResponse:
    """Also for changing what is on already."""
    form = AutoTopUpForm(request.POST, cards=cards.usable_cards(member=request.user, now=timezone.now()))
    if not form.is_valid():
        messages.error(request, _("Choose two amounts, such as 5 and 20, and a saved card. Nothing was changed."))
        return redirect("wallet")
    wish = form.cleaned_data
    try:
        cards.switch_on(
            member=request.user,
            card_id=wish["card"],
            below=wish["below"],
            amount=wish["amount"],
            now=timezone.now(),
        )
    except SavedCard.DoesNotExist:
        messages.error(request, _("This card is not saved any more. Nothing was changed."))
    except BadAmount:
        messages.error(request, _bad_amount())
    else:
        text = _("Automatic top-up is on: below {below}, {amount} is added.")
        messages.success(request, text.format(below=wish["below"], amount=wish["amount"]))
    return redirect("wallet")


def _bad_amount() -> str:
    limits = (settings.TOP_UP_MINOR_MIN, settings.TOP_UP_MINOR_MAX, settings.CREDIT_MINOR_MAX)
    low, high, most = (Money(minor, settings.CURRENCY) for minor in limits)
    text = _("Add from {low} to {high}, so that your credit stays within {most}. Nothing was changed.")
    return text.format(low=low, high=high, most=most)


@login_required
@require_POST
def switch_off(request: MemberRequest) -> HttpResponse:
    cards.switch_off(member=request.user, now=timezone.now())
    messages.success(request, _("Automatic top-up is off."))
    return redirect("wallet")
