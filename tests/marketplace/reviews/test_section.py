"""The profile's part about reviews: the rating with its number, five bars in words, the newest first, ten a page."""

import re
from datetime import timedelta

import pytest

from marketplace.reviews.models import Review
from tests import cast
from tests.marketplace.local_times import days_for_everybody_alike
from tests.marketplace.reviews.world import LATER, NOW, remove, reply, write

pytestmark = pytest.mark.django_db
PAGE = "/experts/bob-leroy/"


def page_of(client, address: str = PAGE) -> str:
    return client.get(address).content.decode()


def section(client, address: str = PAGE) -> str:
    return re.search(r'<section class="panel reviews".*?\n</section>', page_of(client, address), re.DOTALL)[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def many(bob, count: int) -> None:
    for number in range(count):
        writer = cast.member(f"Caller{number} One")
        write(writer, bob, text=f"Words number {number}.", now=NOW + timedelta(minutes=number))


class SectionTests:
    def test_the_rating_stands_with_its_number_and_the_five_bars_in_words(self, client, alice, bob, eve):
        write(alice, bob, stars=5)
        write(eve, bob, stars=4)
        told = words(section(client))
        assert "4.5 of 5 stars (2 reviews)" in told
        assert "5 stars 1 review 4 stars 1 review 3 stars 0 reviews 2 stars 0 reviews 1 star 0 reviews" in told

    def test_each_review_has_its_writer_its_stars_and_both_dates(self, client, alice, bob):
        write(alice, bob, stars=4)
        write(alice, bob, stars=3, text="It was late.", seen=1, now=LATER)
        found = section(client)
        assert 'aria-label="3 stars of 5"' in found
        assert "Alice Martin Written 2 Mar 2026 , last changed 5 Mar 2026 It was late." in words(found)
        assert days_for_everybody_alike(page_of(client)) == []

    def test_below_it_stands_the_reply(self, client, alice, bob):
        reply(write(alice, bob), "Thank you, Alice.")
        assert "Reply of Bob Leroy Written 2 Mar 2026 Thank you, Alice." in words(section(client))

    def test_the_newest_come_first_ten_a_page(self, client, bob):
        many(bob, 12)
        first = section(client)
        assert re.findall(r"Words number (\d+)", first) == [str(number) for number in range(11, 1, -1)]
        older = re.search(r'href="(\?reviews=[^#"]+)#reviews-title"', first)[1]
        assert re.findall(r"Words number (\d+)", section(client, PAGE + older)) == ["1", "0"]

    @pytest.mark.parametrize("asked", ["x", "1-", "9" * 400 + "-1", "%00", "-1"])
    def test_an_address_of_no_page_is_the_first(self, client, bob, asked):
        many(bob, 1)
        assert "Words number 0" in section(client, f"{PAGE}?reviews={asked}")

    def test_what_was_typed_is_text(self, client, alice, bob):
        review = write(alice, bob, text='<img src=x onerror="alert(1)">{{ 7|add:7 }}')
        reply(review, "</div><script>alert(1)</script>")
        found = section(client)
        assert "<img" not in found
        assert "<script>" not in found
        assert "{{ 7|add:7 }}" in found

    def test_nothing_of_what_was_taken_down_is_there(self, client, alice, bob, eve, sam):
        removed, other = write(alice, bob, text="He is a crook."), write(eve, bob, text="He is late.")
        reply(other, "She is a fool.")
        remove(removed, sam)
        remove(other, sam, part="reply")
        told = words(section(client))
        assert "(1 review)" in told
        for gone in ("crook", "fool", "Alice"):
            assert gone not in told

    def test_before_the_first_one_it_says_who_can_write_one(self, client, bob):
        told = words(section(client))
        assert "No reviews yet. Who paid Bob for at least a minute can write one." in told
        assert "stars" not in told

    def test_it_takes_one_query_and_none_before_the_first_review(self, client, bob, django_assert_num_queries):
        with django_assert_num_queries(5):
            client.get(PAGE)
        many(bob, 12)
        reply(Review.objects.first())
        with django_assert_num_queries(5 + 1):
            client.get(PAGE)


class ActsTests:
    """What each reader can do about a review."""

    def links(self, client) -> set[str]:
        [review] = re.findall(r"<article.*?</article>", section(client), re.DOTALL)
        return set(re.findall(r'href="(?:/experts/bob-leroy)?(/[^"]*)"', review))

    def test_its_writer_changes_it(self, signed_in, alice, bob):
        write(alice, bob)
        assert self.links(signed_in(alice)) == {"/review/"}

    def test_the_expert_replies_or_changes_the_reply(self, signed_in, alice, bob):
        review = write(alice, bob)
        assert f'href="/reviews/{review.pk}/reply/"' in section(signed_in(bob))
        reply(review)
        assert "Change your reply" in section(signed_in(bob))

    def test_everybody_else_reports_it_and_visitors_sign_in_for_that(self, client, signed_in, alice, bob, eve):
        review = write(alice, bob)
        for reader in (client, signed_in(eve)):
            assert self.links(reader) == {f"/reviews/{review.pk}/review/report/"}
        answer = client.get(f"/reviews/{review.pk}/review/report/")
        assert answer.url == f"/accounts/login/?next=/reviews/{review.pk}/review/report/"

    def test_staff_find_the_back_office(self, signed_in, alice, bob, eve, sam):
        review = write(alice, bob)
        assert f"/staff/expert-reviews/{review.pk}/" in section(signed_in(sam))
        assert "/staff/" not in section(signed_in(eve))
