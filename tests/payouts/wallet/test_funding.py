from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.orders import services as orders
from marketplace.listings import services as listings
from payouts.claims import services as claims
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.accounts import AccountRef
from payouts.ledger.verify import verify as verify_ledger
from payouts.money import BadAmount, Money
from payouts.wallet import services as wallet
from payouts.wallet.funding import Part, Taken, spread
from payouts.wallet.models import Hold
from tests import cast
from tests.calls.metering.world import Story
from tests.calls.orders.world import PRICE, accept, deliver, offer
from tests.payouts.purse import eur, purse

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


class CardAuthorisation:
    """Another source, as PRODUCT.md (section 3) foresees it: the cap is authorised at a card, captured once, stored nowhere."""

    def __init__(self) -> None:
        self.authorised: dict[str, dict[str, Money]] = {}
        self.captured: dict[str, Money] = {}
        self.let_go: dict[str, Money] = {}

    def hold(self, *, payer, amount, key, reference, now) -> None:
        self.authorised.setdefault(reference, {})[key] = amount

    def take(self, *, payer, reference, price, now) -> Taken:
        held = self._ended(reference)
        self.captured[reference] = price
        return Taken(held, held - price, (Part(accounts.stripe_pending(), price),) if price else (), ())

    def free(self, *, payer, reference, key, now) -> Money:
        self.let_go[reference] = held = self._ended(reference)
        return held

    def restore(self, *, payer_id, reference, amount, now) -> tuple[Part, ...]:
        self.captured[reference] -= amount
        return (Part(accounts.stripe_pending(), amount),)

    def _ended(self, reference: str) -> Money:
        return sum(self.authorised.pop(reference).values(), eur(0))


class AnotherSourceTests:
    """Whatever accepts, raises, ends, frees or gives back asks the one source there is: alice's credit is never touched."""

    @pytest.fixture
    def card(self, monkeypatch) -> CardAuthorisation:
        card = CardAuthorisation()
        monkeypatch.setattr(wallet, "funding_source", lambda: card)
        return card

    @pytest.fixture(autouse=True)
    def credit_is_what_it_was(self, db):
        yield
        alice = cast.alice()
        assert (wallet.credit(member=alice), wallet.held(member=alice)) == (eur(5_000), eur(0))
        assert not Hold.objects.exists()
        assert verify_ledger() == []  # that of earnings looks for the credit they were paid from: there is none here

    def test_a_period_from_its_acceptance_to_its_end(self, card):
        story = Story(credit=5_000).go_paid(cap=1_000).after(60)
        reference = f"period:{story.period_id}"
        story.raise_cap(1_500)
        assert [amount.minor for amount in card.authorised[reference].values()] == [1_000, 500]
        story.after(60).back_to_free()
        assert card.captured == {reference: eur(story.period.amount_minor)}
        assert (story.period.amount_minor, card.authorised) == (300, {})
        assert purse(story.bob)["pending"] == "2.10"
        assert ledger.balance(accounts.stripe_pending(), "EUR").minor == 5_000 + 300  # the credit, and the card

    def test_what_is_given_back_goes_where_it_came_from(self, card):
        story = Story(credit=5_000).go_paid(cap=1_000).after(120)
        story.back_to_free()
        reference = f"period:{story.period_id}"
        claims.refund(expert=story.bob, reference=reference, amount=eur(100), key="k" * 16, now=story.now)
        assert card.captured == {reference: eur(200)}

    def test_an_act_that_is_cancelled_is_let_go(self, card):
        story = Story(credit=5_000).go_act().after(20)
        story.cancel_act()
        assert card.let_go == {f"period:{story.period_id}": eur(2_500)}

    def test_a_work_that_is_paid_and_one_that_is_cancelled(self, card):
        story = Story(credit=5_000)
        work = listings.add_work(
            profile=story.bob.profile, title="A letter", description="In French.", delivery_days=3, price_minor=PRICE
        )
        offer(story, work)
        paid = accept(story)
        deliver(story, paid)
        orders.confirm(order_id=paid.pk, payer=story.alice, now=story.now)
        story.after(60)
        offer(story, work)
        cancelled = accept(story)
        orders.cancel(order_id=cancelled.pk, expert=story.bob, now=story.now)
        assert card.captured == {paid.reference: eur(PRICE)}
        assert card.let_go == {cancelled.reference: eur(PRICE)}
        assert purse(story.bob)["pending"] == "28.00"

    def test_a_work_that_is_contested_and_freed(self, card):
        story = Story(credit=5_000)
        work = listings.add_work(
            profile=story.bob.profile, title="A letter", description="In French.", delivery_days=3, price_minor=PRICE
        )
        offer(story, work)
        order = accept(story)
        deliver(story, order)
        orders.object_to(order_id=order.pk, payer=story.alice, reason="It is empty.", now=story.now)
        orders.give_back(
            order_id=order.pk, expert=story.bob, amount=eur(1_000), key="k" * 16, note="Sorry.", now=story.now
        )
        assert card.captured == {order.reference: eur(PRICE - 1_000)}
