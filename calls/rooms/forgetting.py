"""What people without an account said goes after a while, and then they do: who is due. Their calls stay, without words."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from calls.conversations import chat
from calls.rooms.models import Call
from marketplace.accounts.models import User


def forget_words(*, before: datetime) -> int:
    """Of calls by guests that ended before then: the line and the chat, for both. In how many calls there was something."""
    old = Call.objects.filter(caller__is_guest=True, ended_at__lt=before).exclude(line="", chat=None).distinct()
    ids = list(old.values_list("pk", flat=True))
    Call.objects.filter(pk__in=ids).update(line="")
    for call_id in ids:
        chat.erase(call_id=call_id)
    return len(ids)


def guests_gone_since(before: datetime) -> list[User]:
    """Who has a name still, and neither a call that goes on nor one that ended later than that."""
    later = Call.objects.filter(Q(ended_at=None) | Q(ended_at__gte=before), caller=OuterRef("pk"))
    guests = User.objects.filter(is_guest=True, is_active=True, date_joined__lt=before)
    return list(guests.exclude(Exists(later)).order_by("pk"))
