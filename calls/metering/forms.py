"""What the two people of a receipt type."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.metering.afterwards import time_line, worth_of
from calls.metering.models import PaidPeriod
from payouts.money import Money
from payouts.wallet.forms import SumField

WORDS_MAX = 2_000


class Token(forms.RegexField):
    """Made anew for each page, so that pressing twice is one press."""

    def __init__(self) -> None:
        super().__init__(r"^[A-Za-z0-9_-]{16,64}$", widget=forms.HiddenInput)


def words(label: Any, hint: Any = "", *, required: bool = True) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 5})
    return forms.CharField(label=label, help_text=hint, widget=area, max_length=WORDS_MAX, required=required)


class ContestForm(forms.Form):
    reason = words(
        gettext_lazy("What went wrong?"),
        gettext_lazy("The expert reads this, and our staff if they have to decide."),
    )


class TipForm(forms.Form):
    amount = SumField(label=gettext_lazy("Amount"))
    token = Token()


class GiveBackForm(forms.Form):
    """All of what is left, the price of some time, or another sum. `period`: None for a tip, which has no time."""

    ALL, TIME, SUM = "all", "time", "sum"

    what = forms.ChoiceField(label=gettext_lazy("Give back"), widget=forms.RadioSelect, initial=ALL)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=0, max_value=10_000, required=False)
    seconds = forms.IntegerField(label=gettext_lazy("Seconds"), min_value=0, max_value=59, required=False)
    amount = SumField(label=gettext_lazy("Another sum"), required=False)
    note = words(gettext_lazy("A few words to the payer (optional)"), required=False)
    token = Token()

    def __init__(self, *args: Any, left: Money, period: PaidPeriod | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left, self.period = left, period
        self.has_time = period is not None and worth_of(period, 0) is not None
        choices = [(self.ALL, _("All of it: {sum}").format(sum=left))]
        if self.has_time:
            choices.append((self.TIME, _("Some of the time")))
        else:
            del self.fields["minutes"], self.fields["seconds"]
        self.fields["what"].choices = [*choices, (self.SUM, _("Another sum"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """`amount` and `line` (which part of the charge it is), whatever was chosen."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        cleaned["line"] = ""
        if cleaned["what"] == self.ALL:
            cleaned["amount"] = self.left
        elif cleaned["what"] == self.TIME and self.period:
            ms = ((cleaned.get("minutes") or 0) * 60 + (cleaned.get("seconds") or 0)) * 1_000
            cleaned["amount"], cleaned["line"] = worth_of(self.period, ms), time_line(ms)
        amount = cleaned.get("amount")
        if not amount:
            raise ValidationError(_("Say how much. Nothing was given back."))
        if amount > self.left:
            text = _("{amount} is more than the {left} that are left. Nothing was given back.")
            raise ValidationError(text.format(amount=amount, left=self.left))
        return cleaned
