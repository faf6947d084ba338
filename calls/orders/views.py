"""`/orders/<id>/`: one act of work, for its two people; and where staff decide. Strangers get 404."""

from collections.abc import Callable

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
from calls.orders.forms import DecideForm, DeliverForm, ObjectForm
from calls.orders.models import WorkOrder
from marketplace.accounts.models import User
from payouts.office.door import staff_only


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
        request, found, lambda: orders.deliver(order_id=found.pk, expert=request.user, note=note, now=timezone.now())
    )


@login_required
@require_POST
def confirm(request: MemberRequest, order_id: int) -> HttpResponse:
    found = _mine(request, order_id)
    return _done(request, found, lambda: orders.confirm(order_id=found.pk, payer=request.user, now=timezone.now()))


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
    )


@login_required
@require_POST
def cancel(request: MemberRequest, order_id: int) -> HttpResponse:
    found = _mine(request, order_id)
    return _done(request, found, lambda: orders.cancel(order_id=found.pk, expert=request.user, now=timezone.now()))


@staff_only
@require_http_methods(["GET", "POST"])
def decide(request: MemberRequest, order_id: int) -> HttpResponse:
    """Staff: a contested order."""
    found = get_object_or_404(
        WorkOrder.objects.select_related("payer", "expert"), pk=order_id, state=WorkOrder.State.CONTESTED
    )
    if request.user.pk in (found.payer_id, found.expert_id):
        raise Http404
    form = DecideForm(request.POST or None)
    if form.is_valid():
        terms = form.cleaned_data
        if terms["pay"] > found.price:
            form.add_error("pay", _("At most {price}.").format(price=found.price))
        else:
            try:
                orders.decide(order_id=found.pk, staff=request.user, now=timezone.now(), **terms)
            except orders.OrderRefused:
                messages.error(request, _("This is no longer possible. Nothing was changed."))
            return redirect("admin:index")
    return render(
        request, "calls/orders/decide.html", {"order": found, "form": form}, status=422 if form.errors else 200
    )


def _mine(request: MemberRequest, order_id: int) -> WorkOrder:
    return get_object_or_404(orders.of_member(request.user), pk=order_id)


def _done(request: MemberRequest, found: WorkOrder, act: Callable[[], None]) -> HttpResponse:
    """The other side's button does not exist for this person."""
    try:
        act()
    except WorkOrder.DoesNotExist:
        raise Http404 from None
    except orders.OrderRefused:
        messages.error(request, _("This is no longer possible. Nothing was changed."))
    return redirect("order", found.pk)


def _show(request: MemberRequest, found: WorkOrder, **bad: forms.Form) -> HttpResponse:
    is_payer = found.payer_id == request.user.pk
    context = {
        "order": found,
        "is_payer": is_payer,
        "other": found.expert if is_payer else found.payer,
        "deliver_form": DeliverForm(),
        "object_form": ObjectForm(),
    }
    return render(request, "calls/orders/order.html", context | bad, status=422 if bad else 200)
