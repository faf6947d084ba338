"""What the hosted pages ask for."""

from babel import Locale
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from payouts.sandbox.services import BANKS, GOOD_CARD

# fmt: off
COUNTRIES = (
    "AT", "BE", "BG", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
    "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "US",
)
# fmt: on


def countries() -> list[tuple[str, str]]:
    """By their names in the reader's language."""
    names = Locale.parse(get_language() or "en", sep="-").territories
    return sorted(((code, names[code]) for code in COUNTRIES), key=lambda country: country[1])


class CardForm(forms.Form):
    """Only the number matters; filled in already with the card that pays, so that one press is enough."""

    number = forms.CharField(
        label=_("Card number"),
        max_length=30,
        initial=" ".join(GOOD_CARD[at : at + 4] for at in range(0, 16, 4)),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    save = forms.BooleanField(label=_("Save this card for next time"), required=False)


class BankForm(forms.Form):
    number = forms.CharField(
        label=_("Bank account number"),
        max_length=34,
        initial=BANKS[0],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].replace(" ", "")
        if number not in BANKS:
            raise forms.ValidationError(_("Only the test numbers below are known here."))
        return number


class OnboardingForm(BankForm):
    name = forms.CharField(label=_("Full name"), max_length=100)
    country = forms.ChoiceField(label=_("Country"), choices=countries)
    field_order = ("name", "country", "number", "outcome")
    outcome = forms.ChoiceField(
        label=_("What Stripe makes of it"),
        choices=[
            ("verified", _("Verified")),
            ("due_soon", _("Verified, but a document is due within a week")),
            ("checking", _("Still checking")),
            ("needs_document", _("Needs a document")),
            ("rejected", _("Rejected")),
        ],
        initial="verified",
        required=False,
    )

    def clean_outcome(self) -> str:
        return self.cleaned_data["outcome"] or "verified"
