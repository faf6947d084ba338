"""An expert's acts: the forms that make and change them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.experts.models import Profile
from marketplace.listings import services as listings
from marketplace.listings.forms import ActForm, WorkForm
from marketplace.listings.models import Listing
from payouts.money import Money


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request, act_id: int | None = None):
    """A new act of time without `act_id`, else one of the member's own."""
    profile = get_object_or_404(Profile, user=request.user)
    kept = get_object_or_404(_own_acts(request.user), pk=act_id) if act_id else None
    form = ActForm(request.POST or None, initial=_terms(kept), profile=profile)
    if form.is_valid():
        terms = form.cleaned_data
        price = {"price_minor": terms.pop("price").minor}
        try:
            if kept:
                listings.change_act(act=kept, **terms, **price)
            else:
                listings.add_act(profile=profile, **terms, **price)
        except (listings.BadPrice, listings.TooManyActs) as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The act is on your page."))
            return redirect("me")
    return render(request, "marketplace/act.html", {"form": form, "act": kept})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def work(request, work_id: int | None = None):
    """A new act of work without `work_id`, else one of the member's own."""
    profile = get_object_or_404(Profile, user=request.user)
    own = Listing.objects.filter(profile=profile, kind=Listing.Kind.ACT_OF_WORK, active=True)
    kept = get_object_or_404(own, pk=work_id) if work_id else None
    form = WorkForm(request.POST or None, initial=_work_terms(kept), profile=profile)
    if form.is_valid():
        terms = form.cleaned_data
        price = {"price_minor": terms.pop("price").minor}
        try:
            if kept:
                listings.change_work(work=kept, **terms, **price)
            else:
                listings.add_work(profile=profile, **terms, **price)
        except (listings.BadPrice, listings.TooManyActs) as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The act is on your page."))
            return redirect("me")
    return render(request, "marketplace/work.html", {"form": form, "work": kept})


def _work_terms(kept: Listing | None) -> dict:
    if kept is None:
        return {}
    price = Money(kept.price_minor, kept.currency)
    return {
        "title": kept.title,
        "description": kept.description,
        "delivery_days": kept.delivery_days,
        "price": price,
    }


@login_required
@require_POST
def take_off_act(request, act_id: int):
    acts = Listing.objects.filter(profile__user=request.user, active=True).exclude(kind=Listing.Kind.PER_MINUTE)
    listings.take_off(act=get_object_or_404(acts, pk=act_id))
    messages.success(request, _("The act is off your page. Receipts that name it stay as they are."))
    return redirect("me")


def _own_acts(member):
    return Listing.objects.filter(profile__user=member, kind=Listing.Kind.ACT_OF_TIME, active=True)


def _terms(act: Listing | None) -> dict:
    if act is None:
        return {}
    price = Money(act.price_minor, act.currency)
    return {"title": act.title, "length_minutes": act.length_minutes, "price": price}
