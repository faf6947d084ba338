from django import forms
from django.utils.translation import gettext_lazy

WORDS_MAX = 2_000
EVIDENCE_MAX = 20_000  # as much as Stripe takes


class EvidenceForm(forms.Form):
    """Filled in with what the receipts say; staff may change each word before it goes to the bank."""

    text = forms.CharField(
        label=gettext_lazy("What the bank reads"),
        help_text=gettext_lazy("From the receipts; change what you want. It can be sent once."),
        max_length=EVIDENCE_MAX,
        widget=forms.Textarea(attrs={"rows": 12}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=WORDS_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )


class ParticipationForm(ReasonForm):
    """`experts`: who earned something of the disputed payment, as choices."""

    expert = forms.TypedChoiceField(label=gettext_lazy("Expert"), coerce=int, widget=forms.RadioSelect)
    field_order = ("expert", "reason")

    def __init__(self, *args: object, experts: list[tuple[int, str]], **how: object) -> None:
        super().__init__(*args, **how)  # type: ignore[arg-type]
        self.fields["expert"].choices = experts  # type: ignore[attr-defined]
