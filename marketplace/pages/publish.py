"""`/become-an-expert/` and an expert's acts: the forms that make and change what the public page shows."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.experts import photos
from marketplace.experts import services as experts
from marketplace.experts.forms import ProfileForm
from marketplace.experts.models import Profile
from marketplace.listings import services as listings
from marketplace.listings.forms import ActForm, RateForm
from marketplace.listings.models import Listing
from payouts.money import Money


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def become_an_expert(request):
    profile = Profile.objects.filter(user=request.user).select_related("category").first()
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    about, rate = ProfileForm(*sent, initial=_said(profile)), RateForm(*sent[:1], initial=_asked(profile))
    if sent and about.is_valid() & rate.is_valid():
        shown = _publish(request.user, about.cleaned_data, rate.cleaned_data["rate"])
        messages.success(request, _("Your profile is changed.") if profile else _("Your profile is public."))
        return redirect("me" if profile else "profile", **({} if profile else {"slug": shown.slug}))
    return render(
        request,
        "marketplace/become_an_expert.html",
        {"form": about, "rate_form": rate, "profile": profile},
        status=400 if sent else 200,
    )


@transaction.atomic
def _publish(member, about: dict, rate: Money) -> Profile:
    """The page and its rate go public together, or neither."""
    image = about.pop("photo")
    profile = experts.write_profile(member=member, now=timezone.now(), **about)
    listings.set_rate(profile=profile, rate_minor=rate.minor)
    if image:
        photos.keep_photo(profile=profile, image=image)
    return profile


def _said(profile: Profile | None) -> dict:
    fields = ("headline", "bio", "category", "languages", "skills", "place")
    return {name: getattr(profile, name) for name in fields} if profile else {}


def _asked(profile: Profile | None) -> dict:
    rate = profile and profile.listings.filter(kind=Listing.Kind.PER_MINUTE, active=True).first()
    return {"rate": Money(rate.rate_minor, rate.currency)} if rate else {}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request, act_id: int | None = None):
    """A new act of time without `act_id`, else one of the member's own."""
    profile = get_object_or_404(Profile, user=request.user)
    kept = get_object_or_404(_own_acts(request.user), pk=act_id) if act_id else None
    form = ActForm(request.POST or None, initial=_terms(kept))
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
    return render(
        request, "marketplace/act.html", {"form": form, "act": kept}, status=400 if request.method == "POST" else 200
    )


@login_required
@require_POST
def take_off_act(request, act_id: int):
    listings.take_off(act=get_object_or_404(_own_acts(request.user), pk=act_id))
    messages.success(request, _("The act is off your page. Receipts that name it stay as they are."))
    return redirect("me")


def _own_acts(member):
    return Listing.objects.filter(profile__user=member, kind=Listing.Kind.ACT_OF_TIME, active=True)


def _terms(act: Listing | None) -> dict:
    if act is None:
        return {}
    price = Money(act.price_minor, act.currency)
    return {"title": act.title, "length_minutes": act.length_minutes, "price": price}
