"""`/staff/expert-reviews/`: what was reported or contested, and the decisions. Nobody finds there what is their own affair."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.reviews import services as reviews
from marketplace.reviews.forms import DecideForm, RemoveForm
from payouts.office import services as office
from payouts.office.door import staff_only

A_PAGE = 50
REMOVE, LEAVE = "remove", "leave"


@staff_only
@never_cache
@require_safe
def show_all(request) -> HttpResponse:
    """What waits for a decision, the oldest first; `?state=removed` what was taken down, the latest first."""
    is_removed = request.GET.get("state") == "removed"
    found = reviews.removed().order_by("-removed_at", "-pk") if is_removed else reviews.to_decide().order_by("pk")
    rows = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "marketplace/reviews/staff_list.html", {"rows": rows, "is_removed": is_removed})


@staff_only
@never_cache
@require_safe
def show(request, review_id: int) -> HttpResponse:
    return _page(request, _review(request, review_id))


@staff_only
@require_POST
def decide(request, review_id: int, part: str) -> HttpResponse:
    """Take it down, or leave what was reported as it is."""
    found, form = _review(request, review_id), RemoveForm(request.POST)
    if part not in reviews.Part.values or found.words_of(part) is None:
        raise Http404
    act = {REMOVE: reviews.remove, LEAVE: reviews.leave}.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    if not form.is_valid():
        return _page(request, found, part=part, form=form)
    try:
        act(review_id=found.pk, part=part, staff=request.user, now=timezone.now(), **form.cleaned_data)
    except reviews.ReviewRefused as refused:
        found = _review(request, review_id)
        form.refuse(refused, version=found.words_of(part).version)
        return _page(request, found, part=part, form=form)
    messages.success(request, _("Decided. Everybody whom it concerns is told."))
    return redirect("staff_expert_review", review_id)


@staff_only
@require_POST
def decide_contest(request, removal_id: int) -> HttpResponse:
    removal = get_object_or_404(reviews.Removal, pk=removal_id)
    found, form = _review(request, removal.review_id), DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, found, removal=removal, form=form)
    try:
        reviews.decide(removal_id=removal_id, staff=request.user, now=timezone.now(), **form.cleaned_data)
    except reviews.ReviewRefused as refused:
        form.add_error(None, refused.text)
        return _page(request, _review(request, removal.review_id), removal=removal, form=form)
    messages.success(request, _("Decided. The author is told."))
    return redirect("staff_expert_review", removal.review_id)


def _review(request, review_id: int) -> reviews.Review:
    people = reviews.Review.objects.select_related("writer", "expert__profile", "reply")
    removals = reviews.Removal.objects.select_related("removed_by", "decided_by").order_by("pk")
    found = get_object_or_404(
        people.prefetch_related(Prefetch("removals", removals), "reports__reporter"), pk=review_id
    )
    office.check_no_party(staff=request.user, parties=[found.writer_id, found.expert_id])
    return found


def _page(request, found: reviews.Review, *, part: str = "", removal=None, form=None) -> HttpResponse:
    """With the one form that was refused, as it was sent."""
    parts = []
    for each in reviews.Part.values:
        words, reports = found.words_of(each), [one for one in found.reports.all() if one.part == each]
        if words:
            typed = form if part == each else RemoveForm(initial={"seen": words.version})
            typed.auto_id = f"{each}-%s"
            parts.append((each, words, typed, reports, any(one.decided_at is None for one in reports)))
    contests = [
        (one, form if removal == one else DecideForm(auto_id=f"removal-{one.pk}-%s")) for one in found.removals.all()
    ]
    context = {"review": found, "parts": parts, "removals": contests, "form": form}
    return render(request, "marketplace/reviews/staff_review.html", context, status=422 if form else 200)
