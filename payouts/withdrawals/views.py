"""What `/earnings/` leads to: Stripe's page for the bank account, and a withdrawal."""

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from payouts.ledger.services import KeyReused
from payouts.member_request import MemberRequest
from payouts.money import BadAmount, Money
from payouts.safety import words
from payouts.second_factor import second_factor_required
from payouts.stripe.answers import NotAnswered, Refused
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.forms import BankForm, WithdrawForm
from payouts.withdrawals.models import BankConnection

WHY_NOT = {
    "none": gettext_lazy("Your bank account is not ready to receive money."),
    "checking": gettext_lazy("Stripe is still checking your account."),
    "needs_info": gettext_lazy("Stripe needs something from you before it pays out: its page says what."),
    "restricted": gettext_lazy("Stripe has restricted your account: its page says why."),
    "rejected": gettext_lazy("Stripe has rejected your account and does not pay out to it."),
    "closed": gettext_lazy("Your account at Stripe is closed: connect your bank account anew."),
}


@login_required
@require_POST
@second_factor_required
@reauthentication_required
def withdraw(request: MemberRequest) -> HttpResponse:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Type an amount such as 20 or 20.50. Nothing was withdrawn."))
        return redirect("earnings")
    amount, key, at_once = (form.cleaned_data[name] for name in ("amount", "token", "at_once"))
    try:
        withdrawals.request(expert=request.user, amount=amount, key=key, at_once=at_once, now=timezone.now())
    except (BadAmount, withdrawals.TooLittle):
        least = Money(settings.WITHDRAWAL_MINOR_MIN, settings.CURRENCY)
        messages.error(request, _("The smallest withdrawal is {least}. Nothing was withdrawn.").format(least=least))
    except withdrawals.NotEnough:
        messages.error(request, _("{amount} is more than is available. Nothing was withdrawn.").format(amount=amount))
    except withdrawals.BankNotReady as bank:
        messages.error(request, f"{WHY_NOT.get(bank.standing, WHY_NOT['none'])} {_('Nothing was withdrawn.')}")
    except withdrawals.WithdrawalsFrozen as waits:
        messages.error(request, words.frozen_text(waits.frozen) + " " + _("Nothing was withdrawn."))
    except KeyReused:
        messages.error(request, _("This form had been sent before with another amount. See your withdrawals below."))
    else:
        text = _("You asked for {amount}. Each step is shown below.")  # it stays on the page while the steps go on
        messages.success(request, text.format(amount=amount))
    return redirect("earnings")


@login_required
@require_POST
@reauthentication_required
def connect_bank(request: MemberRequest) -> HttpResponse:
    """To Stripe's page, the first time and later: where the money goes is decided there, so we ask who it is before."""
    form = BankForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the country of your bank."))
        return redirect("earnings")
    earnings = request.build_absolute_uri(reverse("earnings"))
    try:
        page = withdrawals.connect(
            expert=request.user,
            country=form.cleaned_data["country"],
            return_url=request.build_absolute_uri(reverse("connect_bank_return")),
            refresh_url=f"{earnings}?bank=expired",
            now=timezone.now(),
        )
    except (NotAnswered, Refused):
        messages.error(request, _("Stripe's page could not be opened. Please try again in a minute."))
        return redirect("earnings")
    return redirect(page)


@login_required
@require_POST
@reauthentication_required
def bank_dashboard(request: MemberRequest) -> HttpResponse:
    """To the expert's own pages at Stripe."""
    try:
        page = withdrawals.dashboard(expert=request.user, now=timezone.now())
    except BankConnection.DoesNotExist:
        messages.error(request, _("Your bank account is not ready to receive money."))
    except (NotAnswered, Refused):
        messages.error(request, _("Stripe's page could not be opened. Please try again in a minute."))
    else:
        return redirect(page)
    return redirect("earnings")


@login_required
@never_cache
@require_GET
def connect_bank_return(request: MemberRequest) -> HttpResponse:
    """Back from Stripe's page: asks Stripe at once what the account can do."""
    bank = withdrawals.bank_of(expert=request.user)
    if bank and bank.stripe_account:
        try:
            bank = withdrawals.refresh_bank(stripe_account=bank.stripe_account, now=timezone.now())
        except (NotAnswered, Refused):
            messages.error(
                request, _("Stripe does not answer just now. This page will show your bank as soon as it does.")
            )
            return redirect("earnings")
    if bank and bank.is_ready:
        messages.success(request, _("Your bank account is connected."))
    return redirect("earnings")
