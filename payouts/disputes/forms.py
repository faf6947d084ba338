from django import forms
from django.utils.translation import gettext_lazy


class EvidenceForm(forms.Form):
    """Filled in with what the receipts say; staff may change each word before it goes to the bank."""

    text = forms.CharField(
        label=gettext_lazy("Evidence"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 18, "cols": 100})
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class ParticipationForm(ReasonForm):
    email = forms.EmailField(label=gettext_lazy("The expert's address"))
