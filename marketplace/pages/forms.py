from django import forms
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.experts import languages
from marketplace.experts.models import Category
from marketplace.listings.forms import SumField
from marketplace.places import services as places
from marketplace.places.services import Place
from marketplace.search.reading import LETTERS_MAX
from marketplace.search.services import DISTANCES_KM, KM, STARS_TENTHS


class PlaceField(forms.CharField):
    """A place of the packaged list, however it is written."""

    def clean(self, value: str) -> Place | None:
        text = super().clean(value)
        place = places.resolve(text) if text else None
        if text and place is None:
            raise forms.ValidationError(_("We do not know this place. Try the nearest town."))
        return place


class DirectoryForm(forms.Form):
    """The directory's address as a form. Fields that make no sense are told and left out; the rest still counts. Of a question
    the first LETTERS_MAX letters count, as wherever one is read."""

    q = forms.CharField(
        label=_("Search experts"),
        required=False,
        max_length=LETTERS_MAX,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "placeholder": _("Skill, topic, place or name")}
        ),
    )
    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.select_related("parent"),
        to_field_name="slug",
        required=False,
        empty_label=_("All"),
    )
    online = forms.BooleanField(label=_("Online now"), required=False)
    verified = forms.BooleanField(label=_("Verified"), required=False)
    max_rate = SumField(label=_("Highest rate per minute"), required=False)
    lang = forms.ChoiceField(label=_("Language"), required=False)
    stars = forms.TypedChoiceField(label=_("Rating"), required=False, coerce=int, empty_value=None)
    near = PlaceField(label=_("Near a place"), required=False, max_length=80)
    km = forms.TypedChoiceField(
        label=_("Within"),
        required=False,
        coerce=int,
        choices=[(km, format_lazy(_("{km} km"), km=km)) for km in DISTANCES_KM],
        empty_value=KM,
    )
    free = forms.ChoiceField(
        label=_("Next free"),
        required=False,
        choices=[
            ("", _("Any time")),
            ("now", _("Now")),
            ("day", _("Within 24 hours")),
            ("week", _("Within 7 days")),
        ],
    )
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[
            ("", _("Best first")),
            ("online", _("Free now first")),
            ("rate", _("Lowest rate")),
            ("rating", _("Highest rated")),
            ("new", _("Newest")),
            ("name", _("Name")),
            ("near", _("Nearest")),
        ],
    )
    page = forms.IntegerField(required=False)

    def __init__(self, asked: QueryDict) -> None:
        question = {"q": asked["q"][:LETTERS_MAX]} if "q" in asked else {}
        super().__init__({"km": KM} | asked.dict() | question, auto_id="%s")
        self.fields["lang"].choices = [("", _("All")), *languages.choices()]
        stars = [
            (tenths, _("{stars} stars and more").format(stars=number_format(tenths / 10, 1))) for tenths in STARS_TENTHS
        ]
        self.fields["stars"].choices = [("", _("Any")), *stars]

    def query(self) -> dict:
        """What search.find takes."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("sort") == "near" and not asked.get("near"):
            asked["sort"] = self.data["sort"] = ""  # shown as it is: nothing is nearest to no place
        return {
            "text": asked.get("q") or "",
            "category": asked["category"].slug if asked.get("category") else "",
            "online": bool(asked.get("online")),
            "verified": bool(asked.get("verified")),
            "max_rate_minor": asked["max_rate"].minor if asked.get("max_rate") else None,
            "language": asked.get("lang") or "",
            "stars_tenths": asked.get("stars"),
            "near": asked.get("near"),
            "km": asked.get("km") or KM,
            "free": asked.get("free") or "",
            "sort": asked.get("sort") or "",
            "page": asked.get("page") or 1,
        }
