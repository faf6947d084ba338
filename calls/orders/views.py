"""`/orders/<id>/`: one act of work, for its two people. Strangers get 404."""

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.orders import services as orders
from calls.orders.forms import DeliverForm, ObjectForm
from calls.orders.models import WorkOrder
from marketplace.accounts.models import User
from payouts.claims import services as claims
from payouts.claims.forms import ContestForm, GiveBackForm
from payouts.claims.said import said_before
from payouts.claims.words import contested_text, refusal_text
from payouts.ledger.services import KeyReused
from payouts.money import BadAmount
from payouts.statements import services as statements


class MemberRequest(HttpRequest):
    """For the type checker: behind @login_required."""

    user: User


@login_required
@never_cache
@require_safe
def order(request: MemberRequest, order_id: int) -> HttpResponse:
    return _show(request, _mine(request, order_id))


@login_required
@require_POST
def deliver(request: MemberRequest, order_id: int) -> HttpResponse:
    found, form = _mine(request, order_id), DeliverForm(request.POST)
    if not form.is_valid():
        return _show(request, found, deliver_form=form)
    note = form.cleaned_data["note"]
    return _done(
        request,
        found,
        lambda: orders.deliver(order_id=found.pk, expert=request.user, note=note, now=timezone.now()),
        is_so=lambda order: order.state == WorkOrder.State.DELIVERED and order.note == note,
    )


@login_required
@require_POST
def confirm(request: MemberRequest, order_id: int) -> HttpResponse:
    found = _mine(request, order_id)
    return _done(
        request,
        found,
        lambda: orders.confirm(order_id=found.pk, payer=request.user, now=timezone.now()),
        is_so=_is_confirmed,
    )


def _is_confirmed(order: WorkOrder) -> bool:
    claim = _row(order).claim
    was_taken_back = claim is not None and claim.outcome == claims.Claim.Outcome.TAKEN_BACK
    return order.outcome == WorkOrder.Outcome.CONFIRMED or was_taken_back


@login_required
@require_POST
def object_to(request: MemberRequest, order_id: int) -> HttpResponse:
    found, form = _mine(request, order_id), ObjectForm(request.POST)
    if not form.is_valid():
        return _show(request, found, object_form=form)
    return _done(
        request,
        found,
        lambda: orders.object_to(order_id=found.pk, payer=request.user, now=timezone.now(), **form.cleaned_data),
        is_so=lambda order: order.state == WorkOrder.State.CONTESTED,
    )


@login_required
@require_POST
def cancel(request: MemberRequest, order_id: int) -> HttpResponse:
    found = _mine(request, order_id)
    return _done(
        request,
        found,
        lambda: orders.cancel(order_id=found.pk, expert=request.user, now=timezone.now()),
        is_so=lambda order: order.outcome == WorkOrder.Outcome.CANCELLED,
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def contest(request: MemberRequest, order_id: int) -> HttpResponse:
    """For who paid it: a form, then a claim, as for a paid period."""
    found = _mine(request, order_id)
    row = _row(found)
    if found.payer_id != request.user.pk or row.charge is None:
        raise Http404
    form = ContestForm(request.POST or None)
    if form.is_valid():
        _contest(request, found, form.cleaned_data["reason"])
        return redirect("order", found.pk)
    if request.method == "GET" and not row.charge.can_contest:
        messages.error(request, refusal_text(claims.AlreadyContested() if row.claim else claims.TooLate()))
        return redirect("order", found.pk)
    context = {"form": form, "sum": row.paid, "other": found.expert, **_page_of(found)}
    return render(request, "payouts/claims/contest.html", context, status=422 if form.errors else 200)


def _contest(request: MemberRequest, found: WorkOrder, reason: str) -> None:
    try:
        orders.contest(order_id=found.pk, payer=request.user, reason=reason, now=timezone.now())
    except (claims.ClaimRefused, orders.OrderRefused) as refused:
        messages.error(request, refusal_text(refused))
    else:
        messages.success(request, contested_text(found.expert.name))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def give_back(request: MemberRequest, order_id: int) -> HttpResponse:
    """For who sold it: of what was paid, or of what is contested and held."""
    found = _mine(request, order_id)
    if said_before(request):
        return redirect("order", found.pk)
    row = _row(found)
    if found.expert_id != request.user.pk or not row.refundable:
        raise Http404
    form = GiveBackForm(request.POST or None, left=row.refundable, initial={"token": token_urlsafe(24)})
    if form.is_valid():
        _give_back(request, found, form.cleaned_data)
        return redirect("order", found.pk)
    context = {
        "form": form,
        "sum": row.refundable,
        "other": found.payer,
        "claim": row.claim,
        "is_held": found.state == WorkOrder.State.CONTESTED,
        "is_released": row.charge is not None and row.charge.earning.released_at is not None,
        **_page_of(found),
    }
    return render(request, "payouts/claims/give_back.html", context, status=422 if form.errors else 200)


def _give_back(request: MemberRequest, found: WorkOrder, typed: dict[str, Any]) -> None:
    terms = {"amount": typed["amount"], "key": typed["token"], "note": typed["note"]}
    try:
        orders.give_back(order_id=found.pk, expert=request.user, now=timezone.now(), **terms)
    except BadAmount:
        messages.error(request, _("That is more than is left. Nothing was given back."))
    except KeyReused:
        messages.error(request, _("This form had been sent before with another amount. See below what was given back."))
    except orders.OrderRefused:
        messages.error(request, _("This is no longer possible. Nothing was changed."))
    else:
        messages.success(request, _("You gave {amount} back.").format(amount=typed["amount"]))


def _page_of(found: WorkOrder) -> dict[str, Any]:
    return {"label": found.label, "back": found.address, "of_work": True}


def _row(found: WorkOrder) -> orders.OrderRow:
    return orders.rows(orders=[found], now=timezone.now())[0]


def _mine(request: MemberRequest, order_id: int) -> WorkOrder:
    return get_object_or_404(orders.of_member(request.user), pk=order_id)


def _done(
    request: MemberRequest, found: WorkOrder, act: Callable[[], None], *, is_so: Callable[[WorkOrder], bool]
) -> HttpResponse:
    """The other side's button does not exist for this person. `is_so`: the same button did it before."""
    try:
        act()
    except WorkOrder.DoesNotExist:
        raise Http404 from None
    except orders.OrderRefused:
        if not is_so(_mine(request, found.pk)):
            messages.error(request, _("This is no longer possible. Nothing was changed."))
    return redirect("order", found.pk)


def _show(request: MemberRequest, found: WorkOrder, **bad: forms.Form) -> HttpResponse:
    is_payer = found.payer_id == request.user.pk
    context = {
        "order": found,
        "row": _row(found),
        "papers": statements.receipt_papers(about=[found.reference]),
        "role": "payer" if is_payer else "expert",
        "other": found.expert if is_payer else found.payer,
        "deliver_form": DeliverForm(),
        "object_form": ObjectForm(),
    }
    return render(request, "calls/orders/order.html", context | bad, status=422 if bad else 200)
