"""A form that arrives twice says what it said the first time, whatever is left by now."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from payouts.claims import services as claims


def said_before(request: HttpRequest) -> bool:
    """Whether this is a give-back form that did its work before; then the expert reads so."""
    token = request.POST.get("token", "")
    done = claims.given_back(expert=request.user, token=token) if token else None  # type: ignore[arg-type]
    if done is None:
        return False
    messages.success(request, _("You gave {amount} back.").format(amount=done))
    return True
