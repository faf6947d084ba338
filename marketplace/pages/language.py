"""The language of a page is that of its address: `/fr/...` is French, without a prefix it is English. The other one is offered
on every page, never forced; a member who takes it gets their mails in it too."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_request, override
from django.views.decorators.http import require_POST

from marketplace.accounts import guests
from marketplace.accounts import services as accounts
from payouts.addresses import in_language, language_of

NAMES = dict(settings.LANGUAGES)
LOCALES = {"en": "en_GB", "fr": "fr_FR"}  # as Open Graph names them


def middleware(get_response: Callable) -> Callable:
    def answer(request: HttpRequest) -> HttpResponse:
        request.LANGUAGE_CODE = language_of(request.path_info)
        with override(request.LANGUAGE_CODE):
            response = get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Accept-Language"])  # the offer of another language stands in the page
        return response

    return answer


def of_page(request: HttpRequest) -> dict:
    """For every template: `site_languages`, each with this page's path and, without what was asked of it, its address; `offered`,
    the one that the reader seems to prefer.

    No page of an address of its own (404) has others: there `site_languages` lead to the first page.
    """
    is_page = request.method in ("GET", "HEAD") and request.resolver_match is not None
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    shown = of_address(request)
    preferred = _preferred(request)
    return {
        "site_languages": shown,
        "offered": next((one for one in shown if one["code"] == preferred != language), None),
        "is_page": is_page,
        "site_url": settings.SITE_URL,
    }


def of_address(request: HttpRequest, named: Mapping[str, str] | None = None) -> list[dict]:
    """`site_languages` of a page whose address has `named`, of what was asked of it: a page of its own for search engines."""
    is_page = request.method in ("GET", "HEAD") and request.resolver_match is not None
    path = request.get_full_path() if is_page else "/"
    address = (request.path + (f"?{urlencode(named)}" if named else "")) if is_page else "/"
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    return [
        {
            "code": code,
            "name": name,
            "path": in_language(path, code),
            "address": in_language(address, code),
            "locale": LOCALES[code],
            "is_this": code == language,
            "is_default": code == settings.LANGUAGE_CODE,
        }
        for code, name in settings.LANGUAGES
    ]


def _preferred(request: HttpRequest) -> str:
    """What the member chose, else what the browser asks for first of ours; without a word of either, that of the page."""
    if getattr(request, "user", None) and request.user.is_authenticated:
        return request.user.language
    return get_language_from_request(request) if request.headers.get("Accept-Language") else ""


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """`language`, remembered for whoever has an account or a name here, and `next`, the page to see in it: with what was asked
    of it, which the browser tells, for a page does not repeat what any link may have put into its address."""
    language = request.POST.get("language", "")
    if language not in NAMES:
        return redirect("home")
    if person := guests.person_of(request):
        accounts.speak(person=person, language=language)
    back = request.POST.get("next", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    came_from = urlsplit(request.headers.get("Referer", ""))
    path = back.partition("?")[0]
    query = f"?{came_from.query}" if came_from.query and _is_same_page(came_from.path, path) else ""
    return redirect(in_language((f"{path}{query}" if query else back) if is_ours else "/", language))


def _is_same_page(one: str, other: str) -> bool:
    return in_language(one, settings.LANGUAGE_CODE) == in_language(other, settings.LANGUAGE_CODE)
