"""`/robots.txt`, and the maps by which search engines find the listed profiles (https://www.sitemaps.org/protocol.html).

A map has the profiles whose ids lie in one range of as many ids as a map may have addresses. So nothing is counted and nothing
skipped over: each map is one walk along the ids, however many come before it. They name the English pages, which name those in
other languages.
"""

from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from marketplace.experts.models import Category, Profile

ADDRESSES_MAX = 50_000  # of one map, by the protocol
KEPT_S = 3600
SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
# What is somebody's own, or a part of a page. Whoever is not to be indexed must not stand here: a page that may not be read
# cannot say so.
NOT_FOR_ROBOTS = (
    "/accounts/",
    "/admin/",
    "/become-an-expert/",
    "/calls/",
    "/demo/",
    "/earnings/",
    "/guest/",
    "/me/",
    "/meet/",
    "/orders/",
    "/r/",
    "/sandbox/",
    "/staff/",
    "/suggest/",
    "/wallet/",
    "/webhooks/",
)


@require_safe
def robots(request) -> HttpResponse:
    every = [
        path if code == settings.LANGUAGE_CODE else f"/{code}{path}"
        for code, _ in settings.LANGUAGES
        for path in NOT_FOR_ROBOTS
    ]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in every)]
    lines += [f"Sitemap: {_address(reverse('sitemap'))}"]
    return _kept("\n".join(lines) + "\n", "text/plain; charset=utf-8")


@require_safe
def index(request) -> HttpResponse:
    """One map of the site's own pages, and one for each range in which somebody is listed: a query each, and one more."""
    paths = [reverse("sitemap_of_pages"), *(reverse("sitemap_of_experts", args=[number]) for number in _inhabited())]
    return _xml("sitemapindex", "sitemap", paths)


@require_safe
def pages(request) -> HttpResponse:
    slugs = Category.objects.open().values_list("slug", flat=True)
    home = reverse("home")
    paths = [home, reverse("directory_order"), *(f"{home}?category={slug}" for slug in slugs)]
    return _xml("urlset", "url", paths)


@require_safe
def experts(request, number: int) -> HttpResponse:
    """404 where nobody is listed: a map must not be empty."""
    first = number * ADDRESSES_MAX
    if first > MOST:
        raise Http404
    found = Profile.objects.listed().filter(pk__gte=first, pk__lt=first + ADDRESSES_MAX).order_by("pk")
    slugs = list(found.values_list("slug", flat=True))
    if not slugs:
        raise Http404
    before, after = reverse("profile", args=["slug"]).split("slug")  # once, not 50 000 times
    return _xml("urlset", "url", (f"{before}{slug}{after}" for slug in slugs))


MOST = 2**63 - 1 - ADDRESSES_MAX  # what a database takes for an id


def _inhabited() -> Iterable[int]:
    listed, number = Profile.objects.listed().order_by("pk").values_list("pk", flat=True), 0
    while (pk := listed.filter(pk__gte=number * ADDRESSES_MAX).first()) is not None:
        yield pk // ADDRESSES_MAX
        number = pk // ADDRESSES_MAX + 1


def _xml(whole: str, part: str, paths: Iterable[str]) -> HttpResponse:
    """Paths of ours have no mark that XML would read."""
    rows = "\n".join(f"<{part}><loc>{_address(path)}</loc></{part}>" for path in paths)
    return _kept(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{whole} xmlns="{SCHEMA}">\n{rows}\n</{whole}>\n', "application/xml"
    )


def _address(path: str) -> str:
    return settings.SITE_URL + path


def _kept(text: str, content_type: str) -> HttpResponse:
    response = HttpResponse(text, content_type=content_type)
    response["Cache-Control"] = f"public, max-age={KEPT_S}"
    return response
