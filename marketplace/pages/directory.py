"""`/`: the directory. Its address holds the whole question, so that an answer can be bookmarked and sent on.

Without JavaScript each press loads a page; htmx asks for the part that changes.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

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
from marketplace.experts import languages
from marketplace.experts.categories import in_order
from marketplace.experts.models import Category
from marketplace.pages.forms import DirectoryForm
from marketplace.search import services as search
from marketplace.sponsors import services as sponsors

FILTERS = ("category", "online", "verified", "max_rate", "lang", "stars", "near", "free")
LANGUAGES_SHOWN = 8


@dataclass(frozen=True)
class Choice:
    """Of a filter. `count` is that of who would fit; none where it is not known."""

    value: str
    label: str
    count: search.Count | None
    is_set: bool
    is_below: bool = False  # one that the one above it has


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    form = DirectoryForm(request.GET)
    question = form.query()
    found = search.find(**question, not_there=contacts.blockers_of(guests.person_of(request)))
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value and name != "page"}
    if "near" not in kept:
        kept.pop("km", None)
    asked = {
        "form": form,
        "found": found,
        "kept": kept,
        "filters_set": sum(name in kept for name in FILTERS),
        "categories": _categories(found.facets, kept.get("category", "")),
        "languages": _languages(found.facets, kept.get("lang", "")),
        "free": [
            Choice(value, label, found.facets.free.get(value), value == kept.get("free", ""))
            for value, label in form.fields["free"].choices
        ],
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


def _address(kept: dict[str, str], number: int) -> str:
    """Without what is not asked."""
    asked = kept | ({"page": str(number)} if number > 1 else {})
    return reverse("home") + (f"?{urlencode(asked)}" if asked else "")


def _categories(facets: search.Facets, chosen: str) -> list[Choice]:
    """Those of the first level that somebody is in, and those of the second below what is chosen."""
    every = in_order(Category.objects.select_related("parent"))
    is_open = {one.parent_id or one.pk for one in every if one.slug == chosen}
    shown = [
        Choice(one.slug, str(one), facets.categories.get(one.slug), one.slug == chosen, is_below=one.parent is not None)
        for one in every
        if (one.slug in facets.categories or one.slug == chosen or one.pk in is_open)
        and (one.parent is None or one.parent_id in is_open)
    ]
    return [Choice("", _("All"), None, not chosen), *shown]


def _languages(facets: search.Facets, chosen: str) -> list[Choice]:
    most = sorted(facets.languages, key=lambda code: -facets.languages[code].number)[:LANGUAGES_SHOWN]
    shown = most if not chosen or chosen in most else [*most, chosen]
    return [
        Choice("", _("All"), None, not chosen),
        *(Choice(code, languages.name(code), facets.languages.get(code), code == chosen) for code in shown),
    ]


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
