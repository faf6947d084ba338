"""What a receipt's buttons lead to. Everything is looked up from the person: strangers get 404."""

from secrets import token_urlsafe

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from calls.metering import services as metering
from calls.metering.forms import GiveBackForm, TipForm
from calls.metering.models import PaidPeriod
from calls.metering.receipts import Receipt, receipt
from calls.rooms.models import Call
from marketplace.accounts.models import User
from payouts.claims import services as claims
from payouts.claims.forms import ContestForm
from payouts.claims.said import said_before
from payouts.claims.words import contested_text, refusal_text
from payouts.earnings import services as earnings
from payouts.ledger.services import KeyReused
from payouts.money import BadAmount
from payouts.wallet import services as wallet


class MemberRequest(HttpRequest):
    """For the type checker: behind @login_required."""

    user: User


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def contest(request: MemberRequest, call_id: int, reference: str) -> HttpResponse:
    """For who paid: `reference` is one of the receipt's lines, a paid period or a tip. A form, then a claim."""
    call = _ended(request, call_id)
    bill = _receipt(call)
    charge, period = _line(bill, reference)
    if charge.earning.payer_id != request.user.pk or charge.earning.is_unused:
        raise Http404
    tips = [tip for tip in bill.tips if tip.charge.can_contest and period]
    also = [(tip.reference, _("The tip of {sum}").format(sum=tip.kept)) for tip in tips]
    form = ContestForm(request.POST or None, also=also)
    if form.is_valid():
        names = [reference, *form.cleaned_data.get("also", [])]
        _contest(request, call, [_line(bill, name) for name in names], form.cleaned_data["reason"])
        return redirect("receipt", call_id)
    if request.method == "GET" and not charge.can_contest:
        messages.error(request, refusal_text(claims.AlreadyContested() if charge.claim else claims.TooLate()))
        return redirect("receipt", call_id)
    context = {
        "form": form,
        "sum": charge.earning.price,
        "label": charge.earning.label,
        "other": charge.earning.expert,
        "back": reverse("receipt", args=[call_id]),
    }
    return render(request, "payouts/claims/contest.html", context, status=422 if form.errors else 200)


def _contest(
    request: MemberRequest, call: Call, lines: list[tuple[claims.Charge, PaidPeriod | None]], reason: str
) -> None:
    """All of the lines or none: a claim each, for each of them has its own earning and its own release date."""
    now, expert = timezone.now(), lines[0][0].earning.expert
    try:
        with transaction.atomic():
            for charge, period in lines:
                if period:
                    metering.contest(period=period, payer=request.user, reason=reason, now=now)
                else:
                    metering.contest_tip(call=call, tip=charge, payer=request.user, reason=reason, now=now)
    except (claims.ClaimRefused, ObjectDoesNotExist) as refused:
        messages.error(request, refusal_text(refused))
    else:
        messages.success(request, contested_text(expert.get_full_name()))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def give_back(request: MemberRequest, call_id: int, reference: str) -> HttpResponse:
    """For who earned: `reference` is one of the receipt's lines: a paid period, what is stored of an act, or a tip."""
    call = _ended(request, call_id)
    charge, period = _line(_receipt(call), reference)
    if said_before(request):
        return redirect("receipt", call_id)
    if charge.earning.expert_id != request.user.pk or not charge.earning.price:
        raise Http404
    form = GiveBackForm(
        request.POST or None, left=charge.earning.price, period=period, initial={"token": token_urlsafe(24)}
    )
    if form.is_valid():
        _give_back(request, reference, form.cleaned_data)
        return redirect("receipt", call_id)
    context = {
        "form": form,
        "sum": charge.earning.price,
        "label": charge.earning.label,
        "other": charge.earning.payer,
        "is_released": charge.earning.released_at is not None,
        "claim": charge.claim,
        "back": reverse("receipt", args=[call_id]),
    }
    return render(request, "payouts/claims/give_back.html", context, status=422 if form.errors else 200)


def _line(bill: Receipt, reference: str) -> tuple[claims.Charge, PaidPeriod | None]:
    for row in bill.periods:
        if row.charge and row.charge.earning.reference == reference:
            return row.charge, row.period
        if row.stored_charge and row.stored_charge.earning.reference == reference:
            return row.stored_charge, None
    for tip in bill.tips:
        if tip.reference == reference:
            return tip.charge, None
    raise Http404


def _give_back(request: MemberRequest, reference: str, typed: dict) -> None:
    try:
        given_back = metering.give_back(
            expert=request.user,
            reference=reference,
            amount=typed["amount"],
            key=typed["token"],
            line=typed["line"],
            note=typed["note"],
            now=timezone.now(),
        )
    except BadAmount:
        messages.error(request, _("That is more than is left. Nothing was given back."))
    except KeyReused:
        messages.error(request, _("This form had been sent before with another amount. See below what was given back."))
    else:
        messages.success(request, _("You gave {amount} back.").format(amount=given_back))


@login_required
@require_POST
def tip(request: MemberRequest, call_id: int) -> HttpResponse:
    """For who paid in the call."""
    call = _ended(request, call_id)
    if not metering.payer_paid(call, request.user):
        raise Http404
    form = TipForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Type an amount such as 5 or 5.50. No tip was sent."))
        return redirect("receipt", call_id)
    amount = form.cleaned_data["amount"]
    try:
        metering.tip(call=call, payer=request.user, amount=amount, key=form.cleaned_data["token"], now=timezone.now())
    except earnings.TipLimit as limit:
        text = _("You can tip {left} more for this call. No tip was sent.")
        messages.error(request, text.format(left=limit.left))
    except BadAmount:
        messages.error(request, _("{amount} is too little for a tip. None was sent.").format(amount=amount))
    except wallet.AboveMonthlyLimit as limit:
        text = _("Your monthly limit leaves {left}. No tip was sent.")
        messages.error(request, text.format(left=limit.left))
    except wallet.InsufficientCredit as short:
        messages.error(request, _("You have {credit}. No tip was sent.").format(credit=short.credit))
    except wallet.PaymentsBlocked:
        messages.error(request, _("Your payments are paused: your wallet says why. No tip was sent."))
    except KeyReused:
        messages.error(request, _("This form had been sent before with another amount. See your tips below."))
    else:
        messages.success(request, _("You sent a tip of {amount}. All of it is theirs.").format(amount=amount))
    return redirect("receipt", call_id)


def _ended(request: MemberRequest, call_id: int) -> Call:
    mine = Call.objects.filter(Q(caller=request.user) | Q(expert=request.user), started_at__isnull=False)
    return get_object_or_404(mine.select_related("caller", "expert"), pk=call_id, state=Call.State.ENDED)


def _receipt(call: Call) -> Receipt:
    bill = receipt(call=call, now=timezone.now())
    if bill is None:
        raise Http404
    return bill
