"""What an expert types about themselves, checked field by field."""

from collections.abc import Iterator

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.experts import greetings, hours, languages, photos, quiet
from marketplace.experts.categories import in_order
from marketplace.experts.models import Category, Profile

SKILLS_MAX, SKILL_LENGTH_MAX = 8, 30
LANGUAGES_MAX = 8


class SkillsField(forms.CharField):
    """Short tags with commas between them; a list without doubles."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value) -> list[str]:
        skills = list(dict.fromkeys(" ".join(skill.split()) for skill in super().clean(value).split(",")))
        skills = [skill for skill in skills if skill]
        if len(skills) > SKILLS_MAX:
            raise ValidationError(_("At most {limit} skills.").format(limit=SKILLS_MAX))
        if any(len(skill) > SKILL_LENGTH_MAX for skill in skills):
            raise ValidationError(_("A skill has at most {limit} characters.").format(limit=SKILL_LENGTH_MAX))
        return skills


class CategoryChoice(forms.RadioSelect):
    """One of the operator's, each with what may be sold in it; nobody chooses a closed one."""

    def create_option(self, name, value, *args, **kwargs) -> dict:
        option = super().create_option(name, value, *args, **kwargs)
        category = getattr(value, "instance", None)
        if category and category.kind_in_force == Category.Kind.CLOSED:
            option["attrs"]["disabled"] = True
        return option


class CategoriesInOrder(ModelChoiceIterator):
    def __iter__(self) -> Iterator[tuple]:
        return map(self.choice, in_order(self.queryset))


class CategoryField(forms.ModelChoiceField):
    iterator = CategoriesInOrder


class WhatForm(forms.Form):
    """What an expert helps with."""

    category = CategoryField(
        label=gettext_lazy("Category"),
        queryset=Category.objects.filter(children=None).select_related("parent"),
        widget=CategoryChoice,
        empty_label=None,
    )
    headline = forms.CharField(
        label=gettext_lazy("Headline"),
        help_text=gettext_lazy("What you help with, in one line. It stands on your card."),
        max_length=Profile._meta.get_field("headline").max_length,
    )
    skills = SkillsField(
        label=gettext_lazy("Skills (optional)"),
        help_text=gettext_lazy("Up to 8, with commas between: tax returns, freelancers, VAT"),
        required=False,
    )

    def clean_category(self) -> Category:
        category = self.cleaned_data["category"]
        if category.kind_in_force == Category.Kind.CLOSED:
            raise ValidationError(_("This category is closed. Choose another one."))
        return category


class AboutForm(forms.Form):
    """Who an expert is."""

    bio = forms.CharField(
        label=gettext_lazy("About you"),
        help_text=gettext_lazy(
            "What you know, how you learned it, and what a call with you is like. "
            "You can write *italics*, **bold**, ## titles, lists with - and [links](https://example.org)."
        ),
        widget=forms.Textarea(attrs={"rows": 7}),
        max_length=Profile._meta.get_field("bio").max_length,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages you speak"),
        choices=languages.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    place = forms.CharField(
        label=gettext_lazy("Place (optional)"),
        required=False,
        max_length=Profile._meta.get_field("place").max_length,
    )
    crop = forms.Field(required=False, widget=forms.HiddenInput)  # of the photo, by the page's script
    photo = forms.FileField(
        label=gettext_lazy("Photo (optional)"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy("JPEG, PNG or WebP, up to 8 MB. It is cut square; place and camera data are removed."),
        required=False,
    )

    def clean_photo(self):
        """The decoded image, or None."""
        upload = self.cleaned_data["photo"]
        if not upload:
            return None
        try:
            crop = photos.read_crop(self.cleaned_data.get("crop", ""))
            return photos.read_photo(upload.file, size=upload.size, crop=crop)
        except photos.BadPhoto as problem:
            raise ValidationError(str(problem)) from problem

    def clean_languages(self) -> list[str]:
        chosen = self.cleaned_data["languages"]
        if len(chosen) > LANGUAGES_MAX:
            raise ValidationError(_("At most {limit} languages.").format(limit=LANGUAGES_MAX))
        return chosen


class GreetingForm(forms.Form):
    """The file may stay what it is where there is one (`is_there`). The clean file is what was read of it, or None."""

    file = forms.FileField(
        label=gettext_lazy("Video or sound"),
        help_text=gettext_lazy("MP4 or WebM, up to 60 seconds and 20 MB. Place and camera data are removed."),
        widget=forms.FileInput(attrs={"accept": "video/mp4,video/webm,audio/mp4,audio/webm,video/quicktime,.m4a"}),
    )
    words = forms.CharField(
        label=gettext_lazy("What is said in it"),
        help_text=gettext_lazy("For who cannot hear it, or not now. Visitors read it below."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=Profile._meta.get_field("greeting_words").max_length,
    )

    def __init__(self, *args, is_there: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not is_there

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not upload:
            return None
        try:
            return greetings.read_greeting(upload.file, size=upload.size)
        except greetings.BadGreeting as problem:
            raise ValidationError(str(problem)) from problem


def _clock() -> forms.TimeInput:
    return forms.TimeInput({"type": "time"}, format="%H:%M")


def _zone() -> forms.CharField:
    """The browser's is proposed (page/times.js)."""
    return forms.CharField(
        label=gettext_lazy("Time zone"),
        required=False,
        max_length=64,
        widget=forms.TextInput({"data-own-zone": True, "autocomplete": "off", "spellcheck": "false"}),
    )


class QuietHoursForm(forms.Form):
    """Both times or neither."""

    start = forms.TimeField(label=gettext_lazy("From"), required=False, widget=_clock())
    end = forms.TimeField(label=gettext_lazy("To"), required=False, widget=_clock())
    zone = _zone()

    def clean(self) -> dict:
        said = super().clean() or {}
        if self.errors:
            return said
        try:
            quiet.checked(said["start"], said["end"], said["zone"])
        except quiet.BadHours as problem:
            self.add_error("zone" if problem.code == "zone" else None, _WRONG_HOURS[problem.code])
        return said


_WRONG_HOURS = {
    "half": gettext_lazy("Quiet hours need a beginning and an end. Leave both empty for none."),
    "same": gettext_lazy("Quiet hours that begin when they end never end. To be away, press Set away."),
    "zone": gettext_lazy("There is no such time zone. They are written like Europe/Paris."),
}


class WeeklyHoursForm(forms.Form):
    """A line for each day, empty where there are none. Valid, `week` is what they come to; None: no hours at all."""

    zone = _zone()

    week: hours.Week | None = None

    def __init__(self, *args, kept: hours.Week | None = None, **kwargs) -> None:
        said = {f"day_{at}": hours.write_day(day) for at, day in enumerate(kept.days)} if kept else {}
        super().__init__(*args, initial=said | {"zone": kept.zone if kept else ""}, auto_id="hours-%s", **kwargs)
        for at, name in WEEKDAYS.items():
            line = forms.TextInput({"autocomplete": "off", "spellcheck": "false"})
            self.fields[f"day_{at}"] = forms.CharField(
                label=name.capitalize(), required=False, max_length=120, widget=line
            )
        self.order_fields([*(f"day_{at}" for at in WEEKDAYS), "zone"])

    def clean(self) -> dict:
        said = super().clean() or {}
        days = [self._day(at, said.get(f"day_{at}", "")) for at in WEEKDAYS]
        if not self.errors:
            try:
                self.week = hours.checked(days, said["zone"])
            except hours.BadWeek as problem:
                self.add_error("zone", _WRONG_HOURS[problem.code])
        return said

    def _day(self, at: int, text: str) -> list[hours.Interval]:
        try:
            day = hours.read_day(text, at)
            hours.checked_day(day, at)
        except hours.BadWeek as problem:
            self.add_error(f"day_{at}", _WRONG_DAY[problem.code].format(words=problem.words, limit=hours.A_DAY_MAX))
            return []
        return day

    def days(self) -> list[forms.BoundField]:
        return [self[f"day_{at}"] for at in WEEKDAYS]


_WRONG_DAY = {
    "unreadable": gettext_lazy("“{words}” is not understood. Write it like 9:00-12:00, 14:00-18:00."),
    "order": gettext_lazy("{words} ends before it begins. Hours over midnight end at 24:00 and go on the day after."),
    "overlap": gettext_lazy("{words}: these overlap."),
    "many": gettext_lazy("At most {limit} times a day."),
}
