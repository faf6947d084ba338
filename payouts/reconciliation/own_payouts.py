"""The platform's own payouts: what lies in its balance at Stripe is mostly members' money, and must not leave by itself."""

from datetime import datetime

from django.utils.translation import gettext as _

from payouts.office import services as office
from payouts.stripe import gateway
from payouts.stripe.attempts import with_fresh_key

MANUAL = "manual"


def keep_manual(*, now: datetime) -> None:
    """Sets them to manual where they are not, and tells staff: something may have left. Asks Stripe. Raises NotAnswered,
    Refused."""
    interval = gateway.own_payouts()
    if interval == MANUAL:
        return
    text = _(
        "Stripe was to pay out the platform's balance by itself ({interval}). It is set to manual: members' money lies there. "
        "Look whether some of it has left, and take out no more than is left for the platform."
    )
    text = text.format(interval=interval)
    office.open_task(kind="own_payouts", key=f"own_payouts:{now.date()}", text=text, now=now)
    with_fresh_key(f"own_payouts:{now.date()}", lambda key: gateway.set_manual_payouts(account="", key=key))
