"""`/me/greeting/`: an expert's greeting, uploaded or recorded there; and the file itself, as players ask for it."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.closing import services as closing
from marketplace.experts import greetings
from marketplace.experts.forms import GreetingForm
from marketplace.experts.models import Profile

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def greeting(request: HttpRequest) -> HttpResponse:
    profile = get_object_or_404(Profile.objects.select_related("user"), user=request.user)
    if closing.open_of(request.user):
        messages.info(request, _("You are closing your account. Keep it first, then publish."))
        return redirect("close_account")
    typed = (request.POST, request.FILES) if request.method == "POST" else ()
    form = GreetingForm(*typed, is_there=bool(profile.greeting), initial={"words": profile.greeting_words})
    if typed and form.is_valid():
        said = form.cleaned_data
        greetings.keep_greeting(profile=profile, words=said["words"], media=said["file"])
        messages.success(request, _("Your greeting is kept."))
        return redirect("greeting")
    seconds_max = greetings.SECONDS_MAX
    return render(request, "marketplace/greeting.html", {"profile": profile, "form": form, "seconds_max": seconds_max})


@login_required
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    profile = get_object_or_404(Profile, user=request.user)
    greetings.take_greeting_off(profile=profile)
    messages.success(request, _("Your greeting is deleted."))
    return redirect("greeting")


@require_safe
def play(request: HttpRequest, slug: str) -> HttpResponse:
    """The file, or the part of it that was asked for: Safari plays nothing without (RFC 9110, section 14). It is never more
    than sound or picture to a browser, whatever else somebody hid in it."""
    mine = Profile.objects.filter(user=request.user.pk)
    seen = get_object_or_404(Profile.objects.shown() | mine, slug=slug)
    if not seen.greeting:
        raise Http404
    path = greetings.path_of(seen.greeting)
    try:
        size = path.stat().st_size
        part = _part(request.headers.get("Range", ""), size)
        response = _answer(part, size)
        if part is None or part:
            with path.open("rb") as file:
                file.seek(part.start if part else 0)
                response.content = file.read(len(part) if part else size)
    except FileNotFoundError as missing:
        raise Http404 from missing
    response["Content-Type"] = greetings.TYPES[path.suffix]
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="greeting{path.suffix}"'
    is_public = seen.published_at is not None and seen.user_id != request.user.pk
    response["Cache-Control"] = "public, max-age=300" if is_public else "private, no-store"
    return response


def _answer(part: range | None, size: int) -> HttpResponse:
    if part is None:
        return HttpResponse()
    if not part:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    return HttpResponse(status=206, headers={"Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}"})


def _part(asked: str, size: int) -> range | None:
    """What a Range header asks for; None for the whole, as for a header that is not understood; empty where there is nothing."""
    found = _RANGE.fullmatch(asked)
    if not found or not any(found.groups()) or len(asked) > 40:
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)
