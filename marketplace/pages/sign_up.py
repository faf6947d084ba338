"""allauth's sign-up; a guest reads who they go on as, and which calls go along."""

from dataclasses import dataclass

from allauth.account.views import SignupView

from marketplace.accounts import guests
from marketplace.accounts.models import User


@dataclass(frozen=True)
class Along:
    """What of a guest's becomes the member's."""

    calls: int
    experts: list[str]  # whom they called, the newest first
    in_call: bool


def _along(guest: User) -> Along:
    made = list(guest.calls_made.order_by("-pk").values_list("expert__name", "ended_at"))
    names = list(dict.fromkeys(name for name, _ended_at in made))
    return Along(calls=len(made), experts=names, in_call=any(ended_at is None for _name, ended_at in made))


class SignUp(SignupView):
    def get_context_data(self, **context) -> dict:
        guest = guests.guest_of(self.request.session)
        known = {"guest": guest, "along": _along(guest)} if guest else {}
        return super().get_context_data(**context) | known
