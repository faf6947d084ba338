"""Nobody of the staff acts in an affair of their own: one rule, asked by every service by which staff decide or settle."""

from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser


class PartyToIt(Exception):
    """Staff who paid or earned in it, or whose money it is. Nothing was changed; for them it does not exist (see door.py)."""


def check_no_party(*, staff: AbstractBaseUser, parties: Iterable[int | None]) -> None:
    """`parties`: members, by id. Raises PartyToIt when `staff` is one of them."""
    if staff.pk in parties:
        raise PartyToIt
