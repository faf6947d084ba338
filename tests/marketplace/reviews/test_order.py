"""The order of experts by their ratings, by example and by property. Nothing here touches a table."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.reviews.order import EARLIER_STARS, STAR, WITHOUT_REVIEWS, order_value

STARS = st.integers(min_value=1, max_value=5)
REVIEWS = st.lists(STARS, max_size=60)


def value(*stars: int) -> int:
    return order_value(number=len(stars), total=sum(stars))


class ExampleTests:
    def test_a_single_5_does_not_beat_two_hundred_4_8(self):
        assert value(5) < order_value(number=200, total=960)

    def test_nor_do_five_of_them(self):
        assert value(*[5] * 5) < order_value(number=200, total=960)

    def test_what_the_formula_comes_to(self):
        assert (value(5), value(1)) == (3_636_363, 3_272_727)
        assert order_value(number=200, total=960) == 4_738_095

    def test_without_reviews_an_expert_stands_between_the_praised_and_the_blamed(self):
        assert value(1) < value(3) < WITHOUT_REVIEWS < value(4) < value(5)


class PropertyTests:
    @given(REVIEWS)
    def test_it_lies_on_the_scale_of_stars(self, stars):
        assert STAR <= value(*stars) <= 5 * STAR

    @given(REVIEWS)
    def test_it_lies_between_where_all_begin_and_the_average(self, stars):
        average = sum(stars) * STAR // len(stars) if stars else WITHOUT_REVIEWS
        low, high = sorted([average, WITHOUT_REVIEWS])
        assert low <= value(*stars) <= high

    @given(REVIEWS, STARS, STARS)
    def test_a_better_review_never_makes_it_worse(self, stars, one, other):
        worse, better = sorted([one, other])
        assert value(*stars, worse) <= value(*stars, better)
        assert (value(*stars, worse) < value(*stars, better)) == (worse < better)

    @given(REVIEWS, STARS)
    def test_one_more_review_moves_it_towards_its_stars(self, stars, one):
        before, after = value(*stars), value(*stars, one)
        assert min(before, one * STAR) <= after <= max(before, one * STAR)

    @given(st.lists(STARS, min_size=1, max_size=20), st.integers(2, 50))
    def test_of_the_same_average_the_more_reviews_the_farther_from_where_all_begin(self, stars, times):
        few, many = value(*stars), value(*stars * times)
        is_above = sum(stars) > EARLIER_STARS * len(stars)
        assert few <= many if is_above else few >= many

    @given(REVIEWS, st.randoms())
    def test_who_wrote_first_does_not_matter(self, stars, chance):
        mixed = list(stars)
        chance.shuffle(mixed)
        assert value(*mixed) == value(*stars)

    @given(st.integers(1, 10**6))
    def test_with_very_many_it_is_all_but_the_average(self, thousands):
        number = thousands * 1_000
        assert abs(order_value(number=number, total=4 * number) - 4 * STAR) <= 35 * STAR // number + 1
