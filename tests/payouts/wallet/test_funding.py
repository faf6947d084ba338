from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.ledger.accounts import AccountRef
from payouts.money import BadAmount
from payouts.wallet import services as wallet
from payouts.wallet.funding import Part, spread
from tests.payouts.purse import eur

cuts = st.tuples(
    st.integers(0, 1_000), st.sets(st.integers(0, 1_000), max_size=4), st.sets(st.integers(0, 1_000), max_size=4)
)


def parts(side: str, total: int, at: set[int]) -> list[Part]:
    """`total` cut in pieces."""
    marks = [0, *sorted(cut for cut in at if cut < total), total]
    return [Part(AccountRef(side, str(n)), eur(b - a)) for n, (a, b) in enumerate(zip(marks, marks[1:], strict=False))]


class SpreadTests:
    @given(cuts)
    def test_every_source_is_emptied_and_every_target_filled(self, cut):
        total, from_cuts, to_cuts = cut
        sources, targets = parts("from", total, from_cuts), parts("to", total, to_cuts)
        lines = spread(sources, targets)
        moved = Counter()
        for line in lines:
            assert line.amount.minor > 0
            moved[line.debit] += line.amount.minor
            moved[line.credit] += line.amount.minor
        assert moved == Counter({part.account: part.amount.minor for part in [*sources, *targets] if part.amount})
        assert len(lines) <= len(sources) + len(targets)

    def test_sums_that_differ_are_refused(self):
        for total, wanted in ((5, 6), (6, 5)):
            with pytest.raises(BadAmount):
                spread(parts("from", total, set()), parts("to", wanted, set()))


class PrepaidCreditTests:
    def test_it_is_the_source_of_every_offer(self):
        """The four verbs that another source would have to bring."""
        source = wallet.funding_source()
        assert [source.hold, source.take, source.free, source.restore] == [
            wallet.hold,
            wallet.take,
            wallet.free,
            wallet.restore,
        ]
