"""What is saved is found, by whomever it is saved; what is gone is gone from the index too."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection

from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.experts.models import Category, Profile
from marketplace.listings import services as listings
from marketplace.search import following, texts, words
from marketplace.search import services as search
from marketplace.search.index import left_over
from marketplace.search.models import Entry, Slip, Spelling
from tests import cast


def found(text: str) -> list[str]:
    return [profile.user.name for profile in search.find(text=text).profiles]


def counts(*asked: str) -> list[int]:
    return [spelling.profiles if (spelling := Spelling.objects.filter(word=word).first()) else 0 for word in asked]


class FollowingTests:
    def test_a_new_headline_is_found_and_the_old_one_no_more(self, bob):
        bob.profile.headline = "Restores harpsichords"
        bob.profile.save()
        assert found("harpsichord") == ["Bob Leroy"]
        assert found("helps") == []

    def test_a_new_name_is_found(self, bob):
        bob.name = "Bob Vermeulen"
        bob.save()
        assert found("vermeulen") == ["Bob Vermeulen"]

    def test_listings_are_found_until_they_are_taken_off(self, bob):
        act = listings.add_act(profile=bob.profile, title="Zither lesson", length_minutes=30, price_minor=2_500)
        assert found("zither") == ["Bob Leroy"]
        listings.take_off(act=act)
        assert found("zither") == []

    def test_a_category_is_found_by_its_new_name(self, bob):
        category = Category.objects.get(pk=bob.profile.category_id)
        category.name = "Sums"
        category.save()
        assert found("sums") == ["Bob Leroy"]

    def test_its_experts_are_written_anew_only_where_search_reads_what_changed(self, bob, monkeypatch):
        written = []
        monkeypatch.setattr(following, "refresh", written.append)
        category = Category.objects.get(pk=bob.profile.category_id)
        category.commission_percent, category.sensitive, category.kind_note, category.slug = (
            20,
            True,
            "As ever.",
            "sums",
        )
        category.save()
        assert written == []
        for name, value in {"name": "Sums", "name_fr": "Comptes", "kind": "closed"}.items():
            setattr(category, name, value)
            category.save()
            assert written.pop() == [bob.profile.pk]
        category.parent = Category.objects.create(slug="life", name="Everyday life")
        category.save()
        assert written == [[bob.profile.pk]]

    def test_a_category_is_found_by_its_french_name_and_by_what_it_is_part_of(self, bob):
        above = Category.objects.create(slug="life", name="Everyday life", name_fr="Vie quotidienne")
        category = Category.objects.get(pk=bob.profile.category_id)
        category.parent, category.name_fr = above, "Argent et impôts"
        category.save()
        assert found("quotidien") == found("argent") == ["Bob Leroy"]
        above.name = "Daily matters"
        above.save()
        assert found("matters") == ["Bob Leroy"]
        assert [one.user.name for one in search.find(category="life").profiles] == ["Bob Leroy"]

    def test_a_word_with_a_hyphen_is_found_without_it(self, bob):
        bob.profile.headline = "Mends Wi-Fi"
        bob.profile.save()
        assert found("wifi") == found("wi-fi") == found("wi fi") == found('"wi fi"') == ["Bob Leroy"]
        assert found('"mends wifi"') == []
        assert counts("wifi", "wi") == [1, 1]

    @pytest.mark.parametrize(
        "typed", ["co-working", "coworking", "co-work", "co-wor", '"co-working"', "a co-working day"]
    )
    def test_a_word_without_a_hyphen_is_found_with_it(self, bob, typed):
        bob.profile.headline = "Starts coworking days"
        bob.profile.save()
        assert found(typed) == ["Bob Leroy"]
        assert not search.find(text=typed).understood.partly

    def test_two_words_are_found_with_a_hyphen_between_them(self, bob):
        bob.profile.headline = "Coud un porte monnaie"
        bob.profile.save()
        assert found("porte-monnaie") == found('"porte-monnaie"') == found("porte-monn") == ["Bob Leroy"]
        assert found("monnaie-porte") == ["Bob Leroy"]

    def test_a_minus_excludes_a_word_with_a_hyphen_and_without(self, bob):
        for headline in ("Mends wifi", "Mends Wi-Fi"):
            bob.profile.headline = headline
            bob.profile.save()
            assert found("mends -wi-fi") == found("mends -wifi") == found('mends -"wi-fi"') == []

    def test_another_word_for_one_with_a_hyphen_is_found(self, bob):
        bob.profile.headline = "Répare votre mobile"
        bob.profile.save()
        assert found("smart-phone") == found("repare smart-phone") == ["Bob Leroy"]

    def test_words_with_a_hyphen_may_be_begun_among_others(self, bob):
        bob.profile.headline = "Starts coworking days in Sète"
        bob.profile.save()
        assert found("co-wor sète") == found("co-wor sèt ") == ["Bob Leroy"]

    @pytest.mark.parametrize(
        ("written", "typed"),
        [("Tutor for C++", "c++"), ("Tutor for C#", "C# "), ("Tutor for F#", "f#"), ("Tutor for ASP.NET", ".net")],
    )
    def test_the_name_of_a_language_is_a_word(self, alice, bob, written, typed):
        cast.expert("Cara Dumas", headline="C’est net, tutor")
        bob.profile.headline = written
        bob.profile.save()
        assert found(typed) == found(f"{typed} tutor") == ["Bob Leroy"]
        assert search.suggest(typed.strip()).texts == []
        assert found(f"tutor -{typed}") == ["Cara Dumas"]

    def test_who_takes_the_profile_off_is_not_found_until_it_is_back(self, bob, now):
        before = experts.unpublish(member=bob)
        assert found("taxes") == []
        assert not Entry.objects.exists()
        experts.publish_again(member=bob, published_at=before)
        assert found("taxes") == ["Bob Leroy"]

    def test_who_cannot_sign_in_any_more_is_not_found(self, bob):
        bob.is_active = False
        bob.save(update_fields=["is_active"])
        assert found("taxes") == []

    def test_signing_in_writes_no_entry(self, bob, django_assert_num_queries):
        with django_assert_num_queries(1):
            bob.save(update_fields=["last_login"])


class SpellingTests:
    def test_words_are_counted_by_profile_and_forgotten_with_the_last(self, bob):
        assert counts("helps", "harpsichord") == [1, 0]
        bob.profile.headline = "Helps with harpsichord, harpsichord and harpsichord"
        bob.profile.save()
        assert counts("helps", "harpsichord") == [1, 1]
        experts.unpublish(member=bob)
        assert Spelling.objects.count() == Slip.objects.count() == 0

    def test_a_word_that_does_not_count_any_more_is_forgotten(self, alice, bob, monkeypatch):
        """Until all is indexed anew, fewer are counted than have it."""
        for expert in (bob, cast.expert("Carl Novak")):
            expert.profile.headline = "Helps beforehand"
            expert.profile.save()
        Spelling.objects.filter(word="beforehand").update(profiles=1)
        monkeypatch.setattr(texts, "STOP_WORDS", texts.STOP_WORDS | {"beforehand"})
        search.rebuild()
        assert counts("beforehand", "helps") == [0, 2]

    def test_what_is_proposed_has_its_accents(self, bob):
        bob.profile.headline = "Déménagement à Sète"
        bob.profile.save()
        assert search.suggest("dem").texts == ["déménagement"]
        assert search.suggest("demenagment").texts == ["déménagement"]

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [("harpsichrod", True), ("harpsicord", True), ("arpsichord", True), ("harpichorde", True), ("hrap", False)],
    )
    def test_a_slip_of_the_finger_is_put_right(self, bob, typed, meant):
        bob.profile.headline = "Restores harpsichord"
        bob.profile.save()
        page = search.find(text=typed + " ")
        assert bool(page.profiles) == meant
        assert (page.typed, page.meant) == ((typed, "harpsichord") if meant else ("", ""))

    def test_a_slip_is_put_right_whatever_the_ending(self, bob):
        bob.profile.headline = "Plans small gardens"
        bob.profile.save()
        assert search.find(text="gradening").meant == "gardens"


class RebuildTests:
    def test_makes_the_same_again(self, alice, bob):
        cast.expert("Carl Novak", headline="Apiculture en ville")
        before = list(Entry.objects.order_by("pk").values()), words.stored([bob.profile.pk])
        spelt = list(Spelling.objects.order_by("word").values())
        assert search.rebuild() == 2
        assert (list(Entry.objects.order_by("pk").values()), words.stored([bob.profile.pk])) == before
        assert list(Spelling.objects.order_by("word").values()) == spelt

    def test_finds_what_was_written_past_it(self, bob):
        Profile.objects.update(headline="Apiculture")
        assert found("apiculture") == []
        search.rebuild()
        assert found("apiculture") == ["Bob Leroy"]
        User.objects.update(is_active=False)
        search.rebuild()
        assert Entry.objects.count() == 0

    @pytest.mark.postgres
    @pytest.mark.django_db
    def test_who_is_left_over_is_not_looked_for_among_all_for_each(self):
        """Of a million that did not end within a quarter of an hour."""
        assert "Anti Join" in left_over().explain()


class CatchingUpTests:
    def test_a_site_that_had_no_index_gets_one(self, bob):
        Entry.objects.all().delete()
        assert search.catch_up() == 1
        assert found("taxes") == ["Bob Leroy"]
        assert search.catch_up() == 0

    def test_the_command_makes_it_anew(self, bob, capsys):
        Entry.objects.all().delete()
        call_command("index_search")
        assert capsys.readouterr().out == "1 profiles can be found.\n"
        assert found("taxes") == ["Bob Leroy"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class RaceTests:
    def test_two_profiles_with_the_same_words_are_written_at_once(self, alice, bob):
        carl = cast.expert("Carl Novak")
        failed: list[Exception] = []
        texts = ["alpha beta gamma delta epsilon", "epsilon delta gamma beta alpha"]

        def write(profile: Profile, begin: int) -> None:
            try:
                for number in range(20):
                    profile.headline = texts[(begin + number) % 2]
                    profile.bio = " ".join(reversed(profile.headline.split())) * (number % 3)
                    profile.save()
            except Exception as problem:
                failed.append(problem)
            finally:
                connection.close()

        threads = [threading.Thread(target=write, args=(one.profile, at)) for at, one in enumerate((bob, carl, bob))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert counts("alpha", "epsilon") == [2, 2]
