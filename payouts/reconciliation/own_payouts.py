"""The platform's own payouts: what lies in its balance at Stripe is mostly members' money, and must not leave by itself."""

import logging
from datetime import datetime

from django.utils.translation import gettext as _

from payouts.office import services as office
from payouts.stripe import gateway
from payouts.stripe.answers import NotAnswered, Refused
from payouts.stripe.attempts import with_fresh_key

log = logging.getLogger(__name__)
MANUAL = "manual"


def keep_manual(*, now: datetime) -> None:
    """Sets them to manual where they are not, and tells staff: something may have left. Asks Stripe; what it says to this keeps
    nobody from comparing the balance."""
    interval = ""
    try:
        interval = gateway.own_payouts()
        if interval == MANUAL:
            return
        if interval:
            _tell(interval, now)  # before it is set: after a cut in between nobody would hear of it
        with_fresh_key(f"own_payouts:{now.date()}", lambda key: gateway.set_manual_payouts(account="", key=key))
        if gateway.own_payouts() != MANUAL:
            _ask_staff_to_look(interval, "", now)
    except Refused as no:
        _ask_staff_to_look(interval, f" ({no})", now)
    except NotAnswered:
        log.warning("Stripe did not answer about the platform's own payouts")


def _ask_staff_to_look(interval: str, why: str, now: datetime) -> None:
    """Each night while Stripe says that they are not manual; else once a month: only the key may not see that they are."""
    if interval:
        text = _("Stripe does not let this key set the platform's own payouts to manual. Set them so in its dashboard.")
        key = f"own_payouts:refused:{now.date()}"
    else:
        text = _("Stripe does not say by this key that the platform's own payouts are manual. Look in its dashboard.")
        key = f"own_payouts:look:{now:%Y-%m}"
    office.open_task(kind="own_payouts", key=key, text=text + why, now=now)


def _tell(interval: str, now: datetime) -> None:
    text = _(
        "Stripe was to pay out the platform's balance by itself ({interval}); it is being set to manual, for members' money "
        "lies there. Look whether some of it has left, and take out no more than is left for the platform."
    )
    text = text.format(interval=interval)
    office.open_task(kind="own_payouts", key=f"own_payouts:{now.date()}", text=text, now=now)
