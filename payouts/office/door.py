"""The door of the back office: for everybody else its pages do not exist."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from payouts.office.parties import PartyToIt
from payouts.second_factor import second_factor_required


def staff_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Visitors are asked to sign in; members who are not staff get 404, and so do staff in an affair of their own; staff
    need a second factor."""
    with_factor = second_factor_required(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not getattr(request.user, "is_staff", False):
            raise Http404
        try:
            return with_factor(request, *args, **kwargs)
        except PartyToIt:
            raise Http404 from None

    return login_required(guarded)
