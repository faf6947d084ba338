"""What members find in their mail, for tests of what it says."""

import re
from datetime import datetime

from django.core import mail

from payouts.mail import services as mails
from payouts.outbox import services as outbox


def letters(now: datetime, *, to: str) -> list[str]:
    """All that was sent to `to` ("alice"), oldest first, subject and text; nothing in it is left unfilled."""
    outbox.work(handlers={mails.ACTION: mails.send}, now=now, limit=50)
    found = [f"{one.subject}\n{one.body}" for one in mail.outbox if one.to == [f"{to}@example.test"]]
    assert not [text for text in found if re.search(r"{[{%]|None|  +", text)]
    return found
