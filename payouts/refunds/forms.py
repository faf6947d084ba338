from django import forms
from django.utils.translation import gettext_lazy

from payouts.wallet.forms import SumField


class RefundForm(forms.Form):
    """Nothing typed: all of it. `token` is made anew for each page, so that pressing twice is one refund."""

    amount = SumField(label=gettext_lazy("Only a part of it"), required=False)
    token = forms.RegexField(r"^[A-Za-z0-9_-]{16,64}$", widget=forms.HiddenInput)


class SettleForm(forms.Form):
    """What staff did about a refund that Stripe will never make."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What was agreed with the member"),
        choices=[
            ("sent", gettext_lazy("Sent from our bank to theirs, outside Stripe")),
            ("credit", gettext_lazy("Credit again")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
