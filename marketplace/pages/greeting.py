"""`/me/greeting/`: an expert's greeting, uploaded or recorded there; and the file itself, as players ask for it."""

import re
from collections.abc import AsyncIterator
from typing import BinaryIO

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.closing import services as closing
from marketplace.experts import greetings
from marketplace.experts.forms import GreetingForm
from marketplace.experts.models import Profile, Visibility
from marketplace.pages.profile import seen_or_own

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
PIECE = 256 * 1024


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
def play(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The file, or the part of it that was asked for: Safari plays nothing without (RFC 9110, section 14). It is never more
    than sound or picture to a browser, whatever else somebody hid in it."""
    seen = get_object_or_404(seen_or_own(request), slug=slug)
    if not seen.greeting:
        raise Http404
    path = greetings.path_of(seen.greeting)
    try:
        size = path.stat().st_size
        asked = _part(request.headers.get("Range", ""), size) if request.method == "GET" else None
        part = range(size) if asked is None else asked
        if not part or request.method == "HEAD":
            response: HttpResponseBase = HttpResponse()
        else:
            response = StreamingHttpResponse(_Read(path.open("rb"), part))
    except FileNotFoundError as missing:
        raise Http404 from missing
    response["Content-Length"] = str(len(part))
    if asked is not None:
        response.status_code = 206 if part else 416
        response["Content-Range"] = f"bytes {f'{part.start}-{part.stop - 1}' if part else '*'}/{size}"
    response["Content-Type"] = greetings.TYPES[path.suffix]
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="greeting{path.suffix}"'
    if seen.visibility != Visibility.LISTED:
        response["X-Robots-Tag"] = "noindex"
    is_public = (
        seen.published_at is not None and seen.visibility != Visibility.PRIVATE and seen.user_id != request.user.pk
    )
    response["Cache-Control"] = "public, max-age=300" if is_public else "private, no-store"
    return response


class _Read:
    """A part of an open file, in pieces, each read when it is sent: of a plain iterator Django makes a list first."""

    def __init__(self, file: BinaryIO, part: range) -> None:
        self.file, self.part = file, part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in self.part[::PIECE]:
            yield await sync_to_async(self._piece, thread_sensitive=False)(start)

    def _piece(self, start: int) -> bytes:
        self.file.seek(start)
        return self.file.read(min(PIECE, self.part.stop - start))

    def close(self) -> None:
        self.file.close()


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
