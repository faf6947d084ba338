"""Who may pass: views that move money out ask for a second factor first."""

from collections.abc import Callable
from functools import wraps

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

View = Callable[..., HttpResponse]


def lacks_second_factor(member: AbstractBaseUser) -> bool:
    """A member who has one was asked for it at every sign-in, so it is enough that it exists."""
    return settings.SECOND_FACTOR and not is_mfa_enabled(member)


def second_factor_required(view: View) -> View:
    """Leads whoever has none to the page where it is set up, and says why."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if lacks_second_factor(request.user):  # type: ignore[arg-type]
            messages.info(request, _("First set up a second factor: it keeps money safe when a password is lost."))
            return redirect("mfa_index")
        return view(request, *args, **kwargs)

    return guarded
