"""*Refund unused credit* on `/wallet/`."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from payouts.ledger.services import KeyReused
from payouts.member_request import MemberRequest
from payouts.money import BadAmount, Money
from payouts.refunds import services as refunds
from payouts.refunds.forms import RefundForm


@login_required
@require_POST
@reauthentication_required
def refund(request: MemberRequest) -> HttpResponse:
    form = RefundForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Type an amount such as 20 or 20.50. Nothing was refunded."))
        return redirect("wallet")
    amount, key = form.cleaned_data["amount"], form.cleaned_data["token"]
    try:
        made = refunds.request(member=request.user, amount=amount, key=key, now=timezone.now())
    except BadAmount:
        messages.error(request, _("Type an amount above zero. Nothing was refunded."))
    except refunds.NotEnough:
        unused = refunds.refundable(member=request.user)
        messages.error(
            request, _("{unused} of your credit can go back now. Nothing was refunded.").format(unused=unused)
        )
    except KeyReused:
        messages.error(request, _("This form had been sent before with another amount. See your refunds below."))
    else:
        total = sum((row.amount for row in made), Money(0, made[0].currency))
        messages.success(request, _("You asked for {total} back. Each step is shown below.").format(total=total))
    return redirect("wallet")
