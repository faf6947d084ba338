"""Reviews as members meet them: written, replied to, reported, contested; the part of the profile that shows them; the public
log of what was taken down. Whose something is not gets 404."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from calls.contacts import services as contacts
from calls.metering import services as metering
from marketplace.accounts.models import User
from marketplace.experts.models import Profile
from marketplace.reviews import services as reviews
from marketplace.reviews.forms import ContestForm, ReplyForm, ReportForm, ReviewForm
from payouts.paging import Page, page

A_PAGE = 10
REMOVED_A_PAGE = 50
SECTION = "#reviews"  # of the profile


@dataclass(frozen=True, slots=True)
class Section:
    rating: reviews.Rating
    page: Page[reviews.Review]


def section(request: HttpRequest, expert: User) -> Section:
    """Of a profile, the newest reviews first. One query for the rating; where there are reviews one more, with who wrote them and
    the replies."""
    rating = reviews.rating_of(expert)
    found = reviews.of_expert(expert.pk) if rating.number else reviews.Review.objects.none()
    return Section(rating, page(found, at="written_at", asked=request.GET.get("reviews", ""), count=A_PAGE))


def to_reply(request: HttpRequest) -> Page[reviews.Review]:
    """For *My page* of an expert, the newest first."""
    found = reviews.to_reply(request.user)
    return page(found, at="written_at", asked=request.GET.get("to_reply", ""), count=A_PAGE)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request, slug: str) -> HttpResponse:
    """For who paid this expert for long enough, whatever became of the profile since."""
    profile = get_object_or_404(Profile.objects.select_related("user"), slug=slug, user__is_active=True)
    asked = metering.reviewing(payer=request.user, expert=profile.user)
    mine = asked.review
    if mine and mine.removed_at:
        return redirect("contest_review", mine.pk, reviews.Part.REVIEW)
    if not asked.may_write:
        return _not_yet(request, profile)
    kept = {"stars": mine.stars, "text": mine.text, "seen": mine.version} if mine else {"seen": 0}
    form = ReviewForm(request.POST or None, initial=kept)
    if form.is_valid():
        try:
            metering.review(payer=request.user, expert=profile.user, now=timezone.now(), **form.cleaned_data)
        except metering.TooLittleBilled:  # refunded since this page was asked for
            return _not_yet(request, profile)
        except reviews.ReviewRefused as refused:
            mine = reviews.of_pair(writer=request.user, expert=profile.user)
            if mine.removed_at:
                return redirect("contest_review", mine.pk, reviews.Part.REVIEW)
            form.refuse(refused, version=mine.version)
        else:
            messages.success(request, _("Your review is published. You can change it at any time."))
            return redirect(_back_to(profile))
    context = {"form": form, "expert": profile.user, "mine": mine, "back": _back_to(profile)}
    return render(request, "marketplace/reviews/write.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request, review_id: int) -> HttpResponse:
    """For the expert whom it is about."""
    found = get_object_or_404(reviews.of_expert(request.user.pk), pk=review_id)
    mine = getattr(found, "reply", None)
    if mine and mine.removed_at:
        return redirect("contest_review", found.pk, reviews.Part.REPLY)
    kept = {"text": mine.text, "seen": mine.version} if mine else {"seen": 0}
    form = ReplyForm(request.POST or None, initial=kept)
    if form.is_valid():
        try:
            reviews.reply(review_id=found.pk, expert=request.user, now=timezone.now(), **form.cleaned_data)
        except reviews.ReviewRefused as refused:
            if refused.code == "removed":  # the reply, or the review that it was to
                messages.error(request, refused.text)
                return redirect("me")
            mine = reviews.Reply.objects.get(review=found)
            form.refuse(refused, version=mine.version)
        else:
            messages.success(request, _("Your reply is published. You can change it at any time."))
            return redirect("me")
    context = {"form": form, "review": found, "mine": mine}
    return render(request, "marketplace/reviews/reply.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, review_id: int, part: str) -> HttpResponse:
    """By anybody who is signed in and can read it, about anybody's words but their own."""
    found = get_object_or_404(
        reviews.Review.objects.select_related("writer", "expert", "reply"), pk=review_id, removed_at=None
    )
    profile = get_object_or_404(contacts.shown_to(request.user), user=found.expert_id)
    if _words(found, part).removed_at or found.author_of(part) == request.user:
        raise Http404
    form = ReportForm(request.POST or None)
    if form.is_valid():
        try:
            reviews.report(
                review_id=found.pk, part=part, reporter=request.user, now=timezone.now(), **form.cleaned_data
            )
        except reviews.Review.DoesNotExist:  # taken down at this moment
            messages.success(request, _("Our staff have just taken it down."))
        except reviews.ReviewRefused as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, _("Reported. Our staff read it, and you are told what they decide."))
        return redirect(_back_to(profile))
    context = {"form": form, "review": found, "part": part, "back": _back_to(profile)}
    return render(request, "marketplace/reviews/report.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contest(request, review_id: int, part: str) -> HttpResponse:
    """For the author of what was taken down: why it was, and one answer to that."""
    found = get_object_or_404(reviews.Review.objects.select_related("writer", "expert", "reply"), pk=review_id)
    words = _words(found, part)
    if found.author_of(part) != request.user or words.removed_at is None:
        raise Http404
    form = ContestForm(request.POST or None)
    if form.is_valid():
        try:
            reviews.contest(review_id=found.pk, part=part, author=request.user, now=timezone.now(), **form.cleaned_data)
        except reviews.Review.DoesNotExist:  # shown again at this moment
            messages.success(request, _("It is shown again already."))
            return redirect("me")
        except reviews.ReviewRefused as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, _("Our staff read it, and you are told what they decide."))
        return redirect("contest_review", review_id, part)
    removal = reviews.standing(found, part)
    context = {"form": form, "review": found, "part": part, "words": words, "removal": removal}
    return render(request, "marketplace/reviews/contest.html", context, status=422 if form.errors else 200)


@require_safe
def removed(request) -> HttpResponse:
    """For everybody: about whom, when and why, never whose words nor which."""
    log = reviews.removed().order_by("-removed_at", "-pk")
    found = Paginator(log, REMOVED_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "marketplace/reviews/removed.html", {"removals": found})


def _words(found: reviews.Review, part: str):
    words = found.words_of(part) if part in reviews.Part.values else None
    if words is None:
        raise Http404
    return words


def _not_yet(request, profile: Profile) -> HttpResponse:
    """Who has no business with an expert who does not show themself to them learns nothing of them."""
    if profile.user == request.user or not contacts.may_see(person=request.user, expert=profile.user):
        raise Http404
    text = _("You can review {name} once a minute with them was billed to you and not wholly given back.")
    messages.error(request, text.format(name=profile.user.name))
    return redirect("profile", profile.slug)


def _back_to(profile: Profile) -> str:
    return reverse("profile", args=[profile.slug]) + SECTION if profile.published_at else reverse("me")
