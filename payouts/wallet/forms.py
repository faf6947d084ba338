"""What people type about money."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payouts.money import BadAmount, Money, read_money

CHOICES_MINOR = (1_000, 2_000, 5_000, 10_000)
CHOSEN_MINOR = 2_000
LAST_YEAR = 2999  # what lies behind it cannot be shown in every time zone


class SumWidget(forms.TextInput):
    """A text field with the currency beside it; phones show the keys for numbers."""

    template_name = "marketplace/_sum_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        typing = {"inputmode": "decimal", "autocomplete": "off", "placeholder": " "}
        return super().get_context(name, value, typing | (attrs or {})) | {"currency": settings.CURRENCY}


class SumField(forms.CharField):
    """A typed sum; its clean value is Money in the platform's currency, or None where nothing was typed."""

    widget = SumWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.typed() if isinstance(value, Money) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_money(text, settings.CURRENCY)
        except BadAmount as problem:
            raise ValidationError(_("Type an amount such as 20 or 20.50.")) from problem


class WholeNumberField(forms.IntegerField):
    """A typed number that a sum is counted from: plain digits, as in a sum; Python would take those of any script, and signs."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and value.strip() and not re.fullmatch("[0-9]+", value.strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


def _choices() -> list[tuple[str, str]]:
    return [(str(minor), str(Money(minor, settings.CURRENCY))) for minor in CHOICES_MINOR]


class GrantForm(forms.Form):
    """Staff give promotional credit. `token` makes one press one grant, however often it arrives."""

    email = forms.EmailField(label=gettext_lazy("Member's e-mail address"))
    amount = SumField(label=gettext_lazy("Amount"))
    last_day = forms.DateField(
        label=gettext_lazy("To be used by"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, for the audit trail"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
    token = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_email(self) -> Any:
        member = get_user_model().objects.filter(email__iexact=self.cleaned_data["email"]).first()
        if member is None:
            raise ValidationError(_("Nobody here has this address."))
        return member

    def clean_last_day(self) -> datetime | None:
        """The end of that day, UTC."""
        day = self.cleaned_data["last_day"]
        if day and day.year > LAST_YEAR:
            raise ValidationError(_("That is too far away. Leave it empty for credit that does not expire."))
        return day and datetime.combine(day, time.max, UTC)


class MonthlyLimitForm(forms.Form):
    """What may be spent in a calendar month."""

    limit = SumField(label=gettext_lazy("Monthly limit"))

    def clean_limit(self) -> Money:
        return _within_limits(self.cleaned_data["limit"])


def _within_limits(limit: Money) -> Money:
    low, high = settings.MONTHLY_LIMIT_MINOR_MIN, settings.MONTHLY_LIMIT_MINOR_MAX
    if not low <= limit.minor <= high:
        words = {"low": Money(low, settings.CURRENCY), "high": Money(high, settings.CURRENCY)}
        raise ValidationError(_("Choose a limit from {low} to {high}.").format(**words))
    return limit


def sum_for(missing: str) -> Money | None:
    """What the call's page says is missing, in cents, rounded up to whole units; None where the sum chosen anyway is enough."""
    minor = int(missing) if missing.isascii() and missing.isdigit() and len(missing) <= 6 else 0
    return Money(-(-minor // 100) * 100, settings.CURRENCY) if minor > CHOSEN_MINOR else None


class TopUpForm(forms.Form):
    """One of a few sums, or another one: what was typed wins over what was ticked. From a saved card, or on Stripe's page.

    The first time with a monthly limit. `token` is made anew for each page, so that pressing twice with a saved card is one
    payment.
    """

    choice = forms.ChoiceField(
        label=gettext_lazy("Amount"),
        choices=_choices,
        widget=forms.RadioSelect,
        required=False,
        initial=str(CHOSEN_MINOR),
    )
    amount = SumField(label=gettext_lazy("Or another amount"), required=False)
    card = forms.TypedChoiceField(
        label=gettext_lazy("Pay with"), coerce=int, empty_value=None, widget=forms.RadioSelect, required=False
    )
    save_card = forms.BooleanField(label=gettext_lazy("Save the card, for one press next time"), required=False)
    token = forms.RegexField(r"^[A-Za-z0-9_-]{16,64}$", widget=forms.HiddenInput, required=False)
    monthly_limit = SumField(label=gettext_lazy("Your monthly limit"), required=False)

    def __init__(self, *args: Any, asks_limit: bool, cards: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_cards = bool(cards)
        choices = [*((str(pk), label) for pk, label in cards), ("", _("Another card"))]
        self.fields["card"].choices = choices  # type: ignore[attr-defined]
        self.fields["card"].initial = choices[0][0]
        self.fields["monthly_limit"].initial = Money(settings.MONTHLY_LIMIT_MINOR, settings.CURRENCY)
        if not asks_limit:
            del self.fields["monthly_limit"]

    def clean_monthly_limit(self) -> Money:
        """Left empty, the proposed one."""
        typed = self.cleaned_data["monthly_limit"]  # 0.00 was typed too, and is no limit
        return _within_limits(Money(settings.MONTHLY_LIMIT_MINOR, settings.CURRENCY) if typed is None else typed)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("amount") is None:
            if not cleaned.get("choice"):
                raise ValidationError(_("Choose an amount."))
            cleaned["amount"] = Money(int(cleaned["choice"]), settings.CURRENCY)
        if cleaned.get("card") and not cleaned.get("token"):
            raise ValidationError(_("This form is too old. Please send it again."))
        return cleaned
