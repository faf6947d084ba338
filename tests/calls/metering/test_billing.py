"""The price rule, by example and by property. Nothing here touches a table."""

from hypothesis import given
from hypothesis import strategies as st

from calls.metering import billing
from calls.metering.billing import ActOfTime, Interval, PerMinute

MOMENTS = st.integers(min_value=0, max_value=4_000_000)
FORWARD = st.builds(lambda start, length: Interval(start, start + length), MOMENTS, st.integers(0, 900_000))
ANY_WAY_ROUND = st.builds(Interval, MOMENTS, MOMENTS)  # a clock that was set back ends an interval before its start
SIDES = st.lists(ANY_WAY_ROUND, max_size=6)
RATES = st.integers(min_value=20, max_value=10_000)
PER_MINUTE = st.builds(PerMinute, RATES, st.integers(min_value=0, max_value=900_000))
ACTS = st.builds(ActOfTime, st.integers(100, 50_000), st.integers(1, 240).map(lambda minutes: minutes * 60_000))
MS = st.integers(min_value=0, max_value=10_000_000)


def moments_in(intervals: list[Interval]) -> int:
    """How many milliseconds are in at least one interval, counted another way: by the borders between them."""
    borders = sorted({border for interval in intervals for border in interval})
    return sum(
        end - start
        for start, end in zip(borders, borders[1:], strict=False)
        if any(one.start <= start and end <= one.end for one in intervals)
    )


def bill(payer, expert, stops=(), counts_from=0, until=10_000_000) -> int:
    return billing.billable_ms(payer=payer, expert=expert, stops=stops, counts_from=counts_from, until=until)


class IntervalTests:
    def test_only_what_both_sides_heard_counts(self):
        assert bill([Interval(0, 10_000)], [Interval(4_000, 12_000)]) == 6_000

    def test_the_countdown_is_not_billed(self):
        assert bill([Interval(0, 10_000)], [Interval(0, 10_000)], counts_from=3_000) == 7_000

    def test_nothing_is_billed_after_the_end(self):
        assert bill([Interval(0, 10_000)], [Interval(0, 10_000)], until=8_000) == 8_000

    def test_a_stop_is_cut_out_of_the_middle(self):
        assert bill([Interval(0, 10_000)], [Interval(0, 10_000)], [Interval(2_000, 5_000)]) == 7_000

    def test_the_first_milliseconds_can_reach_over_a_hole(self):
        assert billing.first([Interval(0, 10), Interval(20, 40)], 15) == [Interval(0, 10), Interval(20, 25)]

    @given(SIDES, SIDES, SIDES, MOMENTS, MOMENTS)
    def test_never_more_than_each_side_witnessed(self, payer, expert, stops, counts_from, until):
        billed = bill(payer, expert, stops, counts_from, until)
        assert 0 <= billed <= min(moments_in(payer), moments_in(expert), max(0, until - counts_from))

    @given(SIDES, SIDES, SIDES)
    def test_each_billed_moment_was_heard_by_both_and_in_no_stop(self, payer, expert, stops):
        stretches = billing.billable(payer=payer, expert=expert, stops=stops, counts_from=0, until=10_000_000)
        for start, end in stretches:
            for side in (payer, expert):
                assert any(one.start <= start and end <= one.end for one in billing.merged(side))
            assert not any(start < stop.end and stop.start < end for stop in billing.merged(stops))

    @given(SIDES, SIDES, SIDES, ANY_WAY_ROUND)
    def test_one_more_stop_never_adds_time(self, payer, expert, stops, stop):
        assert bill(payer, expert, [*stops, stop]) <= bill(payer, expert, stops)

    @given(SIDES, SIDES, SIDES, FORWARD)
    def test_hearing_more_never_takes_time_away(self, payer, expert, stops, more):
        assert bill([*payer, more], expert, stops) >= bill(payer, expert, stops)

    @given(SIDES, SIDES, SIDES, MOMENTS, MOMENTS)
    def test_ending_later_never_takes_time_away(self, payer, expert, stops, one, other):
        assert bill(payer, expert, stops, until=min(one, other)) <= bill(payer, expert, stops, until=max(one, other))

    @given(SIDES, SIDES, SIDES, st.data())
    def test_cutting_an_interval_in_two_changes_nothing(self, payer, expert, stops, data):
        def cut(intervals):
            halves = []
            for start, end in intervals:
                middle = data.draw(st.integers(min(start, end), max(start, end)))
                halves += [Interval(start, middle), Interval(middle, end)] if start < end else [Interval(start, end)]
            return halves

        assert bill(cut(payer), cut(expert), cut(stops)) == bill(payer, expert, stops)

    @given(SIDES, SIDES, SIDES)
    def test_the_order_of_the_reports_changes_nothing(self, payer, expert, stops):
        assert bill(payer[::-1], expert[::-1], stops[::-1]) == bill(payer, expert, stops) == bill(expert, payer, stops)

    @given(SIDES, SIDES, MOMENTS, MOMENTS)
    def test_a_clock_that_jumps_back_bills_nothing_extra(self, payer, expert, one, other):
        backwards = Interval(max(one, other), min(one, other))
        assert bill([*payer, backwards], [*expert, backwards]) == bill(payer, expert)

    @given(SIDES, MS)
    def test_the_first_milliseconds_are_as_many_as_asked_or_all(self, intervals, ms):
        assert billing.total_ms(billing.first(intervals, ms)) == min(ms, billing.total_ms(intervals))


class PriceTests:
    def test_the_rounding_favours_the_payer(self):
        assert billing.price(PerMinute(200), 59_999) == 199

    def test_the_free_time_comes_first(self):
        terms = PerMinute(200, free_ms=30_000)
        assert [billing.price(terms, ms) for ms in (0, 30_000, 30_299, 30_300, 90_000)] == [0, 0, 0, 1, 200]

    def test_the_card_of_the_product_page(self):
        """You have 18.40 at 2.00 per minute with 30 s free: 9 min 42 s."""
        assert billing.cap_ms(PerMinute(200, free_ms=30_000), 1_840) // 1_000 == 9 * 60 + 42

    def test_an_act_has_its_price_whatever_was_used(self):
        assert billing.price(ActOfTime(2_500, 1_800_000), 1) == 2_500

    def test_an_act_that_was_cut_in_half_is_half_used(self):
        assert billing.used_part(ActOfTime(2_500, 1_800_000), 900_000) == 1_250

    @given(PER_MINUTE, MS, MS)
    def test_more_time_never_costs_less(self, terms, one, other):
        assert billing.price(terms, min(one, other)) <= billing.price(terms, max(one, other))

    @given(PER_MINUTE, MS)
    def test_free_time_is_never_negative_nor_more_than_there_was(self, terms, ms):
        assert 0 <= billing.free_used_ms(terms, ms) <= min(ms, terms.free_ms)

    @given(PER_MINUTE, st.integers(max_value=-1))
    def test_less_than_no_time_costs_nothing(self, terms, ms):
        assert billing.price(terms, ms) == billing.free_used_ms(terms, ms) == 0

    @given(RATES, MS, st.integers(0, 900_000), st.integers(0, 900_000))
    def test_more_free_time_never_costs_more(self, rate, ms, one, other):
        less, more = min(one, other), max(one, other)
        assert billing.price(PerMinute(rate, more), ms) <= billing.price(PerMinute(rate, less), ms)

    @given(PER_MINUTE, st.integers(min_value=0, max_value=200_000))
    def test_the_cap_stops_at_the_last_millisecond_it_pays_for(self, terms, cap_minor):
        last = billing.cap_ms(terms, cap_minor)
        assert billing.price(terms, last) == cap_minor
        assert billing.price(terms, last + 1) > cap_minor

    @given(ACTS, MS)
    def test_the_used_part_of_an_act_is_between_nothing_and_its_price(self, act, ms):
        assert 0 <= billing.used_part(act, ms) <= act.price_minor
        assert billing.used_part(act, act.length_ms + ms) == act.price_minor

    @given(ACTS, MS, MS)
    def test_using_more_of_an_act_never_gives_more_back(self, act, one, other):
        assert billing.used_part(act, min(one, other)) <= billing.used_part(act, max(one, other))

    @given(ACTS, st.integers(0, 50_000))
    def test_an_act_runs_for_its_length(self, act, cap_minor):
        assert billing.cap_ms(act, cap_minor) == act.length_ms
