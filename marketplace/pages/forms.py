from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.experts import languages
from marketplace.experts.models import Category
from marketplace.listings.forms import SumField


class DirectoryForm(forms.Form):
    """The directory's address as a form. Fields that make no sense are told and left out; the rest still counts."""

    q = forms.CharField(
        label=_("Search experts"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "placeholder": _("Skill, topic or name")}
        ),
    )
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects, to_field_name="slug", required=False, empty_label=_("All")
    )
    online = forms.BooleanField(label=_("Online now"), required=False)
    max_rate = SumField(label=_("Highest rate per minute"), required=False)
    lang = forms.ChoiceField(label=_("Language"), required=False)
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[
            ("", _("Who can answer now")),
            ("rate", _("Lowest rate")),
            ("new", _("Newest")),
            ("name", _("Name")),
        ],
    )
    page = forms.IntegerField(required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)
        self.fields["lang"].choices = [("", _("All")), *languages.choices()]

    def query(self) -> dict:
        """What search.find takes."""
        self.is_valid()
        asked = self.cleaned_data
        return {
            "text": asked.get("q") or "",
            "category": asked["category"].slug if asked.get("category") else "",
            "online": bool(asked.get("online")),
            "max_rate_minor": asked["max_rate"].minor if asked.get("max_rate") else None,
            "language": asked.get("lang") or "",
            "sort": asked.get("sort") or "",
            "page": asked.get("page") or 1,
        }
