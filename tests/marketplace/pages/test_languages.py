"""Every page in every language: French under /fr/, English without a prefix; each says where the other one is."""

import json
import re
from collections.abc import Iterator
from functools import partialmethod
from html import unescape
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.translation import override

from calls.asking import services as asking
from marketplace import catalogs
from marketplace.experts.models import Category
from payouts.mail import services as mail
from tests import cast
from tests.calls.metering.world import Story

pytestmark = pytest.mark.django_db
AT_HOME = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}
FRENCH = {"HTTP_ACCEPT_LANGUAGE": "fr-FR,fr;q=0.9,en;q=0.5"}
ENGLISH_WORDS = re.compile(r"\b(the|you|your|are|with|this|not|have|from|what|they|their)\b", re.IGNORECASE)
SHOWN_ATTRIBUTES = {"aria-label", "title", "placeholder", "alt"}
# What the people of the tests wrote themselves.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TOLD_BY_LETTERS = 8  # that a text with placeholders must have besides, or it could be of any language
WRITTEN = {"Twenty years of practice, plain words.", "Helps with taxes", "Half an hour on your tax return"}


class Shown(HTMLParser):
    """What a reader of the page sees or hears, piece by piece."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.pieces += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]
        if tag in ("script", "style"):
            self.inside.append("for programs" if dict(attrs).get("type") == "application/ld+json" else tag)
        if tag == "option" or dict(attrs).get("lang") == "en":
            self.inside.append("of another language" if dict(attrs).get("lang") == "en" else "")

    def handle_endtag(self, tag) -> None:
        if self.inside and ((tag in ("script", "style", "a", "button", "span") and self.inside[-1]) or tag == "option"):
            self.inside.pop()

    def handle_data(self, data) -> None:
        if "for programs" in self.inside:
            return
        if "script" in self.inside:
            if data.lstrip().startswith("{"):
                self.pieces += list(_texts(json.loads(data)))
        elif "of another language" not in self.inside:
            self.pieces.append(" ".join(data.split()))


def _texts(found) -> list[str]:
    if isinstance(found, dict):
        return [text for value in found.values() for text in _texts(value)]
    if isinstance(found, list):
        return [text for value in found for text in _texts(value)]
    return [found] if isinstance(found, str) else []


class English:
    """The texts that are otherwise in French, as far as they can be told by themselves, with whatever stands in them."""

    def __init__(self) -> None:
        self.exact: set[str] = set()
        self.filled: list[tuple[str, re.Pattern[str]]] = []  # by its longest fixed part
        for text in self._texts():
            fixed = PLACEHOLDER.split(text)
            if len(fixed) == 1:
                self.exact |= {text} if len(text) > 3 else set()
            elif sum(letter.isalpha() for letter in "".join(fixed)) >= TOLD_BY_LETTERS:
                self.filled.append((max(fixed, key=len), re.compile(".+?".join(map(re.escape, fixed)))))
        self.told: dict[str, bool] = {}

    def _texts(self) -> Iterator[str]:
        for message in catalogs.kept("fr"):
            forms = (message.id, message.string)
            english, french = (form if isinstance(form, list | tuple) else [form] for form in forms)
            yield from (" ".join(text.split()) for text in english if text and text not in french)

    def has(self, piece: str) -> bool:
        if piece not in self.told:
            filled = any(fixed in piece and pattern.fullmatch(piece) for fixed, pattern in self.filled)
            self.told[piece] = filled or piece in self.exact or bool(ENGLISH_WORDS.search(piece))
        return self.told[piece]


@pytest.fixture(scope="module")
def in_english() -> English:
    return English()


@pytest.fixture
def people() -> None:
    """Whoever the pages show, in a category that has a name in French."""
    cast.bob()
    Category.objects.update(name_fr="Argent et impôts")


def left_in_english(page: str, in_english: English) -> list[str]:
    pieces = {_without_what_people_wrote(unescape(piece)).strip() for piece in Shown(page).pieces}
    return sorted(piece for piece in pieces if in_english.has(piece) or "Money and taxes" in piece)


def _without_what_people_wrote(piece: str) -> str:
    for written in WRITTEN:
        piece = piece.replace(written, "")
    return piece


def plain_addresses() -> list[str]:
    """Every page of the site that needs no number or name in its address, but those of others' back office."""
    with override("fr"):
        return sorted({address for address in _walk(get_resolver().url_patterns, "/") if "<" not in address})


def _walk(patterns, before: str):
    for one in patterns:
        here = before + str(one.pattern)
        if here.startswith("/fr/admin/"):
            continue
        if hasattr(one, "url_patterns"):
            yield from _walk(one.url_patterns, here)
        else:
            yield here


PLAIN = [address for address in plain_addresses() if address.startswith("/fr/")]


def check(client: Client, address: str, in_english: English) -> int:
    """Answers with the status; a page must be French throughout."""
    answer = client.get(address)
    if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
        assert answer.status_code in (200, 302, 403, 404, 405), address
        if answer.status_code == 302:
            assert answer["Location"].startswith(("/fr/", "http")), (address, answer["Location"])
        return answer.status_code
    page = answer.content.decode()
    if "<html" in page:
        assert '<html lang="fr"' in page, address
        assert answer["Content-Language"] == "fr"
    assert left_in_english(page, in_english) == [], address
    return 200


def back_office(signed_in) -> Client:
    """Of sam, who has just typed his password once more."""
    sam = cast.sam()
    client = signed_in(sam)
    cast.has_just_typed_the_password(client, sam)
    return client


class ToldTests:
    @pytest.mark.parametrize(
        "left",
        ["4.5 stars and more", "Nothing is sold in Argent et impôts, so there is no price to set.", "Online now"],
    )
    def test_what_is_left_in_english_is_found(self, in_english, left):
        assert left_in_english(f"<p>{left}</p>", in_english) == [left]

    @pytest.mark.parametrize("french", ["4,5 étoiles et plus", "25 km", "Alice Martin", "12 min 3 s", "1+"])
    def test_what_is_french_or_of_any_language_is_not(self, in_english, french):
        assert left_in_english(f"<p>{french}</p>", in_english) == []


class SocketTests:
    def test_what_a_page_is_told_of_an_ask_is_french(self, alice, people, now):
        cast.online(cast.bob())
        asking.ask(caller=alice, category="money", line="Mon bail", max_rate_minor=None, now=now)
        with override("fr"):
            assert asking.asking_state(user=alice, now=now)["category"] == "Argent et impôts"


@pytest.mark.usefixtures("people")
class FrenchTests:
    @pytest.mark.parametrize("address", PLAIN)
    def test_every_page_is_french_for_whoever_may_see_it(
        self, address, client, signed_in, proven, in_english, settings, monkeypatch
    ):
        if address.startswith(("/fr/demo/", "/fr/sandbox/")):  # on this machine alone
            settings.DEMO = settings.DEBUG = True
            monkeypatch.setattr(Client, "request", partialmethod(Client.request, **AT_HOME))
        answers = [check(one, address, in_english) for one in (client, proven(cast.bob()), back_office(signed_in))]
        assert set(answers) & {200, 302, 405}

    def test_pages_of_a_call_and_of_people_are_french(self, client, signed_in, in_english):
        cast.alice()
        cast.User.objects.update(language="fr")  # what a payer agrees to stays in the language in which they read it
        story = Story()
        story.go_paid().after(120)
        room = f"/fr/r/{story.call.room.code}/"
        assert check(signed_in(story.alice), room, in_english) == 200
        assert check(signed_in(story.bob), room, in_english) == 200
        story.back_to_free()
        story.after(5).hang_up()
        receipt = f"/fr/calls/{story.call.id}/"
        bob, alice, sam = signed_in(story.bob), signed_in(story.alice), back_office(signed_in)
        for one in (alice, bob):
            for address in (receipt, "/fr/me/", "/fr/wallet/", "/fr/earnings/", "/fr/experts/bob-leroy/"):
                check(one, address, in_english)
        assert check(client, "/fr/experts/bob-leroy/", in_english) == 200
        assert check(alice, "/fr/experts/bob-leroy/review/", in_english) == 200
        check(alice, f"/fr/calls/{story.call.id}/contest/period:{story.period_id}/", in_english)
        check(bob, f"/fr/calls/{story.call.id}/give-back/period:{story.period_id}/", in_english)
        for address in (f"members/{story.alice.id}/money/", f"members/{story.bob.id}/money/", "audit/"):
            check(sam, f"/fr/staff/{address}", in_english)

    def test_the_back_office_of_tables_is_french(self, ada, signed_in):
        page = signed_in(ada).get("/fr/admin/").content.decode()
        assert '<html lang="fr"' in page

    def test_sums_and_dates_are_written_as_the_french_write_them(self, client, bob):
        page = client.get("/fr/experts/bob-leroy/").content.decode()
        assert "2,00\xa0€" in page and "€2.00" not in page
        assert "€2.00" in client.get("/experts/bob-leroy/").content.decode()

    def test_categories_have_their_french_names(self, client, bob):
        Category.objects.update(name_fr="Argent et impôts")
        assert "Argent et impôts" in client.get("/fr/").content.decode()
        assert "Money and taxes" in client.get("/").content.decode()

    def test_what_is_not_there_is_said_in_french(self, client, in_english):
        answer = client.get("/fr/nowhere/")
        assert answer.status_code == 404
        assert left_in_english(answer.content.decode(), in_english) == []

    def test_one_request_leaves_nothing_to_the_next(self, client, bob):
        client.get("/fr/")
        assert reverse("home") == "/"
        assert '<html lang="en"' in client.get("/").content.decode()


class LinkTests:
    @pytest.mark.parametrize(("path", "locale"), [("/", "en_GB"), ("/fr/", "fr_FR")])
    def test_a_public_page_names_itself_and_the_same_in_every_language(self, client, bob, path, locale):
        page = client.get(f"{path}experts/bob-leroy/?reviews=2").content.decode()
        site = settings.SITE_URL
        links = re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)"', page)
        english, french = f"{site}/experts/bob-leroy/", f"{site}/fr/experts/bob-leroy/"
        assert sorted(links) == [("en", english), ("fr", french), ("x-default", english)]
        assert f'<link rel="canonical" href="{french if path == "/fr/" else english}">' in page
        assert f'<meta property="og:locale" content="{locale}">' in page

    def test_a_page_that_is_not_there_has_no_address(self, client):
        assert 'rel="canonical"' not in client.get("/fr/nowhere/").content.decode()

    @pytest.mark.parametrize("path", ["/experts/bob-leroy/photo", "/healthz", "/webhooks/stripe/", "/language/"])
    def test_what_has_no_words_has_one_address(self, client, bob, path):
        assert client.get(f"/fr{path}").status_code == 404

    def test_an_address_without_its_last_slash_finds_the_page(self, client):
        assert client.get("/fr")["Location"] == "/fr/"


class ChoosingTests:
    def test_a_visitor_is_led_to_the_same_page_with_the_same_question(self, client, bob):
        page = client.get("/?q=taxes&online=on").content.decode()
        assert 'href="/fr/?q=taxes&amp;online=on" hreflang="fr" lang="fr">Français</a>' in page
        page = client.get("/fr/?q=taxes").content.decode()
        assert 'href="/?q=taxes" hreflang="en" lang="en">English</a>' in page

    def test_a_browser_that_asks_for_french_is_offered_it_and_not_carried_there(self, client):
        answer = client.get("/", **FRENCH)
        assert answer.status_code == 200
        assert "Cette page en français" in answer.content.decode()
        assert "Accept-Language" in answer["Vary"]

    def test_nobody_is_offered_what_they_read_already(self, client):
        assert "language-offer" not in client.get("/fr/", **FRENCH).content.decode()
        assert "language-offer" not in client.get("/").content.decode()
        assert "language-offer" not in client.get("/", HTTP_ACCEPT_LANGUAGE="de").content.decode()

    def test_a_members_choice_is_remembered(self, signed_in, alice):
        page = {"HTTP_REFERER": f"{settings.SITE_URL}/wallet/?return=/me/"}
        answer = signed_in(alice).post("/language/", {"language": "fr", "next": "/fr/wallet/"}, **page)
        assert answer["Location"] == "/fr/wallet/?return=/me/"
        alice.refresh_from_db()
        assert alice.language == "fr"
        assert "Cette page en français" in signed_in(alice).get("/wallet/").content.decode()

    @pytest.mark.parametrize(
        ("came_from", "address"),
        [
            ("/?q=tax&category=money", "/fr/?q=tax&category=money"),
            ("", "/fr/?category=money"),
            ("/me/?x=1", "/fr/?category=money"),
        ],
    )
    def test_a_member_keeps_what_the_directory_is_asked(self, signed_in, alice, came_from, address):
        page = {"HTTP_REFERER": f"{settings.SITE_URL}{came_from}"} if came_from else {}
        answer = signed_in(alice).post("/language/", {"language": "fr", "next": "/?category=money"}, **page)
        assert answer["Location"] == address

    def test_a_guests_too(self, carla):
        cast.browser_of(carla).post("/language/", {"language": "fr", "next": "/"})
        carla.refresh_from_db()
        assert carla.language == "fr"

    @pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", ""])
    def test_it_leads_to_no_other_site(self, client, back):
        assert client.post("/language/", {"language": "fr", "next": back})["Location"] == "/fr/"

    @pytest.mark.parametrize("language", ["de", "", "fr-CA", "../x"])
    def test_a_language_that_there_is_not_changes_nothing(self, signed_in, alice, language):
        assert signed_in(alice).post("/language/", {"language": language, "next": "/me/"})["Location"] == "/"
        alice.refresh_from_db()
        assert alice.language == "en"

    def test_signing_in_stays_in_the_language_of_the_page(self, client, alice):
        assert client.get("/fr/wallet/")["Location"] == "/fr/accounts/login/?next=/fr/wallet/"
        answer = client.post("/fr/accounts/login/", {"login": alice.email, "password": cast.PASSWORD})
        assert answer["Location"] == "/fr/"

    def test_who_signs_up_on_a_french_page_gets_french_mails(self, client, db):
        form = {"name": "Zoé", "email": "zoe@example.test", "password1": cast.PASSWORD}
        client.post("/fr/accounts/signup/", form)
        zoe = cast.User.objects.get(email="zoe@example.test")
        assert zoe.language == "fr"
        assert not ENGLISH_WORDS.search(outbox.outbox[-1].body)


class MailTests:
    def test_mails_are_in_the_readers_language_with_links_to_its_pages(self, alice, now):
        alice.language = "fr"
        alice.save()
        facts = {"sum": mail.Money(300, "EUR"), "link": "/calls/7/", "release": now, "other": "Bob", "side": "payer"}
        payload = {"member": alice.pk, "template": "tip", "address": ""}
        mail.send(payload | {"facts": {name: mail._kept(fact) for name, fact in facts.items()}}, key="x")
        sent = outbox.outbox[-1]
        assert f"{settings.SITE_URL}/fr/calls/7/" in sent.body
        assert "3,00\xa0€" in sent.body
        assert not ENGLISH_WORDS.search(sent.subject + sent.body)

    def test_allauths_too_whatever_the_language_of_the_page(self, client, alice):
        alice.language = "fr"
        alice.save()
        client.post("/accounts/password/reset/", {"email": alice.email})
        assert "/fr/accounts/password/reset/key/" in outbox.outbox[-1].body
        assert not ENGLISH_WORDS.search(outbox.outbox[-1].body)
