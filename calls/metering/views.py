"""What a receipt's buttons lead to. Everything is looked up from the person: strangers get 404."""

from secrets import token_urlsafe

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from calls.metering import services as metering
from calls.metering.forms import ContestForm, GiveBackForm, TipForm
from calls.metering.models import PaidPeriod
from calls.metering.receipts import Receipt, receipt
from calls.rooms.models import Call
from marketplace.accounts.models import User
from payouts.claims import services as claims
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
def contest(request: MemberRequest, call_id: int, period_id: int) -> HttpResponse:
    """For who paid the period: a form, then a claim."""
    period = get_object_or_404(
        PaidPeriod.objects.select_related("call", "expert", "offer"),
        pk=period_id,
        call_id=call_id,
        payer=request.user,
        state=PaidPeriod.State.ENDED,
        call__state=Call.State.ENDED,
    )
    form = ContestForm(request.POST or None)
    if form.is_valid():
        _contest(request, period, form.cleaned_data["reason"])
        return redirect("receipt", call_id)
    row = next(row for row in _receipt(period.call).periods if row.period.pk == period.pk)
    if request.method == "GET" and not (row.charge and row.charge.can_contest):
        is_second = row.charge is not None and row.charge.claim is not None
        messages.error(request, _refused(claims.AlreadyContested() if is_second else claims.TooLate()))
        return redirect("receipt", call_id)
    context = {"form": form, "row": row, "other": period.expert, "call": period.call}
    return render(request, "calls/rooms/contest.html", context, status=422 if form.errors else 200)


def _contest(request: MemberRequest, period: PaidPeriod, reason: str) -> None:
    try:
        metering.contest(period=period, payer=request.user, reason=reason, now=timezone.now())
    except (claims.ClaimRefused, ObjectDoesNotExist) as refused:
        messages.error(request, _refused(refused))
    else:
        text = _("You contested this charge. {name} has 3 days to give money back or to answer.")
        messages.success(request, text.format(name=period.expert.name))


def _refused(refused: Exception) -> str:
    if isinstance(refused, claims.AlreadyContested):
        return _("You have contested this charge before.")
    if isinstance(refused, claims.NothingLeft):
        return _("All of this charge has come back to you already.")
    return _("This charge can no longer be contested. Write to the expert: they can still give money back.")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def give_back(request: MemberRequest, call_id: int, reference: str) -> HttpResponse:
    """For who earned: `reference` is one of the receipt's lines, a paid period or a tip."""
    call = _ended(request, call_id)
    charge, period = _line(call, reference)
    if charge.earning.expert_id != request.user.pk or not charge.earning.price:
        raise Http404
    form = GiveBackForm(
        request.POST or None, left=charge.earning.price, period=period, initial={"token": token_urlsafe(24)}
    )
    if form.is_valid():
        _give_back(request, reference, form.cleaned_data)
        return redirect("receipt", call_id)
    payer = call.caller if call.expert_id == request.user.pk else call.expert
    context = {"form": form, "charge": charge, "call": call, "other": period.payer if period else payer}
    return render(request, "calls/rooms/give_back.html", context, status=422 if form.errors else 200)


def _line(call: Call, reference: str) -> tuple[claims.Charge, PaidPeriod | None]:
    bill = _receipt(call)
    for row in bill.periods:
        if row.charge and row.charge.earning.reference == reference:
            return row.charge, row.period
    for tip in bill.tips:
        if tip.reference == reference:
            return tip.charge, None
    raise Http404


def _give_back(request: MemberRequest, reference: str, typed: dict) -> None:
    try:
        made = claims.refund(
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
        messages.success(request, _("You gave {amount} back.").format(amount=made.amount))


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
        messages.error(request, _("Your payments are paused while your bank disputes one. No tip was sent."))
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
