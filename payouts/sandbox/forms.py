"""What the hosted pages ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from payouts.sandbox.services import BANKS, GOOD_CARD

COUNTRIES = [
    ("BE", _("Belgium")),
    ("CH", _("Switzerland")),
    ("DE", _("Germany")),
    ("ES", _("Spain")),
    ("FR", _("France")),
    ("GB", _("United Kingdom")),
    ("IE", _("Ireland")),
    ("IT", _("Italy")),
    ("LU", _("Luxembourg")),
    ("NL", _("Netherlands")),
    ("PT", _("Portugal")),
    ("US", _("United States")),
]


class CardForm(forms.Form):
    """Only the number matters; filled in already with the card that pays, so that one press is enough."""

    number = forms.CharField(
        label=_("Card number"),
        max_length=30,
        initial=" ".join(GOOD_CARD[at : at + 4] for at in range(0, 16, 4)),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class OnboardingForm(forms.Form):
    name = forms.CharField(label=_("Full name"), max_length=100)
    country = forms.ChoiceField(label=_("Country"), choices=COUNTRIES)
    number = forms.CharField(
        label=_("Bank account number"),
        max_length=34,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].replace(" ", "")
        if number not in BANKS:
            raise forms.ValidationError(_("Only the test numbers below are known here."))
        return number
