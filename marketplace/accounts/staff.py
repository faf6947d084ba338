"""Who may enter the back office."""

from django.http import HttpRequest

from payouts.second_factor import lacks_second_factor


def may_enter_back_office(request: HttpRequest) -> bool:
    """Staff with a second factor, which they were then asked for when they signed in."""
    user = request.user
    return user.is_authenticated and user.is_active and user.is_staff and not lacks_second_factor(user)
