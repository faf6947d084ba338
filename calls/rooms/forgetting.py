"""What people without an account said goes after a while, and then they do: who is due. Their calls stay, without words."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from calls.contacts import services as contacts
from calls.conversations import chat
from calls.rooms.models import Call
from calls.rooms.ringing import missed_key
from marketplace.accounts.models import User
from payouts.mail import services as mail


def forget_words(*, before: datetime) -> int:
    """Of calls by guests that ended before then: the line, in the mail about a missed one too, and the chat, for both.
    In how many calls there was something."""
    calls = Call.objects.filter(caller__is_guest=True, ended_at__lt=before).exclude(line="", chat=None).distinct()
    old = list(calls)
    mail.amend(keys=map(missed_key, old), facts={"line": ""})
    Call.objects.filter(pk__in=[call.pk for call in old]).update(line="")
    for call in old:
        chat.erase(call_id=call.pk)
    return len(old)


def forget_name(*, guest: User) -> None:
    """Where it was written down beside the calls: mails about missed ones, and reports. To be called in the transaction that
    took it from `guest`."""
    calls = Call.objects.filter(caller=guest)
    mail.amend(keys=map(missed_key, calls), facts={"name": guest.shown_name, "line": ""})
    contacts.forget(person=guest)


def guests_gone_since(before: datetime) -> list[User]:
    """Who has a name still, and neither a call that goes on nor one that ended later than that."""
    later = Call.objects.filter(Q(ended_at=None) | Q(ended_at__gte=before), caller=OuterRef("pk"))
    guests = User.objects.filter(is_guest=True, is_active=True, date_joined__lt=before)
    return list(guests.exclude(Exists(later)).order_by("pk"))
