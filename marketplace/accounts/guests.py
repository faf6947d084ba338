"""Guests: somebody with a name and no account, known by a key of their session and never as the user of a request.

Whatever asks for a member therefore finds nobody. The few pages and sockets that welcome guests ask `person_of`. *Make an
account* turns the same row into a member, once the address is verified (adapter.py).
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from marketplace.accounts.models import User

KEY = "guest_id"


def guest_of(session: SessionBase) -> User | None:
    """None too once the guest has become a member, from whatever session: then the account's own way in is the only one."""
    guest_id = session.get(KEY)
    return User.objects.filter(pk=guest_id, is_guest=True, is_active=True).first() if guest_id else None


def person_of(request: HttpRequest) -> User | None:
    """The member who is signed in, else the guest of the session, else nobody."""
    return request.user if request.user.is_authenticated else guest_of(request.session)


def become_guest(*, session: SessionBase, name: str, language: str, now: datetime) -> User:
    """The session's guest: one a session, so the same one again. Under a new key, for somebody may know the old one."""
    if known := guest_of(session):
        return known
    guest = User.objects.create_guest(name, language=language, date_joined=now)
    session.cycle_key()
    session[KEY] = guest.pk
    return guest


def leave(*, session: SessionBase) -> None:
    """Somebody else sits at this browser now: it knows neither the guest nor an account that they began to make."""
    session.flush()


def row_for_account(session: SessionBase) -> User | None:
    """The guest's row, for the sign-up form to fill. What an earlier try that was never verified left there is taken off."""
    guest = guest_of(session)
    if guest:
        EmailAddress.objects.filter(user=guest).delete()
    return guest


def signed_in(*, session: SessionBase, member: User) -> None:
    """Who signs in is no guest any more: as the account that they just made, or as another, which leaves the guest behind."""
    session.pop(KEY, None)
    if member.is_guest:
        member.is_guest = False
        member.save(update_fields=["is_guest"])


@transaction.atomic
def forget(*, guest: User) -> User | None:
    """The row, which stays for the rows of calls that name it: nobody is it any more, and it says nothing of whoever it was.
    None: they have become a member."""
    kept = User.objects.select_for_update().filter(pk=guest.pk, is_guest=True).first()
    if kept is None:
        return None
    EmailAddress.objects.filter(user=kept).delete()
    of_users = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=of_users, object_id=str(kept.pk)).update(object_repr=_("Guest"))
    kept.email, kept.name, kept.language, kept.is_active = None, "", "en", False
    kept.set_unusable_password()
    kept.save()
    return kept
