"""`/staff/disputes/`: what a bank took back, what it was spent on, and what staff do about it, each act in writing."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from payouts.claims import services as claims
from payouts.disputes import services as disputes
from payouts.disputes.forms import EvidenceForm, ParticipationForm, ReasonForm
from payouts.disputes.models import Dispute, Participation
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.member_request import MemberRequest
from payouts.office import services as office
from payouts.office.door import staff_only
from payouts.office.models import AuditRecord
from payouts.wallet import services as wallet

DISPUTES_A_PAGE = 50
DEEDS_SHOWN = 50


@staff_only
@never_cache
@require_GET
def for_staff(request: MemberRequest) -> HttpResponse:
    """Open ones, the most urgent first; `?state=closed` the others, the latest first."""
    is_closed = request.GET.get("state") == "closed"
    found = disputes.for_staff(is_closed=is_closed)
    found = found.order_by("-pk") if is_closed else found.order_by(F("due_by").asc(nulls_last=True), "-pk")
    page = Paginator(found, DISPUTES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "payouts/staff/disputes.html", {"disputes": page, "is_closed": is_closed})


@staff_only
@never_cache
@require_GET
def for_staff_one(request: MemberRequest, dispute_id: int) -> HttpResponse:
    return _page(request, _found(request, dispute_id))


@staff_only
@require_POST
def act(request: MemberRequest, dispute_id: int, deed: str) -> HttpResponse:
    """One of DEEDS, which come with the address."""
    dispute = _found(request, dispute_id)
    form = _forms(dispute, request.POST, deed)[deed]
    if form.is_valid() and _done(request, dispute, deed, form):
        return redirect("staff_dispute", dispute_id)
    return _page(request, dispute, deed=deed, form=form)


def _found(request: MemberRequest, dispute_id: int) -> Dispute:
    """Who is a party to it does not find it: they are told by mail."""
    found = get_object_or_404(Dispute.objects.select_related("member", "lot__top_up"), pk=dispute_id)
    office.check_no_party(staff=request.user, parties=disputes.parties(found))
    return found


def _done(request: MemberRequest, dispute: Dispute, deed: str, form: forms.Form) -> bool:
    try:
        DEEDS[deed](dispute_id=dispute.pk, staff=request.user, now=timezone.now(), **form.cleaned_data)
    except disputes.NotAnswerable:
        form.add_error(None, _("This is not possible (any more). Nothing was changed."))
    except disputes.NothingFound:
        form.add_error(None, _("This person earned nothing from the disputed payment, or the bank took nothing."))
    else:
        messages.success(request, _("Written down."))
        return True
    return False


def _find_participation(*, expert: int, **how: Any) -> None:
    disputes.find_participation(expert=get_user_model().objects.get(pk=expert), **how)


DEEDS: dict[str, Callable[..., object]] = {
    "evidence": disputes.send_evidence,
    "accept": disputes.accept,
    "participation": _find_participation,
    "lift": disputes.lift_block,
}


def _forms(dispute: Dispute, data: Any = None, deed: str = "") -> dict[str, forms.Form]:
    experts = {earning.expert_id: str(earning.expert) for earning, _part in disputes.paid_with(dispute)}
    sent = {name: data if name == deed else None for name in DEEDS}
    return {
        "evidence": EvidenceForm(
            sent["evidence"], initial={"text": disputes.gathered(dispute)}, auto_id="id_evidence_%s"
        ),
        "accept": ReasonForm(sent["accept"], auto_id="id_accept_%s"),
        "participation": ParticipationForm(
            sent["participation"], experts=sorted(experts.items()), auto_id="id_part_%s"
        ),
        "lift": ReasonForm(sent["lift"], auto_id="id_lift_%s"),
    }


def _page(request: MemberRequest, dispute: Dispute, deed: str = "", form: forms.Form | None = None) -> HttpResponse:
    """Whoever is shown it has looked at it, which both sides are told of."""
    office.look(staff=request.user, reference=dispute.reference, now=timezone.now())
    paid = disputes.paid_with(dispute)
    charges = claims.charges(references=[earning.reference for earning, _part in paid], now=timezone.now())
    took_part = set(Participation.objects.filter(dispute=dispute).values_list("expert_id", flat=True))
    context = {
        "dispute": dispute,
        "owed": ledger.balance(accounts.dispute_receivable(dispute.pk), dispute.currency),
        "paid": [
            (earning, part, charges[earning.reference].claim, earning.expert_id in took_part) for earning, part in paid
        ],
        "failed": form,
        "forms": {**_forms(dispute), **({deed: form} if form else {})},
        "may_lift": dispute.is_lost and wallet.blocks(reason=dispute.reference),
        "deeds": AuditRecord.objects.filter(reference=dispute.reference)
        .exclude(act=office.LOOK)
        .select_related("staff")
        .order_by("-pk")[:DEEDS_SHOWN],
    }
    return render(request, "payouts/staff/dispute.html", context, status=422 if form else 200)
