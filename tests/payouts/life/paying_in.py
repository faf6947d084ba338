"""Credit comes: by Stripe's page, by one press, by itself, as a present; cards say no, and their banks ask."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import QuerySet
from hypothesis import strategies as st

from payouts.cards import services as cards
from payouts.cards.models import AutoTopUp, SavedCard
from payouts.sandbox import services as sandbox
from payouts.sandbox.cards import ASKING_CARD, REFUND_FAILS_CARD, REFUND_WAITS_CARD
from payouts.sandbox.models import SandboxObject
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot, TopUp
from tests.payouts.life.deeds import deed
from tests.payouts.life.people import CALLERS, callers, goes_on, staff, times
from tests.payouts.life.truth import Truth
from tests.payouts.purse import eur
from tests.payouts.stripe.story import AT_ONCE, HOME

LIMITS = (
    wallet.CreditLimit,
    wallet.DayLimit,
    wallet.TooOften,
    wallet.CheckoutsOpen,
    wallet.PaymentsBlocked,
)
top_ups = st.integers(500, 4_000)
numbers = st.sampled_from(
    [
        AT_ONCE,
        AT_ONCE,
        sandbox.GOOD_CARD,
        REFUND_WAITS_CARD,
        REFUND_FAILS_CARD,
        ASKING_CARD,
        ASKING_CARD,
        sandbox.DECLINED_CARDS[0],
    ]
)


class PayingIn(Truth):
    @deed(who=callers, minor=top_ups, saves=st.booleans(), goes_on=goes_on)
    def opens_a_payment_page(self, who: str, minor: int, saves: bool, goes_on: bool) -> None:
        member = self.members[who]

        def open_page(*, now: datetime) -> None:
            top_up = wallet.start_top_up(member=member, amount=eur(minor), return_path="/wallet/", now=now)
            wallet.open_checkout(top_up=top_up, success_url=HOME, cancel_url=HOME, now=now, save_card=saves)

        self.attempt(open_page, refusals=LIMITS, goes_on=goes_on)

    def at_stripe(self, kind: str, status: str) -> list[str]:
        found = SandboxObject.objects.filter(kind=kind, data__status=status).order_by("serial")
        return list(found.values_list("id", flat=True))

    @deed(when=lambda self: self.at_stripe("checkout.session", "open"), number=numbers, data=st.data())
    def pays_on_the_page(self, number: str, data) -> None:
        page = data.draw(st.sampled_from(self.at_stripe("checkout.session", "open")))
        self.at_the_bank(sandbox.pay_with_card, session_id=page, number=number)

    @deed(when=lambda self: self.at_stripe("payment_intent", "requires_action"),
          succeeds=st.sampled_from([True, True, False]), data=st.data())  # fmt: skip
    def answers_the_bank_that_asked(self, succeeds: bool, data) -> None:
        intent = data.draw(st.sampled_from(self.at_stripe("payment_intent", "requires_action")))
        self.at_the_bank(sandbox.prove, intent_id=intent, succeeds=succeeds)

    def at_the_bank(self, do, **what) -> None:
        """Somebody else's doing: our power is not cut meanwhile, and our side has not heard of it yet."""
        self.goes(1)
        with suppress(sandbox.Declined, sandbox.NotOpen):
            do(**what)

    def on_their_way_back(self) -> list[str]:
        paid = self.at_stripe("checkout.session", "complete")
        return sorted(set(paid) & set(self.opened().filter(state=TopUp.State.OPEN)))

    def opened(self) -> QuerySet:
        pages = TopUp.objects.filter(way=TopUp.Way.PAGE).exclude(stripe_session=None).order_by("pk")
        return pages.values_list("stripe_session", flat=True)

    @deed(when=on_their_way_back, again=times, goes_on=goes_on, data=st.data())
    def comes_back_from_the_page(self, again: int, goes_on: bool, data) -> None:
        session = self.one_of(data, self.on_their_way_back(), list(self.opened()))
        self.attempt(wallet.confirm_top_up, stripe_session=session, again=again, goes_on=goes_on)

    def with_a_page(self) -> list[str]:
        open_one = TopUp.objects.filter(way=TopUp.Way.PAGE, state=TopUp.State.OPEN)
        return sorted(set(open_one.values_list("member__name", flat=True)) & set(CALLERS))

    @deed(when=with_a_page, goes_on=goes_on, data=st.data())
    def closes_the_pages(self, goes_on: bool, data) -> None:
        who = self.one_of(data, self.with_a_page(), CALLERS)
        self.attempt(wallet.close_checkouts, member=self.members[who], goes_on=goes_on)

    def kept_cards(self) -> list[SavedCard]:
        return list(SavedCard.objects.filter(removed_at=None).select_related("member").order_by("pk"))

    @deed(when=kept_cards, minor=top_ups, again=times, goes_on=goes_on, data=st.data())
    def presses_once_with_a_saved_card(self, minor: int, again: int, goes_on: bool, data) -> None:
        card, token = data.draw(st.sampled_from(self.kept_cards())), f"token-{self.number()}"
        member = card.member

        def press(*, now: datetime) -> None:
            order = {"member": member, "card_id": card.pk, "amount": eur(minor), "token": token}
            payment = cards.order(**order, return_path="/wallet/", now=now)
            cards.pay(payment=payment, now=now)

        self.attempt(press, again=again, goes_on=goes_on, refusals=LIMITS)

    def of_several(self) -> list[SavedCard]:
        return [card for card in self.kept_cards() if card.member.name == "Alice"][1:]

    @deed(when=of_several, goes_on=goes_on)
    def a_card_is_taken_away(self, goes_on: bool) -> None:
        card, gone = self.of_several()[-1], (SavedCard.DoesNotExist,)
        self.attempt(cards.remove_card, member=card.member, card_id=card.pk, goes_on=goes_on, refusals=gone)

    def cards_that_fill_nothing(self) -> list[SavedCard]:
        filled = set(AutoTopUp.objects.filter(is_on=True).values_list("member_id", flat=True))
        return [card for card in self.kept_cards() if card.member_id not in filled]

    @deed(when=cards_that_fill_nothing, goes_on=goes_on, data=st.data())
    def wants_credit_to_be_filled_up(self, goes_on: bool, data) -> None:
        card = data.draw(st.sampled_from(self.cards_that_fill_nothing()))
        rule, gone = {"below": eur(1_000), "amount": eur(2_000)}, (SavedCard.DoesNotExist,)
        words = {"member": card.member, "card_id": card.pk, **rule}
        self.attempt(cards.switch_on, **words, goes_on=goes_on, refusals=gone)

    @deed(who=callers, by=staff, minor=st.integers(1, 800), days=st.sampled_from([None, 1, 20]), again=times,
          goes_on=goes_on)  # fmt: skip
    def is_given_promotional_credit(
        self, who: str, by: str, minor: int, days: int | None, again: int, goes_on: bool
    ) -> None:
        key, until = f"promo:{self.number()}", self.time + timedelta(days=days) if days else None
        present = {"staff": self.members[by], "member": self.members[who], "reason": "sorry", "key": key}
        self.attempt(
            wallet.grant,
            **present,
            amount=eur(minor),
            expires_at=until,
            again=again,
            goes_on=goes_on,
            refusals=(wallet.TooManyGrants,),
        )
        if CreditLot.objects.filter(grant_key=key).exists():
            self.granted[who] += minor
