"""What people type about a claim or a refund, whatever was charged."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payouts.money import Money
from payouts.wallet.forms import SumField

WORDS_MAX = 2_000


class Token(forms.RegexField):
    """Made anew for each page, so that pressing twice is one press."""

    def __init__(self) -> None:
        super().__init__(r"^[A-Za-z0-9_-]{16,64}$", widget=forms.HiddenInput)


def words(label: Any, hint: Any = "", *, rows: int = 5, required: bool = True) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, widget=area, max_length=WORDS_MAX, required=required)


class ContestForm(forms.Form):
    """`also`: other lines of the same receipt that can be contested with it, as (reference, what it is)."""

    reason = words(
        gettext_lazy("What went wrong?"),
        gettext_lazy("The expert reads this, and our staff if they have to decide."),
    )
    also = forms.MultipleChoiceField(
        label=gettext_lazy("Contest as well"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, also: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if also:
            self.fields["also"].choices = also  # type: ignore[attr-defined]
        else:
            del self.fields["also"]


class GiveBackForm(forms.Form):
    """All of what is left, or another sum."""

    ALL, SUM = "all", "sum"

    what = forms.ChoiceField(label=gettext_lazy("Give back"), widget=forms.RadioSelect, initial=ALL)
    amount = SumField(label=gettext_lazy("Another sum"), required=False)
    note = words(gettext_lazy("A few words to the payer (optional)"), required=False)
    token = Token()

    def __init__(self, *args: Any, left: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = left
        self.fields["what"].choices = self.choices()  # type: ignore[attr-defined]

    def choices(self) -> list[tuple[str, str]]:
        return [(self.ALL, _("All of it: {sum}").format(sum=self.left)), (self.SUM, _("Another sum"))]

    def clean(self) -> dict[str, Any]:
        """`amount` and `line` (which part of the charge it is), whatever was chosen."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        amount, cleaned["line"] = self.chosen(cleaned)
        cleaned["amount"] = amount
        if not amount:
            raise ValidationError(_("Say how much. Nothing was given back."))
        if amount > self.left:
            text = _("{amount} is more than the {left} that are left. Nothing was given back.")
            raise ValidationError(text.format(amount=amount, left=self.left))
        return cleaned

    def chosen(self, cleaned: dict[str, Any]) -> tuple[Money | None, str]:
        return (self.left if cleaned["what"] == self.ALL else cleaned.get("amount")), ""


class AnswerForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your answer"), max_length=WORDS_MAX)


class DecideForm(forms.Form):
    """`refund` may be zero: nothing goes back."""

    refund = SumField(label=gettext_lazy("Give back"), help_text=gettext_lazy("0 for nothing"))
    reason = words(gettext_lazy("Reason"), gettext_lazy("Both people read it."), rows=4)
