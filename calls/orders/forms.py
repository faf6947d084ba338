from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 2_000


class DeliverForm(forms.Form):
    note = forms.CharField(
        label=_("Note or link to the work"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class ObjectForm(forms.Form):
    reason = forms.CharField(
        label=_("What is not as described"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
