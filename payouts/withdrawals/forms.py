from babel import Locale
from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy

from payouts.wallet.forms import SumField
from payouts.withdrawals.services import COUNTRIES


class WithdrawForm(forms.Form):
    """`token` is made anew for each page, so that pressing twice is one withdrawal."""

    amount = SumField(label=gettext_lazy("Amount"))
    at_once = forms.BooleanField(label=gettext_lazy("At once, within minutes"), required=False)
    token = forms.RegexField(r"^[A-Za-z0-9_-]{16,64}$", widget=forms.HiddenInput)


def _countries() -> list[tuple[str, str]]:
    names = Locale.parse((get_language() or "en").replace("-", "_")).territories
    return sorted(((code, names[code]) for code in COUNTRIES), key=lambda pair: pair[1])


class BankForm(forms.Form):
    country = forms.ChoiceField(
        label=gettext_lazy("Country of your bank"), choices=_countries, initial=lambda: settings.STRIPE_COUNTRY
    )
