"""What people type about experts, and staff about that."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.reviews.errors import ReviewRefused
from marketplace.reviews.models import TEXT_MAX
from marketplace.reviews.rows import readable

STARS = {
    5: _("5 stars: excellent"),
    4: _("4 stars: good"),
    3: _("3 stars: fair"),
    2: _("2 stars: poor"),
    1: _("1 star: bad"),
}


class WordsField(forms.CharField):
    """Checked by the rule that keeps them."""

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        area = forms.Textarea(attrs={"rows": rows, "maxlength": TEXT_MAX})
        super().__init__(widget=area, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return readable(super().clean(value))
        except ReviewRefused as refused:
            raise forms.ValidationError(refused.text) from None


class OfVersion(forms.Form):
    """`seen`: of what is written anew, the version that the page showed. One that is no number was none of ours."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def refuse(self, why: ReviewRefused, *, version: int) -> None:
        """What was typed stays in the form. Sent once more, it has seen `version`."""
        self.add_error(None, why.text)
        self.data = {**self.data.dict(), "seen": version}


class ReviewForm(OfVersion):
    stars = forms.TypedChoiceField(
        label=_("Stars"),
        choices=list(STARS.items()),
        coerce=int,
        widget=forms.RadioSelect,
    )
    text = WordsField(label=_("Your review"), help_text=_("What were you helped with, and how did it go?"))


class ReplyForm(OfVersion):
    text = WordsField(label=_("Your reply"), help_text=_("It stands below the review. Everybody can read it."))


class ReportForm(forms.Form):
    words = WordsField(label=_("What is wrong with it?"), help_text=_("Only our staff read this."))


class ContestForm(forms.Form):
    words = WordsField(label=_("Why should it be shown again?"), help_text=_("Only our staff read this."))


class RemoveForm(OfVersion):
    """Staff take it down, or leave what was reported as it is."""

    reason = WordsField(
        label=_("Reason"),
        help_text=_("Taken down: everybody can read it. Left: whoever reported it is told. Do not name the writer."),
        rows=3,
    )


class DecideForm(forms.Form):
    restore = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("1", _("Show it again")), ("0", _("It stays down"))],
        coerce=lambda chosen: chosen == "1",
        widget=forms.RadioSelect,
    )
    reason = WordsField(label=_("Reason"), help_text=_("Everybody can read it. Do not name the writer."), rows=3)
