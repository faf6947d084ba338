"""`/`: the directory. Its address holds the whole question, so that an answer can be bookmarked and sent on.

Without JavaScript each press loads a page; htmx asks for the part that changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from calls.contacts import services as contacts
from marketplace.accounts import guests
from marketplace.experts.categories import all_in_order
from marketplace.experts.models import Category
from marketplace.pages import language
from marketplace.pages.forms import DirectoryForm
from marketplace.search import services as search
from marketplace.sponsors import services as sponsors
from payouts.money import Money

FILTERS = ("category", "online", "verified", "max_rate", "lang", "stars", "near", "free")
LANGUAGES_FIRST = 8  # the others are behind a press


@dataclass(frozen=True)
class Choice:
    """Of a filter. `count` is that of who would fit; none where it is not known."""

    value: str
    label: str
    count: search.Count | None
    is_set: bool
    is_below: bool = False  # one that the one above it has
    is_more: bool = False  # one that is shown after a press


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    form = DirectoryForm(request.GET)
    question = form.query()
    found = search.find(**question, not_there=contacts.blockers_of(guests.person_of(request)))
    kept = {name: value for name, value in form.data.items() if name in form.fields and value and name != "page"}
    if "near" not in kept:
        kept.pop("km", None)
    if found.facets.km:
        form.fields["km"].choices = [
            (km, f"{label} ({found.facets.km[km]})") for km, label in form.fields["km"].choices
        ]
    category = form.cleaned_data.get("category")
    every = all_in_order()
    asked = {
        "form": form,
        "found": found,
        "kept": kept,
        "filters_set": sum(name in kept and name not in form.errors for name in FILTERS),
        "category": category,
        "categories": _categories(every, found.facets, question["category"]),
        "ask_categories": tuple(_choice(one, None, question["category"]) for one in every if _is_open(one)),
        "languages": _languages(found.facets, form.fields["lang"].choices, question["language"]),
        "free": _choices(form.fields["free"].choices, found.facets.free, question["free"]),
        "stars": _choices(form.fields["stars"].choices, found.facets.stars, question["stars_tenths"] or ""),
        "rates": _rates(found.facets, question["max_rate_minor"]),
        "site_languages": language.of_address(request, {"category": category.slug} if _is_open(category) else {}),
    }
    asked["sponsored"] = sponsors.card_for(
        category=question["category"], language=get_language() or "en", now=timezone.now()
    )
    part = "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
    response = render(request, "marketplace/directory/_part.html" if part else "marketplace/home.html", asked)
    if part:
        response["HX-Push-Url"] = _address(kept, found.number)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _is_open(category: Category | None) -> bool:
    return category is not None and category.kind_in_force != Category.Kind.CLOSED


def _address(kept: dict[str, str], number: int) -> str:
    """Without what is not asked."""
    asked = kept | ({"page": str(number)} if number > 1 else {})
    return reverse("home") + (f"?{urlencode(asked)}" if asked else "")


def _categories(every: list[Category], facets: search.Facets, chosen: str) -> tuple[Choice, ...]:
    """Those of the first level that somebody is in, and those of the second below what is chosen. Where not everybody was
    counted, all that are open: somebody may be in each."""
    may_have_more = any(count.more for count in facets.categories.values())
    is_open = {one.parent_id or one.pk for one in every if one.slug == chosen}
    shown = [
        _choice(one, facets.categories.get(one.slug), chosen)
        for one in every
        if (
            one.slug in facets.categories
            or one.slug == chosen
            or one.pk in is_open
            or (may_have_more and _is_open(one))
        )
        and (one.parent is None or one.parent_id in is_open)
    ]
    return Choice("", _("All"), None, not chosen), *shown


def _choice(category: Category, count: search.Count | None, chosen: str) -> Choice:
    return Choice(category.slug, str(category), count, category.slug == chosen, is_below=category.parent is not None)


def _languages(facets: search.Facets, named: Iterable[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    """Those that most speak, then the others by their names. Where not everybody was counted, somebody may speak any."""
    most = sorted(facets.languages, key=lambda code: -facets.languages[code].number)[:LANGUAGES_FIRST]
    first = ["", *most, *([chosen] if chosen and chosen not in most else [])]
    may_have_more = any(count.more for count in facets.languages.values())
    names = dict(named)
    others = [code for code in names if code not in first and (may_have_more or code in facets.languages)]
    shown = [(code, names[code]) for code in (*first, *others)]
    choices = _choices(shown, facets.languages, chosen)
    return *choices[: len(first)], *(replace(choice, is_more=True) for choice in choices[len(first) :])


def _rates(facets: search.Facets, chosen: int | None) -> list[Choice]:
    """Highest rates that anybody fits."""
    rates = [Money(minor, settings.CURRENCY) for minor, count in facets.rates.items() if count.number]
    label = _("Up to {rate}")
    return [
        Choice(rate.typed(), label.format(rate=rate), facets.rates[rate.minor], rate.minor == chosen) for rate in rates
    ]


def _choices(
    choices: Iterable[tuple[Any, str]], counts: Mapping[Any, search.Count], chosen: int | str
) -> tuple[Choice, ...]:
    return tuple(Choice(str(value), str(label), counts.get(value), value == chosen) for value, label in choices)


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """`?q=`: what somebody who types may mean. `texts` to ask for, `experts` to go to."""
    found = search.suggest(request.GET.get("q", ""))
    response = JsonResponse(
        {
            "texts": found.texts,
            "experts": [
                {"name": expert.user.name, "headline": expert.headline, "url": reverse("profile", args=[expert.slug])}
                for expert in found.experts
            ],
        }
    )
    response["Cache-Control"] = "public, max-age=60"
    return response


@require_safe
def order(request: HttpRequest) -> HttpResponse:
    """Who comes first in the directory, and why: marketplace/search/RANKING.md for everybody."""
    return render(request, "marketplace/directory/order.html")
