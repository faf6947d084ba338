"""The demo's doors, on this machine only: sign in as anybody of the demo, read every mail, move the clock."""

from datetime import timedelta

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from calls.metering import services as metering
from calls.robots import roster
from marketplace.accounts.models import User
from marketplace.pages import demo_mails
from marketplace.pages.demo_door import demo_only
from payouts import clock
from payouts.wallet import services as wallet

EMAIL_DOMAIN = "demo.example"  # only members of the demo can be entered by these doors
BACKEND = settings.AUTHENTICATION_BACKENDS[0]
STEPS_DAYS = (1, 14, 30)


@demo_only
@require_GET
def doors(request: HttpRequest) -> HttpResponse:
    people = list(User.objects.filter(email__endswith=f"@{EMAIL_DOMAIN}").select_related("profile").order_by("id"))
    robots = roster.known(settings.VAR_DIR)
    experts = [person for person in people if hasattr(person, "profile")]
    for person in experts:
        person.is_robot = person.profile.slug in robots
    for person in people:
        person.credit = wallet.credit(member=person)
    context = {
        "experts": sorted(experts, key=lambda person: not person.is_robot),
        "callers": [person for person in people if not hasattr(person, "profile") and not person.is_staff],
        "staff": [person for person in people if person.is_staff],
        "clock": clock.now(),
        "steps": STEPS_DAYS,
    }
    return render(request, "marketplace/demo/doors.html", context)


@demo_only
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("member", "")
    person = get_object_or_404(
        User, pk=chosen if chosen.isdecimal() else 0, email__endswith=f"@{EMAIL_DOMAIN}", is_active=True
    )
    login(request, person, backend=BACKEND)
    record_authentication(request, person, method="demo", reauthenticated=True)
    messages.success(request, _("You are signed in as %(name)s.") % {"name": person.name})
    return redirect("demo" if person.is_staff else "me" if hasattr(person, "profile") else "home")


@demo_only
@require_GET
def mails(request: HttpRequest, name: str = "") -> HttpResponse:
    folder = settings.EMAIL_FILE_PATH
    mail = demo_mails.find(folder, name) if name else None
    if name and mail is None:
        raise Http404
    return render(request, "marketplace/demo/mails.html", {"mail": mail, "mails": demo_mails.newest(folder)})


def _is_anything_open() -> bool:
    """Orders last for days and mind no calendar.

    The holds first: asking for them keeps new ones out until the clock has moved.
    """
    return wallet.is_anything_held(but="order:") or metering.may_give_back()


@demo_only
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    days = request.POST.get("days", "")
    if not request.user.is_staff or days not in map(str, STEPS_DAYS):
        raise Http404
    try:
        clock.advance(by=timedelta(days=int(days)), is_anything_held=_is_anything_open)
    except clock.ClockStands:
        messages.error(request, _("The clock cannot move during a call with a paid part. End the call first."))
    else:
        messages.success(request, _("The clock moved forward. Earnings that are due are released within seconds."))
    return redirect("demo")
