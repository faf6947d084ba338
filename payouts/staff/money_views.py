"""Top-ups, refunds, holds and withdrawals as staff find them; and the two acts that move money by hand: a refund that no card
takes is settled, and promotional credit is given."""

from secrets import token_urlsafe

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from payouts.ledger import services as ledger
from payouts.member_request import MemberRequest
from payouts.money import BadAmount, Money
from payouts.office import services as office
from payouts.office.door import staff_only
from payouts.refunds import services as refunds
from payouts.refunds.forms import SettleForm
from payouts.refunds.models import Refund
from payouts.staff.asked import asked, newest
from payouts.staff.lists import TABLES
from payouts.wallet import services as wallet
from payouts.wallet.forms import GrantForm
from payouts.wallet.models import CreditLot

ID_DIGITS = 18


@staff_only
@never_cache
@require_GET
def money_list(request: MemberRequest, what: str) -> HttpResponse:
    """`?state=` and `?member=` narrow it down."""
    table, state, member = TABLES[what], asked(request, "state", 20), asked(request, "member", ID_DIGITS)
    member_id = int(member) if member.isascii() and member.isdigit() else None
    rows, older = newest(request, table.found(state=state, member_id=member_id))
    context = {
        "table": table,
        "rows": [table.cells(row) for row in rows],
        "older": older,
        "state": state,
        "member": member_id,
        "states": [name for name, _filter in table.states],
    }
    return render(request, "payouts/staff/money_list.html", context)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def settle(request: MemberRequest, refund_id: int) -> HttpResponse:
    """What Stripe will never send, settled by hand with the member."""
    refund = get_object_or_404(Refund.objects.select_related("member", "lot__top_up"), pk=refund_id)
    office.check_no_party(staff=request.user, parties=[refund.member_id])
    form = SettleForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _settled(request, refund, form):
        messages.success(request, _("{amount} of {name} is settled.").format(amount=refund.amount, name=refund.member))
        return redirect("staff_refunds")
    context = {"refund": refund, "form": form, "is_refused": refund.state == Refund.State.REFUSED}
    return render(request, "payouts/staff/settle.html", context, status=422 if form.errors else 200)


def _settled(request: MemberRequest, refund: Refund, form: SettleForm) -> bool:
    is_sent, note = form.cleaned_data["outcome"] == "sent", form.cleaned_data["note"]
    try:
        refunds.settle(refund_id=refund.pk, staff=request.user, is_sent=is_sent, note=note, now=timezone.now())
    except refunds.NotRefused:
        form.add_error(
            None, _("There is nothing to settle: Stripe has not refused it, or somebody settled it just now.")
        )
        return False
    return True


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def give(request: MemberRequest) -> HttpResponse:
    """Promotional credit for a member."""
    form = GrantForm(
        request.POST if request.method == "POST" else None,
        initial={"token": token_urlsafe(24), "email": asked(request, "email", 254)},
    )
    if form.is_valid() and (lot := _given(request, form)):
        messages.success(request, _("{sum} given to {member}.").format(sum=lot.remaining, member=lot.member))
        return redirect("staff_member_money", lot.member_id)
    grants = CreditLot.objects.filter(kind=CreditLot.Kind.PROMOTIONAL).select_related("member")
    rows, older = newest(request, grants)
    context = {"form": form, "grants": rows, "older": older}
    return render(request, "payouts/staff/give.html", context, status=422 if form.errors else 200)


def _given(request: MemberRequest, form: GrantForm) -> CreditLot | None:
    typed = form.cleaned_data
    try:
        return wallet.grant(
            staff=request.user,
            member=typed["email"],
            amount=typed["amount"],
            reason=typed["reason"],
            expires_at=typed["last_day"],
            key=f"promo:{typed['token']}",
            now=timezone.now(),
        )
    except BadAmount:
        most = Money(settings.PROMO_MINOR_MAX, settings.CURRENCY)
        form.add_error("amount", _("Give more than nothing, and {most} at most.").format(most=most))
    except wallet.TooManyGrants:
        form.add_error(None, _("You have given as often as one may in a day. Another of the staff can go on."))
    except (wallet.GrantRefused, office.PartyToIt):
        form.add_error(None, _("The day must not have passed, and nobody gives to themself."))
    except ledger.KeyReused:
        form.add_error(None, _("This form was sent already, with something else in it. Open it again."))
    return None
