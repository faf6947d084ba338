"""What staff type."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payouts.earnings.quarters import QUARTERS, YEARS
from payouts.ledger.accounts import KINDS
from payouts.safety.models import Review
from payouts.staff import explorer

WORDS_MAX = 2_000
ID_MAX = 2**63 - 1


class ReasonForm(forms.Form):
    """Why: kept in the audit trail."""

    reason = forms.CharField(max_length=WORDS_MAX)


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            (Review.Verdict.FINE, gettext_lazy("Fine: it is released on its date")),
            (
                Review.Verdict.FRAUD,
                gettext_lazy("Fraud: it stays, the expert's withdrawals are frozen, and transfers are called back"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept with the decision; only staff read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=WORDS_MAX,
    )


class LetGoForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept in the audit trail; only staff read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=WORDS_MAX,
    )


class LedgerForm(forms.Form):
    """What to look for in the ledger; all of it must fit. `before` comes from the link to older entries."""

    account = forms.ChoiceField(
        label=gettext_lazy("Account"),
        choices=[("", gettext_lazy("every account")), *((kind, kind) for kind in KINDS)],
        required=False,
    )
    owner = forms.CharField(label=gettext_lazy("Owner"), max_length=40, required=False)
    reference = forms.CharField(label=gettext_lazy("About"), max_length=60, required=False)
    key = forms.CharField(label=gettext_lazy("Key"), max_length=120, required=False)
    before = forms.IntegerField(min_value=0, max_value=ID_MAX, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        kind, owner = typed.get("account", ""), typed.get("owner", "")
        if kind and not owner and not explorer.is_platforms(kind):
            self.add_error("owner", ValidationError(_("Whose? Type an owner such as user:7.")))
        return typed


class TaxForm(forms.Form):
    """A quarter, or all of a year."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=YEARS.start, max_value=YEARS.stop - 1)
    quarter = forms.TypedChoiceField(
        label=gettext_lazy("Quarter"),
        choices=[("", gettext_lazy("all four")), *((quarter, quarter) for quarter in QUARTERS)],
        coerce=int,
        empty_value=None,
        required=False,
    )

    @property
    def period(self) -> str:
        """As its file is named: 2026-Q3, or 2026."""
        year, quarter = self.cleaned_data["year"], self.cleaned_data["quarter"]
        return f"{year}-Q{quarter}" if quarter else str(year)
