"""*Call now* without an account: the name, once; then the page's socket rings as a member's does. And *Start anew*, for who
comes to the same browser afterwards."""

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from marketplace.accounts import guests
from marketplace.accounts.forms import GuestForm


@never_cache
@require_POST
def become_guest(request: HttpRequest) -> JsonResponse:
    """Who is somebody already stays who they are. For page.js: what is wrong comes as words to show."""
    if person := guests.person_of(request):
        return JsonResponse({"name": person.name})
    form = GuestForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"text": " ".join(form.errors["name"])}, status=422)
    if not ratelimit.consume(request, action="guest"):
        text = _("Too many people without an account came from here. Try again in an hour, or sign in.")
        return JsonResponse({"text": text}, status=429)
    guest = guests.become_guest(
        session=request.session,
        name=form.cleaned_data["name"],
        language=request.LANGUAGE_CODE,
        now=timezone.now(),
    )
    return JsonResponse({"name": guest.name})


@never_cache
@require_POST
def start_anew(request: HttpRequest) -> HttpResponse:
    """Back to the page it was pressed on, as a visitor whom nobody knows. A member stays signed in."""
    if not request.user.is_authenticated:
        guests.leave(session=request.session)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "home")
