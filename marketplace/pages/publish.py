"""`/become-an-expert/`: a profile in four steps, each a form that is kept by itself. Nothing of it is public before the last
press; what an expert changes there afterwards is public at once."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from calls.echo import services as echo
from marketplace.accounts.models import User
from marketplace.closing import services as closing
from marketplace.experts import drafts, languages, photos
from marketplace.experts import services as experts
from marketplace.experts.forms import AboutForm, WhatForm
from marketplace.experts.models import Profile, Visibility
from marketplace.listings import services as listings
from marketplace.listings import suggestions
from marketplace.listings.forms import RateForm
from marketplace.listings.models import Listing
from marketplace.pages import typed
from marketplace.pages.checklist import checklist
from marketplace.pages.profile import page_of
from marketplace.search import services as search
from payouts.money import Money

WHAT, ABOUT, COST, LOOK = 1, 2, 3, 4
FIELDS = {WHAT: ("category", "headline", "skills"), ABOUT: ("bio", "languages", "place")}


class _Leaving(Exception):
    """The account is being closed."""


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def become_an_expert(request: HttpRequest, step: int = WHAT) -> HttpResponse:
    if closing.open_of(request.user):
        messages.info(request, _("You are closing your account. Keep it first, then publish."))
        return redirect("close_account")
    profile = _own(request.user)
    if profile is None and step != WHAT:
        return to_step(WHAT)
    if step == LOOK:
        return _publish(request, profile) if request.method == "POST" else _look(request, profile)
    return _keep(request, profile, step) if request.method == "POST" else _page(request, profile, step)


def to_step(step: int) -> HttpResponse:
    return redirect("become_an_expert") if step == WHAT else redirect("become_an_expert_step", step)


def first_open(profile: Profile | None, rate: Listing | None) -> int:
    """The step on which something is missing that a page must have; the last one where nothing is."""
    if profile is None:
        return WHAT
    if not (profile.bio and profile.languages):
        return ABOUT
    return COST if listings.sells(profile) and rate is None else LOOK


def rate_of(profile: Profile | None) -> Listing | None:
    return profile and profile.listings.filter(kind=Listing.Kind.PER_MINUTE, active=True).first()


def _own(member: User) -> Profile | None:
    return Profile.objects.filter(user=member).select_related("user", "category__parent").first()


# --- the three forms ----------------------------------------------------------------------------------------------


def _keep(request: HttpRequest, profile: Profile | None, step: int) -> HttpResponse:
    """What was typed is kept whichever button was pressed: on the draft where it is right, else in the session."""
    if "use" in request.POST:  # a proposed rate
        typed.keep(request, step, RateForm.base_fields, rate=request.POST["use"])
        return to_step(step)
    form = _form(profile, step, request.POST, request.FILES)
    goes_back = "back" in request.POST and step > WHAT
    if form is None:  # nothing is asked: no price in this category
        return to_step(step - 1 if goes_back else step + 1)
    if form.is_valid() and _write(request.user, profile, step, form):
        typed.forget(request, step)
        if profile and profile.published_at:
            messages.success(request, _("Your profile is changed."))
            return redirect("me")
        return to_step(step - 1 if goes_back else step + 1)
    typed.keep(request, step, form.fields)
    if profile and form.cleaned_data.get("photo"):  # a file cannot be typed again
        photos.keep_photo(profile=profile, image=form.cleaned_data["photo"])
    return to_step(step - 1) if goes_back else _page(request, profile, step, form)


def _write(member: User, profile: Profile | None, step: int, form: Any) -> bool:
    """False: what was right a moment ago is so no more, and the form says it."""
    said = form.cleaned_data
    try:
        if step == COST:
            listings.set_rate(profile=profile, rate_minor=said["rate"].minor, free_minutes=said["free_minutes"] or 0)
        else:
            kept = drafts.keep(member=member, **{name: said[name] for name in FIELDS[step]})
            if said.get("photo"):
                photos.keep_photo(profile=kept, image=said["photo"])
    except drafts.CategoryClosed:
        form.add_error("category", _("This category is closed. Choose another one."))
    except listings.BadPrice as problem:
        form.add_error("rate", str(problem))
    return not form.errors


def _form(profile: Profile | None, step: int, said=None, files=None) -> Any:
    """Bound to what was `said`, else with what is kept. None: of a rate, where none can be asked."""
    if step == COST:
        if not listings.sells(profile):
            return None
        return RateForm(said, profile=profile, initial=_terms(rate_of(profile)))
    initial = {name: getattr(profile, name) for name in FIELDS[step]} if profile else {}
    return (WhatForm if step == WHAT else AboutForm)(said, files, initial=initial)


def _terms(rate: Listing | None) -> dict[str, Any]:
    if rate is None:
        return {}
    return {"rate": Money(rate.rate_minor, rate.currency), "free_minutes": rate.free_minutes or None}


def _page(request: HttpRequest, profile: Profile | None, step: int, form: Any = None) -> HttpResponse:
    form = form or _form(profile, step, typed.kept(request, step))
    context = _steps(profile, step) | {"form": form}
    if step == COST and form:
        context["suggestion"] = suggestions.suggest(category=profile.category)
    return render(request, "marketplace/become_an_expert.html", context)


def _steps(profile: Profile | None, step: int) -> dict[str, Any]:
    rate = rate_of(profile)
    open_step = first_open(profile, rate)
    titles = [_("What you help with"), _("About you"), _("What it costs"), _("Look it over")]
    return {
        "profile": profile,
        "rate": rate,
        "step": step,
        "title": titles[step - WHAT],
        "open_step": open_step,
        "steps": [
            {"number": number, "title": title, "done": number < open_step}
            for number, title in enumerate(titles, start=WHAT)
            if number != LOOK or not (profile and profile.published_at)
        ],
    }


# --- the last look ------------------------------------------------------------------------------------------------


def _look(request: HttpRequest, profile: Profile) -> HttpResponse:
    if profile.published_at:
        return redirect("me")
    context = _steps(profile, LOOK)
    context |= {
        "languages": [languages.name(code) for code in profile.languages],
        "checklist": checklist(profile, context["rate"], can_test=echo.can_prove_network()),
        "terms": _terms(context["rate"]) if listings.sells(profile) else {},
        "visibilities": Visibility.choices,
        "is_closed": profile.category.kind_in_force == profile.category.Kind.CLOSED,
    }
    return render(request, "marketplace/look_it_over.html", context)


def _publish(request: HttpRequest, profile: Profile) -> HttpResponse:
    if profile.published_at:  # pressed in another window
        return redirect("profile", slug=profile.slug)
    try:
        with transaction.atomic():
            if "visibility" in request.POST:
                experts.choose_visibility(member=request.user, visibility=request.POST["visibility"])
            shown = drafts.publish(member=request.user, now=timezone.now())
            if closing.open_of(request.user):  # asked at this moment in another window
                raise _Leaving
            if first_open(shown, rate_of(shown)) != LOOK:
                raise drafts.Unfinished
    except experts.BadVisibility:
        messages.error(request, _("Please choose who sees your page. Nothing is public yet."))
        return to_step(LOOK)
    except drafts.Unfinished:
        messages.error(request, _("Something is still missing. Nothing is public yet."))
        return to_step(first_open(profile, rate_of(profile)))
    except drafts.CategoryClosed:
        messages.error(request, _("This category is closed. Choose another one."))
        return to_step(WHAT)
    except _Leaving:
        return redirect("close_account")
    is_private = shown.visibility == Visibility.PRIVATE
    messages.success(request, _("Your profile is published.") if is_private else _("Your profile is public."))
    return redirect("profile", slug=shown.slug)


@login_required
@never_cache
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """The draft on the page that visitors will see; nothing on it rings."""
    mine = search.for_cards(Profile.objects.filter(user=request.user)).select_related("user__weekly_hours")
    return page_of(request, search.complete(get_object_or_404(mine)), is_preview=True)
