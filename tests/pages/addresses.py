"""Every address of the site, taken from its tables of addresses, and who sees a page there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

from marketplace.accounts.models import User
from payouts.addresses import in_language
from tests import cast
from tests.pages.lived_in import Lived

FRAGMENT, LEADS_ON, FILE = "a part of a page", "leads to another page", "a file, or what a program reads"
# Nor is what answers 405 to everybody who may come: forms are sent there.
NO_PAGES = {
    "similar_experts": FRAGMENT,
    "suggest": FRAGMENT,
    "card_form": FRAGMENT,
    "connect_bank_return": LEADS_ON,
    "staff_members": LEADS_ON,
    "greeting_file": FILE,
    "profile_photo": FILE,
    "profile_photo_of_side": FILE,
    "profile_link_picture": FILE,
    "app_manifest": FILE,
    "robots": FILE,
    "sitemap": FILE,
    "sitemap_of_pages": FILE,
    "sitemap_of_experts": FILE,
    "healthz": FILE,
    "readyz": FILE,
    "seat": FILE,
    "receipt_pdf": FILE,
    "receipt_note_pdf": FILE,
    "top_up_pdf": FILE,
    "refund_pdf": FILE,
    "invoice_pdf": FILE,
    "credit_note_pdf": FILE,
    "statement_pdf": FILE,
    "statement_csv": FILE,
    "mfa_download_recovery_codes": FILE,
    "staff_paper_pdf": FILE,
    "staff_receipt_pdf": FILE,
    "staff_statement_pdf": FILE,
    "staff_tax_file": FILE,
}


# At addresses that last for minutes: whoever was led there comes for nothing else.
LED_THERE = {"sandbox_pay", "sandbox_prove", "sandbox_onboard", "sandbox_express"}


@dataclass
class Visitor:
    """`client` has their session. `only`: the names of the pages for which they came; None: all but LED_THERE."""

    name: str
    client: Client
    only: set[str] | None = None

    def comes_for(self, place: "Place") -> bool:
        return place.name in self.only if self.only else place.name not in LED_THERE

    def sees(self, path: str) -> tuple[bool, int]:
        """Whether it shows them a page, and not a part or a file; and the status."""
        answer = self.client.get(path)
        is_html = answer.status_code == HTTPStatus.OK and answer["Content-Type"].startswith("text/html")
        return is_html and b"<html" in answer.content, answer.status_code


@dataclass(frozen=True)
class Place:
    name: str
    parameters: frozenset[str] = field(default_factory=frozenset)


def places() -> list[Place]:
    """But those of Django's own back office."""
    return sorted(set(_walk(get_resolver().url_patterns)), key=lambda place: place.name)


def _walk(patterns, before: frozenset[str] = frozenset()) -> Iterator[Place]:
    for each in patterns:
        parameters = before | frozenset(each.pattern.regex.groupindex)
        if isinstance(each, URLResolver) and each.namespace != "admin":
            yield from _walk(each.url_patterns, parameters)
        elif isinstance(each, URLPattern):
            yield Place(each.name, parameters)


def address(place: Place, world: Lived, language: str = "en") -> str:
    if place.name in world.links:
        return in_language(urlsplit(world.links[place.name])._replace(scheme="", netloc="").geturl(), language)
    with override(language):
        known = KNOWN | world.known() | world.known_of(place.name)
        return reverse(place.name, kwargs={name: known.get(name, 1) for name in place.parameters})


KNOWN = {"slug": "bob-leroy", "step": 2, "part": "review", "side": 160}


# --- who comes ----------------------------------------------------------------------------------------------------


def session_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cast.has_just_typed_the_password(client, user)
    return client


def visitors(world: Lived) -> list[Visitor]:
    everybody: list[Visitor] = [
        Visitor("a visitor", Client()),
        Visitor("alice", session_of(world.alice)),
        Visitor("bob", session_of(world.bob)),
        Visitor("sam", session_of(world.sam)),
    ]
    return everybody + between_two_pages(world)


OF_PASSKEYS = {
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_reauthenticate_webauthn",
}


def between_two_pages(world: Lived) -> list[Visitor]:
    """Who is halfway in: each page of the way is shown only to them."""
    signs_up, by_code, two_factors, forgot = Client(), Client(), Client(), Client()
    form = {"name": "Zoe", "email": "zoe@example.test", "password1": cast.PASSWORD}
    signs_up.post("/accounts/signup/", form)
    by_code.post("/accounts/login/code/", {"email": world.alice.email})
    two_factors.post("/accounts/login/", {"login": world.bob.email, "password": cast.PASSWORD})
    forgot.post("/accounts/password/reset/", {"email": world.eve.email})
    link = next(line for line in mail.outbox[-1].body.split() if "/password/reset/key/" in line)
    forgot.get(urlsplit(link).path)
    world.links["account_reset_password_from_key"] = link.rpartition("-")[0] + "-set-password/"
    no_password = cast.member("Pia")
    no_password.set_unusable_password()
    no_password.save()
    return [
        Visitor("who was led to Stripe", Client(), LED_THERE),
        Visitor("who signs up", signs_up, {"account_email_verification_sent"}),
        Visitor("who asked for a code", by_code, {"account_confirm_login_code"}),
        Visitor("who has a second factor", two_factors, {"mfa_authenticate"}),
        Visitor("who forgot the password", forgot, {"account_reset_password_from_key"}),
        Visitor("who has no password", session_of(no_password), {"account_set_password"}),
        Visitor("who has a passkey", session_of(world.kim), OF_PASSKEYS),
        Visitor("whose review was taken down", session_of(world.eve), {"contest_review"}),
    ]
