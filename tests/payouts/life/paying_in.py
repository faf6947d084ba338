"""Credit comes: by Stripe's page, by one press, by itself, as a present; cards say no, and their banks ask."""

from contextlib import suppress
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from payouts.cards import services as cards
from payouts.cards.models import SavedCard
from payouts.sandbox import services as sandbox
from payouts.sandbox.cards import ASKING_CARD, REFUND_FAILS_CARD, REFUND_WAITS_CARD
from payouts.sandbox.models import SandboxObject
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot, TopUp
from tests.payouts.life.people import callers, goes_on, staff, times
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
    [AT_ONCE, AT_ONCE, sandbox.GOOD_CARD, REFUND_WAITS_CARD, REFUND_FAILS_CARD, ASKING_CARD, sandbox.DECLINED_CARDS[0]]
)


class PayingIn(Truth):
    @rule(who=callers, minor=top_ups, saves=st.booleans(), goes_on=goes_on)
    def opens_a_payment_page(self, who: str, minor: int, saves: bool, goes_on: bool) -> None:
        member = self.members[who]

        def open_page(*, now: datetime) -> None:
            top_up = wallet.start_top_up(member=member, amount=eur(minor), return_path="/wallet/", now=now)
            wallet.open_checkout(top_up=top_up, success_url=HOME, cancel_url=HOME, now=now, save_card=saves)

        self.attempt(open_page, refusals=LIMITS, goes_on=goes_on)

    @rule(number=numbers, data=st.data())
    def pays_on_the_page(self, number: str, data) -> None:
        is_open = SandboxObject.objects.filter(kind="checkout.session", data__status="open").order_by("serial")
        if ids := list(is_open.values_list("id", flat=True)):
            self.at_the_bank(sandbox.pay_with_card, session_id=data.draw(st.sampled_from(ids)), number=number)

    @rule(succeeds=st.sampled_from([True, True, False]))
    def answers_the_bank_that_asked(self, succeeds: bool) -> None:
        asked = SandboxObject.objects.filter(kind="payment_intent", data__status="requires_action").order_by("serial")
        if intent := asked.last():
            self.at_the_bank(sandbox.prove, intent_id=intent.id, succeeds=succeeds)

    def at_the_bank(self, do, **what) -> None:
        """Somebody else's doing: our power is not cut meanwhile, and our side has not heard of it yet."""
        self.goes(1)
        with suppress(sandbox.Declined, sandbox.NotOpen):
            do(**what)

    @rule(again=times, goes_on=goes_on, data=st.data())
    def comes_back_from_the_page(self, again: int, goes_on: bool, data) -> None:
        opened = TopUp.objects.filter(way=TopUp.Way.PAGE).exclude(stripe_session=None).order_by("pk")
        session = data.draw(st.sampled_from(list(opened.values_list("stripe_session", flat=True))))
        self.attempt(wallet.confirm_top_up, stripe_session=session, again=again, goes_on=goes_on)

    @rule(who=callers, goes_on=goes_on)
    def closes_the_pages(self, who: str, goes_on: bool) -> None:
        self.attempt(wallet.close_checkouts, member=self.members[who], goes_on=goes_on)

    @rule(who=callers, minor=top_ups, again=times, goes_on=goes_on, data=st.data())
    def presses_once_with_a_saved_card(self, who: str, minor: int, again: int, goes_on: bool, data) -> None:
        member, token = self.members[who], f"token-{self.number()}"
        kept = list(SavedCard.objects.filter(member=member, removed_at=None).order_by("pk"))
        if not kept:
            return
        card = data.draw(st.sampled_from(kept)).pk

        def press(*, now: datetime) -> None:
            order = {"member": member, "card_id": card, "amount": eur(minor), "token": token}
            payment = cards.order(**order, return_path="/wallet/", now=now)
            cards.pay(payment=payment, now=now)

        self.attempt(press, again=again, goes_on=goes_on, refusals=LIMITS)

    @rule(goes_on=goes_on)
    def a_card_is_taken_away(self, goes_on: bool) -> None:
        card = SavedCard.objects.filter(member=self.members["Alice"], removed_at=None).order_by("-pk").first()
        if card and SavedCard.objects.filter(member=card.member, removed_at=None).count() > 1:
            gone = (SavedCard.DoesNotExist,)
            self.attempt(cards.remove_card, member=card.member, card_id=card.pk, goes_on=goes_on, refusals=gone)

    @rule(who=callers, by=staff, minor=st.integers(1, 800), days=st.sampled_from([None, 1, 20]), again=times,
          goes_on=goes_on)  # fmt: skip
    def is_given_promotional_credit(
        self, who: str, by: str, minor: int, days: int | None, again: int, goes_on: bool
    ) -> None:
        key, until = f"promo:{self.number()}", self.time + timedelta(days=days) if days else None
        present = {"staff": self.members[by], "member": self.members[who], "reason": "sorry", "key": key}
        self.attempt(wallet.grant, **present, amount=eur(minor), expires_at=until, again=again, goes_on=goes_on)
        if CreditLot.objects.filter(grant_key=key).exists():
            self.granted[who] += minor
