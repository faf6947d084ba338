"""What people type about a claim."""

from django import forms
from django.utils.translation import gettext_lazy

from payouts.wallet.forms import SumField

WORDS_MAX = 2_000


class AnswerForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your answer"), max_length=WORDS_MAX)


class DecideForm(forms.Form):
    """`refund` may be zero: nothing goes back."""

    refund = SumField(label=gettext_lazy("Give back"), help_text=gettext_lazy("0 for nothing"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Both people read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=WORDS_MAX,
    )
