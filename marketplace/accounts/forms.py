import unicodedata

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.internal.flows.manage_email import email_already_exists
from allauth.core import context
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts import guests

JOINERS = "\u200c\u200d"  # which names are written with in some scripts


class SignupForm(AllauthSignupForm):
    """A name, then what allauth itself asks for. A guest has a name already."""

    field_order = ("name", "email", "password1")
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Callers and experts see it."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.guest = guests.guest_of(context.request.session) if context.request else None
        if self.guest:
            self.fields["name"].initial = self.guest.name

    def clean_name(self) -> str:
        return readable(self.cleaned_data["name"])

    def validate_unique_email(self, value: str) -> str:
        """What the same guest typed before and never verified is no account yet."""
        email, self.account_already_exists = email_already_exists(value, user=self.guest)
        return email

    def signup(self, request, user) -> None:
        user.name, user.language = self.cleaned_data["name"], request.LANGUAGE_CODE
        user.save(update_fields=["name", "language"])


class PasskeyForm(AddWebAuthnForm):
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=60)


class GuestForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Your name"), min_length=2, max_length=60)

    def clean_name(self) -> str:
        return readable(self.cleaned_data["name"])


def readable(name: str) -> str:
    """Nothing that cannot be seen, nor turns the letters after it around: "(guest)" stands there. Raises ValidationError."""
    name = " ".join(name.split())
    if any(unicodedata.category(letter)[0] == "C" and letter not in JOINERS for letter in name):
        raise ValidationError(_("Type a name of letters that can be read."))
    mark = _("{name} (guest)").format(name="").strip()
    if not any(letter.isalnum() for letter in name) or name.casefold().endswith(mark.casefold()):
        raise ValidationError(_("Type a name of letters that can be read."))
    return name
