import pytest

from marketplace.experts.models import Category
from tests import cast


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

    def test_takes_four_queries_for_a_visitor(self, home, django_assert_num_queries):
        with django_assert_num_queries(4):
            home()

    def test_takes_nine_queries_for_a_member(self, bob, signed_in, alice, django_assert_num_queries):
        client = signed_in(alice)
        with django_assert_num_queries(9):
            client.get("/")

    def test_takes_html_from_nobody(self, home, bob):
        bob.profile.headline = "<script>alert(1)</script>"
        bob.profile.save()
        assert "<script>alert" not in home().content.decode()


class AskNowTests:
    def test_the_panel_has_the_categories_and_says_what_it_needs(self, client, bob):
        page = client.get("/?category=money").content.decode()
        assert '<option value="money" selected>Money and taxes</option>' in page
        assert "Ringing needs JavaScript" in page.partition("<noscript>")[2].partition("</noscript>")[0]

    def test_only_whom_nobody_knows_is_asked_for_a_name(self, client, signed_in, alice, carla):
        asks_for_a_name = 'id="guest-name"'
        assert asks_for_a_name in client.get("/").content.decode()
        for known in (signed_in(alice), cast.browser_of(carla)):
            assert asks_for_a_name not in known.get("/").content.decode()
