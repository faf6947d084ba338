"""The note that a caller leaves when the expert cannot answer. The chat of a call is in chat.py."""

from datetime import datetime, timedelta

from calls.contacts import services as contacts
from calls.conversations.models import ChatLine, Message
from marketplace.accounts.models import User

LONGEST = 2000
UNREAD_MAX = 5  # to one person: a note is not a conversation
A_DAY_MAX = 50


class BadMessage(ValueError):
    """`code`: empty, too_long, unreadable, self, not_taken (one of the two blocked the other), too_many."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def leave_message(*, sender: User, recipient: User, text: str, now: datetime) -> Message:
    """Raises BadMessage."""
    text = text.strip()
    if sender.id == recipient.id:
        raise BadMessage("self")
    if not text:
        raise BadMessage("empty")
    if len(text) > LONGEST:
        raise BadMessage("too_long")
    if "\0" in text:
        raise BadMessage("unreadable")
    if contacts.has_blocked(member=recipient, other=sender) or contacts.has_blocked(member=sender, other=recipient):
        raise BadMessage("not_taken")
    sent = Message.objects.filter(sender=sender)
    if (
        sent.filter(recipient=recipient, read_at=None).count() >= UNREAD_MAX
        or sent.filter(sent_at__gt=now - timedelta(days=1)).count() >= A_DAY_MAX
    ):
        raise BadMessage("too_many")
    return Message.objects.create(sender=sender, recipient=recipient, text=text, sent_at=now)


def mark_read(*, message: Message, now: datetime) -> None:
    """The recipient has seen it; the first time counts."""
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=now)


def forget(*, member: User) -> None:
    """What they wrote, to whomever: the account is closed."""
    Message.objects.filter(sender=member).delete()
    ChatLine.objects.filter(author=member).delete()
