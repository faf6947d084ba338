"""What the two people of a receipt type, besides what every charge has (payouts.claims.forms)."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.metering.afterwards import time_line, worth_of
from calls.metering.models import PaidPeriod
from payouts.claims import forms as claims
from payouts.money import Money
from payouts.wallet.forms import SumField, WholeNumberField


class TipForm(forms.Form):
    amount = SumField(label=gettext_lazy("Amount"))
    token = claims.Token()


class GiveBackForm(claims.GiveBackForm):
    """The price of some time as well, where there is time. `period`: None for a tip, which has none."""

    TIME = "time"

    minutes = WholeNumberField(label=gettext_lazy("Minutes"), min_value=0, max_value=10_000, required=False)
    seconds = WholeNumberField(label=gettext_lazy("Seconds"), min_value=0, max_value=59, required=False)

    def __init__(self, *args: Any, period: PaidPeriod | None, **kwargs: Any) -> None:
        self.period = period
        self.has_time = period is not None and worth_of(period, 0) is not None
        super().__init__(*args, **kwargs)
        if not self.has_time:
            del self.fields["minutes"], self.fields["seconds"]

    def choices(self) -> list[tuple[str, str]]:
        all_of_it, another = super().choices()
        return [all_of_it, (self.TIME, _("Some of the time")), another] if self.has_time else [all_of_it, another]

    def chosen(self, cleaned: dict[str, Any]) -> tuple[Money | None, str]:
        if cleaned["what"] != self.TIME or not self.period:
            return super().chosen(cleaned)
        ms = ((cleaned.get("minutes") or 0) * 60 + (cleaned.get("seconds") or 0)) * 1_000
        return worth_of(self.period, ms), time_line(ms)
