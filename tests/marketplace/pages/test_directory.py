import re

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from marketplace.experts import services as experts
from marketplace.experts.models import Category
from marketplace.reviews.models import Rating
from marketplace.search import index
from marketplace.search import services as search
from tests import cast
from tests.marketplace.search.hostile import HOSTILE, NO_TEXT


@pytest.fixture
def home(client, bob):
    return lambda **asked: client.get("/", asked)


class DirectoryTests:
    def test_shows_an_expert_as_one_link(self, home):
        page = home().content.decode()
        assert page.count('href="/experts/bob-leroy/"') == 1
        assert "Helps with taxes" in page
        assert "€2.00" in page

    def test_has_the_search_field_by_its_name(self, home):
        assert "Search experts" in home().content.decode()

    @pytest.mark.parametrize(
        "asked",
        [
            {"page": "-1"},
            {"page": "two"},
            {"page": "9" * 40},
            {"max_rate": "-5"},
            {"max_rate": "1e9"},
            {"lang": "xx"},
            {"category": "nowhere"},
            {"sort": "password"},
            {"q": "\x00"},
            {"q": "x" * 5000},
            {"online": "maybe"},
        ],
    )
    def test_odd_questions_are_answered(self, home, asked):
        assert home(**asked).status_code == 200

    def test_tells_what_is_wrong_with_a_rate_and_leaves_it_out(self, home):
        page = home(max_rate="cheap").content.decode()
        assert "Type an amount such as 2.50." in page
        assert "Bob Leroy" in page

    @pytest.mark.parametrize("wrong", [{"max_rate": "cheap"}, {"near": "Xyzzyville"}])
    def test_filters_stand_open_where_one_of_them_is_wrong(self, home, wrong):
        assert 'id="facets" open' in home(**wrong).content.decode()
        assert 'id="facets" open' not in home(max_rate="5", near="Lyon", page="two").content.decode()

    def test_without_a_place_the_order_that_is_shown_is_that_which_holds(self, home, client):
        best, nearest = '<option value="" selected>Best first', '<option value="near" selected>Nearest'
        for asked in ({}, {"near": ""}, {"near": "Xyzzyville"}):
            page = home(sort="near", **asked).content.decode()
            assert best in page
            assert nearest not in page
        assert nearest in home(sort="near", near="Lyon").content.decode()
        answer = client.get("/", {"sort": "near", "q": "taxes"}, headers={"HX-Request": "true"})
        assert answer["HX-Push-Url"] == "/?q=taxes"

    def test_says_when_nobody_fits(self, home):
        assert "Nobody fits all of this" in home(q="zither").content.decode()

    def test_invites_the_first_expert(self, client, db):
        assert "No experts yet" in client.get("/").content.decode()

    def test_keeps_the_question_when_paging(self, home):
        Category.objects.get_or_create(slug="money", defaults={"name": "Money"})
        for number in range(30):
            cast.expert(f"Expert{number} Number")
        page = home(category="money").content.decode()
        assert "?category=money&amp;page=2" in page
        assert "Page 1 of 2" in page

    def test_takes_few_queries_for_a_visitor(self, home, django_assert_num_queries):
        home()
        with django_assert_num_queries(9):
            home()

    def test_takes_few_queries_for_a_member(self, bob, signed_in, alice, django_assert_num_queries):
        client = signed_in(alice)
        search.find()
        with django_assert_num_queries(14):
            client.get("/")

    def test_words_take_few_more(self, home, django_assert_num_queries):
        home(q="taxes")
        with django_assert_num_queries(8):
            home(q="taxes")

    def test_takes_html_from_nobody(self, home, bob):
        bob.profile.headline = "<script>alert(1)</script>"
        bob.profile.save()
        assert "<script>alert" not in home().content.decode()


class FacetTests:
    def test_each_choice_tells_how_many_would_fit(self, home):
        cast.expert("Carl Novak")
        page = " ".join(home(category="money").content.decode().split())
        assert re.search(
            r'value="money".{0,60}checked> <span>Money.{0,40}</span> <span class="facet-count">2</span>', page
        )
        assert re.search(r'value="en".{0,60}> <span>English</span> <span class="facet-count">2</span>', page)

    def test_rates_and_stars_tell_too_how_many_would_fit(self, home):
        carl = cast.expert("Carl Novak", rate_minor=90)
        Rating.objects.create(expert=carl, number=2, total=9, fours=1, fives=1)
        index.refresh([carl.profile.pk])
        page = " ".join(home().content.decode().split())
        assert re.search(r'\?max_rate=1.00"[^>]*>Up to €1.00</a> <span class="facet-count">1</span>', page)
        assert re.search(r'\?max_rate=2.00"[^>]*>Up to €2.00</a> <span class="facet-count">2</span>', page)
        assert re.search(r'value="40".{0,40}<span>4.0 stars and more</span> <span class="facet-count">1</span>', page)

    def test_the_counts_of_a_filter_do_not_shrink_by_itself(self, home):
        cast.expert("Carl Novak", rate_minor=90)
        page = " ".join(home(max_rate="1.00").content.decode().split())
        assert re.search(r'max_rate=1.00" aria-current="true">Up to €1.00</a> <span class="facet-count">1<', page)
        assert re.search(r'max_rate=2.00">Up to €2.00</a> <span class="facet-count">2<', page)

    def test_distances_tell_how_many_would_fit_where_a_place_is_asked_for(self, home, bob):
        experts.put_on_map(bob.profile, "Bruxelles")
        bob.profile.save()
        page = home(near="Brussels").content.decode()
        assert '<option value="10">10 km (1)</option>' in page
        assert '<option value="25" selected>25 km (1)</option>' in page
        assert '<option value="10">10 km (' not in home().content.decode()

    def test_beyond_the_cap_no_choice_is_missing(self, home, monkeypatch):
        Category.objects.create(slug="closed", name="Closed", kind="closed")
        plants = Category.objects.create(slug="plants", name="Plants")
        zoe = cast.expert("Zoe Gardener").profile
        zoe.category, zoe.languages = plants, ["lb"]
        zoe.save()
        monkeypatch.setattr("marketplace.search.facets.CAP", 1)
        page = " ".join(home().content.decode().split())
        assert re.search(r'value="(plants|money)".{0,60}</span> <span class="facet-count">1\+</span>', page)
        for choice in ("category-plants", "category-money", "lang-lb", "lang-en", "lang-sw"):
            assert f'id="{choice}"' in page
        assert 'id="category-closed"' not in page

    def test_a_ninth_language_is_behind_a_press(self, home, bob):
        bob.profile.languages = ["en", "fr", "de", "nl", "es", "it", "pt", "pl", "lb"]
        bob.profile.save()
        page = home().content.decode()
        first, _, more = page.partition('id="lang-all"')[2].partition("<details>")
        assert len(re.findall('id="lang-', first)) == 8
        assert len(re.findall('id="lang-', more)) == 1
        assert 'id="lang-sw"' not in page

    def test_what_is_no_choice_is_not_shown_as_one(self, home):
        page = home(lang="call 0900 now", category="call 0900 now", free="call 0900 now").content.decode()
        assert "0900 now<" not in page
        assert 'id="lang-call' not in page
        assert 'id="facets-count"></span>' in page

    def test_htmx_gets_the_part_that_changes_and_the_address_to_show(self, client, bob):
        answer = client.get("/", {"q": "taxes", "category": "", "page": ""}, headers={"HX-Request": "true"})
        page = answer.content.decode()
        assert "<html" not in page
        assert 'id="found"' in page
        assert answer["HX-Push-Url"] == "/?q=taxes"
        assert "HX-Request" in answer["Vary"]

    def test_what_htmx_listens_at_is_not_what_it_replaces(self, home, client):
        listens_at = re.search(r'hx-trigger="[^"]*from:#([\w-]+)"', home().content.decode())[1]
        part = client.get("/", headers={"HX-Request": "true"}).content.decode()
        assert f'id="{listens_at}"' in home().content.decode()
        assert f'id="{listens_at}"' not in part

    def test_the_other_language_keeps_what_is_asked_now(self, client, bob):
        page = client.get("/", {"q": "taxes"}, headers={"HX-Request": "true", "Accept-Language": "fr"}).content.decode()
        parts = page.partition('id="languages"')[2].partition('id="language-offer"')
        for part in (parts[0], parts[2]):
            assert 'hx-swap-oob="outerHTML"' in part
            assert 'href="/fr/?q=taxes"' in part

    def test_going_back_gets_a_whole_page(self, client, bob):
        headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        assert "<html" in client.get("/", headers=headers).content.decode()


class WordsTests:
    def test_of_a_long_question_the_beginning_counts(self, home):
        page = home(q="tax " + "and so on " * 100).content.decode()
        assert "Helps with <mark>taxes</mark>" in page
        assert "Nobody fits" in home(q="zither" + " zither" * 15).content.decode()

    def test_without_words_the_list_says_what_its_order_is(self, home):
        page = home().content.decode()
        assert '<a href="/ranking/">Who comes first, and why</a>' in page.partition('id="found"')[0]

    def test_what_was_looked_for_is_marked_and_where_it_stands_is_told(self, home):
        page = home(q="tax").content.decode()
        assert "Helps with <mark>taxes</mark>" in page
        assert "Found in: headline" in page

    @pytest.mark.parametrize(
        ("asked", "part"),
        [
            ("half an hour", "what is offered"),
            ("argent", "category"),
            ("everyday life", "category"),
            ("wifi", "about"),
        ],
    )
    def test_each_part_by_which_somebody_is_found_is_told(self, home, bob, asked, part):
        above = Category.objects.create(slug="life", name="Everyday life")
        Category.objects.filter(slug="money").update(name_fr="Argent et impôts", parent=above)
        bob.profile.bio = "I know Wi-Fi too."
        bob.profile.save()
        index.refresh([bob.profile.pk])
        page = home(q=asked).content.decode()
        assert f"Found in: {part}" in page
        if part == "about":
            assert "<mark>Wi</mark>-<mark>Fi</mark>" in page

    def test_beginnings_of_words_are_marked_as_what_they_were_taken_for(self, home, bob):
        bob.profile.headline = "Plombier à Lyon"
        bob.profile.save()
        page = home(q="plom lyon").content.decode()
        assert "<mark>Plombier</mark> à <mark>Lyon</mark>" in page
        assert "Found in: headline" in page

    @pytest.mark.parametrize(
        ("written", "asked", "marked"),
        [
            ("Starts coworking days", "co-working", "<mark>coworking</mark>"),
            ("Starts co-working days", "coworking", "<mark>co</mark>-<mark>working</mark>"),
            ("Teaches C++ and C", "c++", "Teaches <mark>C++</mark> and C<"),
        ],
    )
    def test_what_is_found_whatever_its_hyphen_is_marked(self, home, bob, written, asked, marked):
        bob.profile.headline = written
        bob.profile.save()
        assert marked in home(q=asked).content.decode()

    def test_a_typing_error_is_told(self, home):
        page = home(q="taxxes ").content.decode()
        assert "Nobody here writes <s>taxxes</s>. These experts have <strong>taxes</strong>." in page

    def test_what_is_marked_is_still_no_html(self, home, bob):
        bob.profile.headline = "Taxes <b>&amp; <script>taxes</script>"
        bob.profile.save()
        page = home(q="taxes").content.decode()
        assert "<mark>Taxes</mark> &lt;b&gt;&amp;amp; &lt;script&gt;<mark>taxes</mark>&lt;/script&gt;" in page

    def test_html_that_is_looked_for_is_not_repeated_as_html(self, home):
        assert "<script>alert" not in home(q='"><script>alert(1)</script>').content.decode()

    @pytest.mark.parametrize("text", HOSTILE)
    def test_whatever_is_typed_is_answered_with_a_page(self, home, client, text):
        assert home(q=text).status_code == 200
        assert client.get("/suggest/", {"q": text}).status_code == 200

    @pytest.mark.parametrize("page", ["/", "/suggest/"])
    @pytest.mark.parametrize("text", NO_TEXT)
    def test_what_is_no_text_is_answered_with_a_page(self, client, bob, page, text):
        assert client.get(f"{page}?q={text}").status_code == 200


class SuggestTests:
    def test_words_and_names_are_proposed(self, client, bob):
        told = client.get("/suggest/", {"q": "help with ta"}).json()
        assert told == {"texts": ["help with talk", "help with tax", "help with taxes"], "experts": []}
        told = client.get("/suggest/", {"q": "bob l"}).json()
        assert [expert["url"] for expert in told["experts"]] == ["/experts/bob-leroy/"]

    def test_takes_two_queries(self, client, bob, django_assert_num_queries):
        with django_assert_num_queries(2):
            client.get("/suggest/", {"q": "tax"})

    def test_a_single_letter_and_a_finished_word_propose_nothing(self, client, bob):
        for typed in ("t", "taxes ", "", "  "):
            assert client.get("/suggest/", {"q": typed}).json() == {"texts": [], "experts": []}


class CategoryTests:
    def test_those_below_stand_there_once_the_one_above_is_chosen(self, home, bob):
        above = Category.objects.create(slug="life", name="Everyday life")
        Category.objects.filter(slug="money").update(parent=above)
        assert 'id="category-money"' not in home().content.decode()
        for chosen in ("life", "money"):
            page = home(category=chosen).content.decode()
            assert 'id="category-life"' in page
            assert 'id="category-money"' in page
            assert "Bob Leroy" in page

    def test_a_chosen_one_that_nobody_is_in_stands_below_the_one_above_it(self, home, bob):
        above = Category.objects.create(slug="life", name="Everyday life")
        Category.objects.create(slug="fish", name="Fish", parent=above)
        page = home(category="fish").content.decode()
        assert page.index('id="category-life"') < page.index('id="category-fish"')

    def test_they_are_in_the_order_of_their_names_in_the_language_of_the_page(self, client, bob):
        Category.objects.create(slug="zoo", name="A zoo", name_fr="Zoo")
        writing = Category.objects.create(slug="writing", name="Writing", name_fr="Écriture")
        Category.objects.create(slug="letters", name="Letters", name_fr="Courrier", parent=writing)
        for page, slugs in (
            ("/", ["zoo", "money", "writing", "letters"]),
            ("/fr/", ["writing", "letters", "money", "zoo"]),  # its name in French is missing: Money and taxes
        ):
            choices = client.get(page).content.decode().partition('id="ask-category"')[2].partition("</select>")[0]
            assert re.findall(r'value="(\w+)"', choices) == slugs

    def test_a_page_of_a_category_is_one_of_its_own(self, client, bob):
        Category.objects.update(name_fr="Argent et impôts")
        for path, name in (("/", "Money and taxes"), ("/fr/", "Argent et impôts")):
            page = client.get(f"{path}?category=money&sort=rate").content.decode()
            assert f"{name}" in page.partition("<title>")[2].partition("</title>")[0]
            assert f'<h1 id="directory-title">{name}</h1>' in page
            assert f'<link rel="canonical" href="{settings.SITE_URL}{path}?category=money">' in page
            assert f'hreflang="fr" href="{settings.SITE_URL}/fr/?category=money"' in page
        Category.objects.create(slug="closed", name="Closed", kind="closed")
        for asked in ("", "?category=nowhere", "?category=closed", "?q=taxes"):
            page = client.get(f"/{asked}").content.decode()
            assert f'<link rel="canonical" href="{settings.SITE_URL}/">' in page

    def test_htmx_gets_the_title_and_heading_of_a_category(self, client, bob):
        page = client.get("/", {"category": "money"}, headers={"HX-Request": "true"}).content.decode()
        assert "<title>Money and taxes: experts you can call now · Ringwise</title>" in page
        assert '<h1 id="directory-title" hx-swap-oob="innerHTML">Money and taxes</h1>' in page

    def test_a_third_level_is_refused(self, bob):
        above = Category.objects.create(slug="life", name="Everyday life")
        money = Category.objects.get(slug="money")
        money.parent = above
        money.full_clean()
        money.save()
        third = Category(slug="tax", name="Tax", parent=money)
        with pytest.raises(ValidationError, match="two levels"):
            third.full_clean()
        above.parent = Category.objects.create(slug="all", name="All")
        with pytest.raises(ValidationError, match="two levels"):
            above.full_clean()


class RatingTests:
    def test_the_stars_are_told_in_the_language_of_the_page(self, client, bob):
        assert "4.5 stars and more" in client.get("/").content.decode()
        assert "4,5 étoiles et plus" in client.get("/fr/").content.decode()


class PlaceTests:
    def test_a_place_is_understood_in_each_language(self, home, bob):
        experts.put_on_map(bob.profile, "Bruxelles")
        bob.profile.save()
        for written in ("Brussels", "Brussel"):
            assert "Bob Leroy" in home(near=written, km="10").content.decode()
        assert "Nobody fits" in home(near="Lyon").content.decode()

    @pytest.mark.parametrize(
        "asked", ["taxes near Brussels", "taxes in Brussels", "impôts près de Bruxelles", "impôts à Bruxelles"]
    )
    def test_a_place_among_the_words_is_looked_for_on_profiles(self, home, bob, asked):
        bob.profile.place = "Bruxelles"
        experts.put_on_map(bob.profile, "Bruxelles")
        bob.profile.save()
        page = home(q=asked).content.decode()
        assert "Bob Leroy" in page
        assert "Nobody has all of these words" not in page
        assert "place" in page.partition("Found in:")[2].partition("<")[0]

    def test_an_unknown_place_is_told_and_left_out(self, home):
        for written in ("Xyzzyville", "💸", "a" * 5_000, "\x00"):
            page = home(near=written).content.decode()
            assert "Bob Leroy" in page
        assert "We do not know this place." in home(near="Xyzzyville").content.decode()

    def test_25_km_are_proposed(self, home):
        assert '<option value="25" selected>' in home().content.decode()


class AskNowTests:
    def test_the_panel_has_the_categories_and_says_what_it_needs(self, client, bob):
        page = client.get("/?category=money").content.decode()
        assert '<option value="money" selected>Money and taxes</option>' in page
        assert "Ringing needs JavaScript" in page.partition("<noscript>")[2].partition("</noscript>")[0]

    def test_a_category_is_chosen_and_not_the_first_of_them(self, client, bob):
        assert '<option value="">Choose one</option>' not in client.get("/").content.decode()  # there is but one
        Category.objects.create(slug="arts", name="Arts")
        Category.objects.create(slug="closed", name="Closed", kind="closed")
        page = client.get("/").content.decode()
        assert '<option value="">Choose one</option><option value="arts">' in page
        assert 'value="closed"' not in page

    def test_only_whom_nobody_knows_is_asked_for_a_name(self, client, signed_in, alice, carla):
        asks_for_a_name = 'id="guest-name"'
        assert asks_for_a_name in client.get("/").content.decode()
        for known in (signed_in(alice), cast.browser_of(carla)):
            assert asks_for_a_name not in known.get("/").content.decode()
