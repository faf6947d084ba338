"""What people type about money."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payouts.money import BadAmount, Money, read_money

CHOICES_MINOR = (1_000, 2_000, 5_000, 10_000)
CHOSEN_MINOR = 2_000


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


def _choices() -> list[tuple[str, str]]:
    return [(str(minor), str(Money(minor, settings.CURRENCY))) for minor in CHOICES_MINOR]


class TopUpForm(forms.Form):
    """One of a few sums, or another one: what was typed wins over what was ticked."""

    choice = forms.ChoiceField(
        label=gettext_lazy("Amount"),
        choices=_choices,
        widget=forms.RadioSelect,
        required=False,
        initial=str(CHOSEN_MINOR),
    )
    amount = SumField(label=gettext_lazy("Or another amount"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("amount"):
            if not cleaned.get("choice"):
                raise ValidationError(_("Choose an amount."))
            cleaned["amount"] = Money(int(cleaned["choice"]), settings.CURRENCY)
        return cleaned
