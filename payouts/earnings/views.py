"""`/earnings/`: what is available, what comes when, and what went to the bank; `/earnings/tax/`: the quarters of a year."""

from secrets import token_urlsafe

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from payouts.claims import services as claims
from payouts.earnings import quarters
from payouts.earnings import services as earnings
from payouts.member_request import MemberRequest
from payouts.money import Money
from payouts.paging import page
from payouts.safety import services as safety
from payouts.safety import words
from payouts.second_factor import lacks_second_factor
from payouts.statements import services as statements
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.forms import BankForm, WithdrawForm

PENDING_A_PAGE = 50
RELEASED_A_PAGE = 20
WITHDRAWALS_A_PAGE = 20
MONTHS_SHOWN = 6


@login_required
@never_cache
@require_GET
def show(request: MemberRequest) -> HttpResponse:
    expert, ask = request.user, request.GET.get
    # Before the sums: a withdrawal that comes back meanwhile is then shown as on its way, and the page goes on looking.
    sent = page(
        withdrawals.of_expert(expert=expert), at="requested_at", asked=ask("withdrawals", ""), count=WITHDRAWALS_A_PAGE
    )
    waiting, released = earnings.waiting(expert=expert), earnings.released(expert=expert)
    summary, bank = earnings.summary(expert=expert), withdrawals.bank_of(expert=expert)
    least = Money(settings.WITHDRAWAL_MINOR_MIN, settings.CURRENCY)
    frozen = safety.frozen(member=expert, now=timezone.now())
    context = {
        "frozen_text": words.frozen_text(frozen) if frozen else "",
        "lacks_second_factor": lacks_second_factor(expert),
        "summary": summary,
        "owed": earnings.owed(expert=expert),
        "claims": claims.to_answer(expert=expert),
        "withdrawn": withdrawals.withdrawn(expert=expert),
        "pending": page(waiting, at="release_at", asked=ask("pending", ""), count=PENDING_A_PAGE, newest_first=False),
        "chart": earnings.chart(expert=expert, by=ask("chart", ""), now=timezone.now()),
        "released": page(released, at="released_at", asked=ask("released", ""), count=RELEASED_A_PAGE),
        "withdrawals": sent,
        "months": statements.months(expert=expert)[:MONTHS_SHOWN],
        "bank": bank,
        "bank_form": BankForm(),
        "bank_page_expired": ask("bank") == "expired",
        "least": least,
        "missing": least - summary.available if summary.available < least else None,
        "withdraw_form": WithdrawForm(initial={"amount": summary.available, "token": token_urlsafe(24)}),
    }
    return render(request, "payouts/earnings/earnings.html", context)


@login_required
@never_cache
@require_GET
def tax(request: MemberRequest) -> HttpResponse:
    years = quarters.years(expert=request.user, now=timezone.now())
    asked = request.GET.get("year", str(years[0]))
    if asked not in map(str, years):
        raise Http404
    year = int(asked)
    context = {"year": year, "years": years, "quarters": quarters.of_year(expert=request.user, year=year)}
    return render(request, "payouts/earnings/tax.html", context)
