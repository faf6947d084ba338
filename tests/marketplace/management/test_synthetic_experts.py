"""`manage.py demo --experts 200`: rows like real members', found by search, the same for the same seed; never among members."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.experts.models import Category, Presence, Profile
from marketplace.listings.models import Listing
from marketplace.management.demo_data.synthetic import filling, trades
from marketplace.management.demo_data.synthetic.chance import seeded, zipf
from marketplace.management.demo_data.synthetic.person import Maker
from marketplace.management.processes import spread
from marketplace.places import services as places
from marketplace.search import index
from marketplace.search import services as search
from marketplace.search.models import Entry, Spelling


@pytest.fixture
def production(settings):
    settings.DEMO = False
    return settings


def fill(count: int, *more: str) -> str:
    said = StringIO()
    call_command("demo", f"--experts={count}", "--empty-site", *more, stdout=said)
    return said.getvalue()


@pytest.fixture(scope="module")
def maker() -> Maker:
    return Maker(seed=1)


@pytest.fixture(scope="module")
def crowd(maker):
    return [maker.person(number) for number in range(1_500)]


def is_empty(field, row) -> bool:
    return getattr(row, field.attname) in field.empty_values


@pytest.mark.usefixtures("production", "db")
class FillingTests:
    def test_two_hundred_obey_every_rule_and_are_found(self):
        assert fill(200).startswith("200 experts, ")
        self.each_is_whole()
        self.ids_go_on_after_them()
        self.search_finds_them()

    def each_is_whole(self):
        for model in (User, Profile, Listing, Presence):
            assert model.objects.count() == 200
        for profile in Profile.objects.select_related("user", "category", "user__presence"):
            for row in (profile, profile.user, profile.user.presence, *profile.listings.all()):
                row.clean_fields(exclude=[field.name for field in row._meta.fields if is_empty(field, row)])
                row.validate_constraints()
            assert profile.published_at <= timezone.now() and profile.user.date_joined < profile.published_at
            found = places.resolve(profile.place)
            assert profile.place_id == (found and found.id)
            assert not profile.user.has_usable_password()
            assert 1 <= len(profile.skills) <= 8 and all(len(skill) <= 30 for skill in profile.skills)
            assert 20 <= profile.listings.get().rate_minor <= 1_000
        assert Category.objects.filter(profiles__isnull=False).distinct().count() == len(trades.TRADES)

    def ids_go_on_after_them(self):
        last = filling.experts().latest("pk").pk
        assert User.objects.create_user("new@example.test", name="New").pk > last

    def search_finds_them(self):
        assert search.find().total == 200
        somebody = Profile.objects.filter(user__email__startswith="expert-7@").get()
        found = search.find(text=somebody.user.name, per_page=200).profiles
        assert somebody.pk in {card.pk for card in found}
        assert 0 < search.find(category="computers").total < 200
        assert search.find(online=True).total == Presence.objects.filter(state="free").count()

    def test_what_is_there_stays_and_the_number_is_made_up(self):
        fill(3)
        before = list(Profile.objects.values_list("pk", "slug", "headline"))
        assert fill(3) == ""
        fill(5)
        after = list(Profile.objects.order_by("pk").values_list("pk", "slug", "headline"))
        assert len(after) == 5 and after[:3] == before

    def test_a_share_that_an_interrupted_filling_left_out_is_made_up(self):
        fill(6)
        for email in ("expert-2", "expert-3"):
            gone = filling.experts().get(email=f"{email}@{filling.DOMAIN}")
            gone.profile.listings.all().delete()
            gone.profile.delete()
            gone.delete()
        fill(6)
        assert {user.email for user in filling.experts()} == {
            f"expert-{number}@{filling.DOMAIN}" for number in range(6)
        }
        assert search.find().total == 6

    def test_another_seed_makes_other_people(self):
        fill(4, "--seed=2")
        assert [user.name for user in filling.experts().order_by("pk")] == [
            Maker(seed=2).person(number).name for number in range(4)
        ]

    @pytest.mark.usefixtures("alice")
    def test_never_where_a_member_is(self):
        with pytest.raises(CommandError, match="There are members"):
            fill(5)
        assert not Profile.objects.exists()

    @pytest.mark.usefixtures("carla")
    def test_nor_where_a_guest_is(self):
        with pytest.raises(CommandError, match="There are members"):
            fill(5)

    def test_not_without_saying_that_the_site_is_empty(self):
        with pytest.raises(CommandError, match="DEMO=1"):
            call_command("demo", "--experts=5")

    @pytest.mark.parametrize("count", ["0", "-1", "many", "1e6", "٣", "99999999"])
    def test_what_is_no_number_of_experts_is_refused(self, count):
        with pytest.raises(CommandError, match="give a number from 1 to 10000000"):
            fill(count)


@pytest.mark.prove
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("production")
def test_processes_fill_together_and_make_the_index_together(monkeypatch):
    monkeypatch.setattr(filling, "AT_ONCE", 40)
    assert fill(150).splitlines()[-1].startswith("150 experts, ")
    assert search.find().total == Presence.objects.count() == 150
    person = Maker(seed=1).person(149)  # of the last share
    assert person.name in [profile.user.name for profile in search.find(text=person.name).profiles]
    before = list(Entry.objects.order_by("pk").values())
    spelt = list(Spelling.objects.order_by("word").values("word", "profiles"))

    monkeypatch.setattr(index, "AT_ONCE", 40)
    Entry.objects.all().delete()
    Spelling.objects.all().delete()
    assert search.rebuild(spread) == 150
    assert list(Entry.objects.order_by("pk").values()) == before
    assert list(Spelling.objects.order_by("word").values("word", "profiles")) == spelt
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'entry_words'")
        assert cursor.fetchone() == (1,)


class DemoTests:
    def test_beside_the_demos_own_people_its_doors_show_none_of_them(self, settings, tmp_path, db, alice, client):
        settings.DEMO = settings.DEBUG = settings.STRIPE_SANDBOX = True  # and alice came by
        settings.VAR_DIR = tmp_path
        call_command("demo", "--experts=3", stdout=StringIO())
        assert filling.experts().count() == 3
        page = client.get("/demo/", HTTP_HOST="127.0.0.1:8000", REMOTE_ADDR="127.0.0.1")
        assert page.status_code == 200
        assert [user.name for user in filling.experts() if user.name in page.content.decode()] == []


class LikenessTests:
    def test_the_same_number_is_the_same_person(self, maker, crowd):
        assert Maker(seed=1).person(77) == crowd[77] == maker.person(77)
        assert Maker(seed=2).person(77) != crowd[77]

    def test_half_of_them_write_in_french(self, crowd):
        assert sum(person.language == "fr" for person in crowd) / len(crowd) == pytest.approx(0.5, abs=0.06)

    def test_few_are_free_and_fewer_busy(self, crowd):
        states = Counter(person.state for person in crowd)
        assert states["free"] / len(crowd) == pytest.approx(0.02, abs=0.015)
        assert 0 < states["busy"] < states["free"]

    def test_some_trades_names_and_places_are_much_commoner_than_others(self, crowd):
        for values in (
            [person.category for person in crowd],
            [person.name.split()[0] for person in crowd],
            [person.place for person in crowd if person.where],
        ):
            times = [number for _, number in Counter(values).most_common()]
            assert times[0] >= 4 * times[-1]
        assert len({person.place for person in crowd}) > 300

    def test_words_have_a_long_tail(self, crowd):
        times = Counter(word for person in crowd for word in set(person.bio.lower().split()))
        assert sum(number == 1 for number in times.values()) > len(times) / 3

    def test_most_came_lately_and_none_tomorrow(self, crowd):
        days = sorted(person.age.days for person in crowd)
        assert days[0] >= 0 and days[-1] <= 1_501
        assert days[len(days) // 2] < 400

    def test_rates_lie_around_what_is_usual_in_the_trade(self, crowd):
        for category in ("computers", "money"):
            rates = sorted(person.rate_minor for person in crowd if person.category == category)
            assert rates[len(rates) // 2] == pytest.approx(trades.TRADES[category].rate_minor, rel=0.2)
            assert rates[-1] > 2 * rates[0]

    def test_the_first_of_a_list_is_picked_most(self):
        random, letters = seeded(4), zipf("abcdef")
        picked = Counter(letters.pick(random) for _ in range(20_000))
        assert [letter for letter, _ in picked.most_common()] == list("abcdef")
