"""The buttons of a claim on the receipt, and `/staff/claims/`. Members' claims are looked up from the member."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from payouts.addresses import here
from payouts.claims import services as claims
from payouts.claims.forms import AnswerForm, DecideForm
from payouts.claims.models import Claim
from payouts.member_request import MemberRequest
from payouts.money import BadAmount, Money
from payouts.office import services as office
from payouts.office.door import staff_only

CLAIMS_A_PAGE = 50


@login_required
@require_POST
def answer(request: MemberRequest, claim_id: int) -> HttpResponse:
    claim = _claim_of(request, claim_id, "expert_id")
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write an answer of up to 2000 characters. Nothing was sent."))
    else:
        try:
            text = form.cleaned_data["text"]
            claims.answer(claim_id=claim.pk, expert=request.user, text=text, now=timezone.now())
        except claims.ClaimRefused:
            messages.error(request, _("This claim can no longer be answered."))
        else:
            messages.success(request, _("Your answer was sent. Our staff decide within 7 days."))
    return redirect(here(claim.charge.link))


@login_required
@require_POST
def take_back(request: MemberRequest, claim_id: int) -> HttpResponse:
    claim = _claim_of(request, claim_id, "payer_id")
    try:
        claims.take_back(claim_id=claim.pk, payer=request.user, now=timezone.now())
    except claims.ClaimRefused:
        messages.error(request, _("This claim is closed already."))
    else:
        messages.success(request, _("You took the claim back."))
    return redirect(here(claim.charge.link))


def _claim_of(request: MemberRequest, claim_id: int, side: str) -> Claim:
    """Raises Http404 unless the member is on that side of it."""
    claim = get_object_or_404(claims.of_member(member=request.user), pk=claim_id)
    if getattr(claim.charge, side) != request.user.pk:
        raise Http404
    return claim


# --- Staff ----------------------------------------------------------------------------------------------------------


@staff_only
@never_cache
@require_GET
def for_staff(request: MemberRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    if state not in Claim.State.values:
        state = ""
    page = Paginator(claims.for_staff(state=state), CLAIMS_A_PAGE).get_page(request.GET.get("page"))
    context = {"claims": page, "state": state, "states": Claim.State.values}
    return render(request, "payouts/claims/staff_list.html", context)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def for_staff_one(request: MemberRequest, claim_id: int) -> HttpResponse:
    """The evidence, and the decision. Who is a party to it reads it on the receipt, where both see each look at this."""
    claim = get_object_or_404(claims.for_staff(), pk=claim_id)
    office.check_no_party(staff=request.user, parties=claim.parties)
    form = DecideForm(request.POST or None, initial={"refund": claim.charge.price})
    if form.is_valid() and _decided(request, claim, form):
        return redirect("staff_claim", claim_id)
    office.look(staff=request.user, reference=claim.reference, now=timezone.now())
    context = {
        "claim": claim,
        "form": form,
        "charge": claim.charge,
        "refunds": claim.earning.refunds.order_by("pk") if claim.earning else [],
        "needs_two": claims.needs_two(claim),
        "limit": Money(settings.CLAIM_TWO_STAFF_MINOR, claim.charge.currency),
    }
    return render(request, "payouts/claims/staff_claim.html", context, status=422 if form.errors else 200)


def _decided(request: MemberRequest, claim: Claim, form: DecideForm) -> bool:
    refund, reason = form.cleaned_data["refund"], form.cleaned_data["reason"]
    try:
        after = claims.decide(claim_id=claim.pk, staff=request.user, refund=refund, reason=reason, now=timezone.now())
    except BadAmount:
        text = _("From 0 to {left}, which is what is left. Nothing was decided.")
        form.add_error("refund", text.format(left=claim.charge.price))
        return False
    except claims.ClaimRefused:
        form.add_error(
            None, _("This claim cannot be decided now: it is closed, not answered yet, or its time is over.")
        )
        return False
    if after.is_open:
        messages.success(request, _("Your vote is written down. Another of the staff has to say the same sum."))
    else:
        messages.success(request, _("Decided. Both have been told."))
    return True
