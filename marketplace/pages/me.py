"""`/me/`: a member's own page. Everything is looked up from the member."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from calls.contacts import services as contacts
from calls.conversations import services as conversations
from calls.echo import services as echo
from calls.metering import services as metering
from calls.notices import services as notices
from calls.orders import services as orders
from calls.rooms import services as rooms
from calls.waiting import services as waiting
from marketplace.accounts.models import User
from marketplace.closing import services as closing
from marketplace.experts import languages
from marketplace.experts import services as experts
from marketplace.experts.forms import QuietHoursForm, WeeklyHoursForm
from marketplace.experts.models import Presence, Profile, Visibility, WhoMayRing
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from marketplace.pages import words
from marketplace.pages.checklist import Item, checklist
from marketplace.pages.reviews import to_reply
from marketplace.reviews import services as reviews
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.paging import Page, page
from payouts.wallet import services as wallet

ROWS_A_PAGE = 20
AWAY_HOURS = (1, 4, 12)
QUIET_IDS = "quiet-%s"


@dataclass(frozen=True)
class CallRow:
    id: int
    made: bool  # rung by this member; else received
    other: User
    state: str
    line: str
    rang_at: datetime
    talked_ms: int | None  # None: nobody talked
    paid: Money | None
    room: str


@login_required
@never_cache
@require_safe
def me(request):
    return _page(request)


def _page(request, quiet_hours: QuietHoursForm | None = None, weekly_hours: WeeklyHoursForm | None = None):
    """With the forms for hours as they were refused, or as they are."""
    profile, stored = _profile_of(request.user), list(metering.stored_of_member(request.user))
    items = _checklist(profile)
    kept = getattr(profile.user, "weekly_hours", None) if profile else None
    week = kept and kept.week
    blocks, ask = contacts.blocks_of(request.user), request.GET.get
    free_callers = contacts.free_callers_of(request.user) if profile else []
    calls = _calls_of(request.user, ask("calls", ""))
    works, letters = orders.of_member(request.user), request.user.messages_received.select_related("sender")
    return render(
        request,
        "marketplace/me.html",
        {
            "profile": profile,
            "sells": profile is not None and listings.sells(profile),
            "checklist": items,
            "open_items": [item for item in items if not item.done],
            "languages": [languages.name(code) for code in profile.languages] if profile else [],
            "who_may_ring": WhoMayRing.choices,
            "visibilities": Visibility.choices,
            "away_hours": AWAY_HOURS,
            "quiet_hours": quiet_hours or _quiet_hours(profile),
            "weekly_hours": weekly_hours or (WeeklyHoursForm(kept=week) if profile else None),
            "week": week,
            "free_callers": free_callers,
            "free_caller_ids": {free.caller_id for free in free_callers},
            "blocks": blocks,
            "blocked_ids": {block.blocked_id for block in blocks},
            "awaited": waiting.waiting_for(expert=request.user) if profile else [],
            "lines": waiting.lines_of(member=request.user),
            "calls": _rows(request.user, calls),
            "call_page": calls,
            "open_orders": works.filter(closed_at=None),
            "orders": page(works.exclude(closed_at=None), at="ordered_at", asked=ask("orders", ""), count=ROWS_A_PAGE),
            "stored": stored,
            "stored_kept": metering.kept_past_date(stored, now=timezone.now()),
            "stored_waits": bool(stored) and wallet.is_blocked(member=request.user),
            "closing": closing.open_of(request.user),
            "rating": reviews.rating_of(profile.user) if profile else None,
            "to_reply": to_reply(request) if profile else [],
            "letters": page(letters, at="sent_at", asked=ask("letters", ""), count=ROWS_A_PAGE),
        },
    )


@login_required
@require_POST
def choose_presence(request):
    """The expert's own word, from the menu on every page: `chosen`, and `for` how many of the hours offered, empty until they
    choose anew. Back to the page it was pressed on."""
    get_object_or_404(Profile, user=request.user)
    now, hours, chosen = timezone.now(), request.POST.get("for", ""), request.POST.get("chosen", "")
    back = request.POST.get("next", "")
    back = back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "me"
    if chosen not in Presence.Choice.values or (hours and hours not in map(str, AWAY_HOURS)):
        messages.error(request, _("Please choose what others see of you, and for how long."))
        return redirect(back)
    until = now + timedelta(hours=int(hours)) if hours else None
    if experts.choose(user=request.user, chosen=chosen, until=until, now=now):
        notices.tell_watchers(user_id=request.user.pk)
    messages.success(request, words.OF_CHOICES[chosen])
    return redirect(back)


@login_required
@require_POST
def choose_quiet_hours(request):
    get_object_or_404(Profile, user=request.user)
    form = QuietHoursForm(request.POST, auto_id=QUIET_IDS)
    if not form.is_valid():
        return _page(request, form)
    if experts.choose_quiet_hours(user=request.user, now=timezone.now(), **form.cleaned_data):
        notices.tell_watchers(user_id=request.user.pk)
    messages.success(
        request,
        _("Saved. Nobody can call you in these hours.")
        if form.cleaned_data["start"]
        else _("Saved. You have no quiet hours."),
    )
    return redirect("me")


@login_required
@require_POST
def choose_weekly_hours(request):
    get_object_or_404(Profile, user=request.user)
    form = WeeklyHoursForm(request.POST)
    if not form.is_valid():
        return _page(request, weekly_hours=form)
    if experts.choose_weekly_hours(user=request.user, week=form.week, now=timezone.now()):
        notices.tell_watchers(user_id=request.user.pk)
    messages.success(
        request,
        _("Saved. Your page shows these hours.") if form.week else _("Saved. Your page says nothing of hours."),
    )
    return redirect("me")


@login_required
@require_POST
def choose_who_may_ring(request):
    get_object_or_404(Profile, user=request.user)
    try:
        experts.choose_who_may_ring(member=request.user, who=request.POST.get("who", ""))
    except ValueError:
        messages.error(request, _("Please choose who may ring you."))
    else:
        messages.success(request, _("Saved. From now on that is who may ring you."))
    return redirect("me")


@login_required
@require_POST
def choose_visibility(request):
    get_object_or_404(Profile, user=request.user)
    try:
        experts.choose_visibility(member=request.user, visibility=request.POST.get("visibility", ""))
    except experts.BadVisibility:
        messages.error(request, _("Please choose who sees your page."))
    else:
        notices.tell_watchers(user_id=request.user.pk)
        messages.success(request, _("Saved. From now on that is who sees your page."))
    return redirect("me")


@login_required
@require_POST
def let_call_free(request, member_id: int):
    """A member who called this expert; nobody else's number says anything here. Guests never pay."""
    get_object_or_404(Profile, user=request.user)
    callers = User.objects.filter(calls_made__expert=request.user, is_guest=False).distinct()
    caller = get_object_or_404(callers, pk=member_id)
    contacts.let_call_free(expert=request.user, caller=caller, now=timezone.now())
    messages.success(request, _("From now on %(name)s calls you free.") % {"name": caller.name})
    return redirect("me")


@login_required
@require_POST
def charge_again(request, member_id: int):
    contacts.charge_again(expert=request.user, caller_id=member_id)
    messages.success(request, _("Taken off the list."))
    return redirect("me")


@login_required
@require_POST
def block(request, member_id: int):
    """Somebody who called, wrote to or waits for this member; nobody else's number says anything here."""
    reached = Q(calls_made__expert=request.user) | Q(messages_sent__recipient=request.user)
    reached |= Q(calls_received__caller=request.user, calls_received__rung_by_expert=True)
    reached |= Q(waits_for__expert=request.user)
    other = get_object_or_404(User.objects.filter(reached).distinct(), pk=member_id)
    contacts.block(member=request.user, other=other, now=timezone.now())
    messages.success(request, _("%(name)s can no longer call you or write to you.") % {"name": other.shown_name})
    return redirect("me")


@login_required
@require_POST
def unblock(request, member_id: int):
    contacts.unblock(member=request.user, other_id=member_id)
    messages.success(request, _("The block is taken back."))
    return redirect("me")


@login_required
@require_POST
def leave_line(request, expert_id: int):
    waiting.leave(member=request.user, expert_id=expert_id)
    messages.success(request, _("You do not wait any more."))
    return redirect("me")


@login_required
@require_POST
def mark_read(request, message_id: int):
    letter = get_object_or_404(request.user.messages_received, pk=message_id)
    conversations.mark_read(message=letter, now=timezone.now())
    return redirect("me")


def _profile_of(member: User) -> Profile | None:
    active = Listing.objects.filter(active=True).order_by("-kind", "length_minutes", "price_minor")
    profile = (
        Profile.objects.filter(user=member)
        .select_related("user", "user__presence", "user__rating", "user__weekly_hours", "category__parent")
        .prefetch_related(Prefetch("listings", queryset=active, to_attr="offered"))
        .first()
    )
    if profile:
        presence = getattr(profile.user, "presence", None) or Presence(user=member)
        profile.presence_state, profile.presence = presence.state, presence
        for listing in profile.offered:
            listing.price = Money(listing.rate_minor or listing.price_minor, listing.currency)
    return profile


def _checklist(profile: Profile | None) -> list[Item]:
    if profile is None:
        return []
    rate = next((listing for listing in profile.offered if listing.kind == Listing.Kind.PER_MINUTE), None)
    return checklist(profile, rate, can_test=echo.can_prove_network())


def _quiet_hours(profile: Profile | None) -> QuietHoursForm | None:
    if profile is None:
        return None
    kept = profile.presence
    said = {"start": kept.quiet_from, "end": kept.quiet_to, "zone": kept.quiet_zone}
    return QuietHoursForm(initial=said, auto_id=QUIET_IDS)


def _calls_of(member: User, asked: str) -> Page:
    """Calls made and received, whatever became of them."""
    # Of an ask only the one that was answered is theirs, and for an expert those that nobody else answered.
    mine = member.calls_made.exclude(ask__isnull=False, answered_at=None)
    theirs = member.calls_received.exclude(end_reason=rooms.TAKEN)
    made, received = (calls.select_related("caller", "expert", "room") for calls in (mine, theirs))
    return page(made, received, at="rang_at", asked=asked, count=ROWS_A_PAGE)


def _rows(member: User, calls: Page) -> list[CallRow]:
    prefetch_related_objects(calls.rows, "periods")
    charges = earnings.of_references(references=[reference for call in calls for reference in _references(call)])
    return [_row(call, member, charges) for call in calls]


def _references(call) -> list[str]:
    """How payouts knows what was paid in a call."""
    return [f"period:{period.pk}" for period in call.periods.all()]


def _row(call, member: User, charges: Mapping) -> CallRow:
    paid = sum(charges[reference].price.minor for reference in _references(call) if reference in charges)
    talked = call.ended_at - call.started_at if call.started_at and call.ended_at else None
    return CallRow(
        id=call.pk,
        made=call.ringer_id == member.pk,
        other=call.expert if call.caller_id == member.pk else call.caller,
        state=call.state,
        line=call.line,
        rang_at=call.rang_at,
        talked_ms=int(talked.total_seconds() * 1000) if talked else None,
        paid=Money(paid, settings.CURRENCY) if paid else None,
        room=call.room.code,
    )
