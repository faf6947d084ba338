from django import forms
from django.utils.translation import gettext_lazy as _


class SignupForm(forms.Form):
    """allauth builds its form on this one: a name, then what allauth itself asks for."""

    field_order = ("name", "email", "password1")
    name = forms.CharField(
        label=_("Name"),
        help_text=_("Callers and experts see it."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request, user) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
