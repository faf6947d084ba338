"""*Call at the listed rate*: alice agrees before she rings, and the meter begins by itself once both are there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.core import mail

from calls.metering import services as metering
from calls.metering.evidence import evidence
from calls.metering.models import FreeTime, Offer, PaidPeriod
from calls.rooms import services as rooms
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.listings import services as listings
from payouts.earnings.verify import verify as verify_earnings
from payouts.ledger.verify import verify as verify_ledger
from payouts.money import Money
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from payouts.wallet.verify import verify as verify_wallet
from tests import cast
from tests.calls.metering.world import SERVER, balances, give_credit, live_call

NOTHING = {"credit": 1_840, "held": 0, "earned": 0, "commission": 0}
CARD = [
    "Call Bob Leroy at the listed rate.",
    "€2.00 per minute, billed by the second, taxes included. The first 30 seconds are free.",
    "Nothing is held or charged while it rings. Paid time starts once both of you are in the call, after a countdown of"
    " 3 seconds; Back to free ends it at any time.",
    "You have €18.40: 9 min 42 s.",
    "By accepting I ask to start now; I cannot withdraw from time already given.",
]


@pytest.fixture(autouse=True)
def read_at_once(settings):
    settings.ACCEPT_INERT_S = 0


@dataclass
class Ring:
    """Alice, who has 18.40, and bob, who is free and asks 2.00 per minute; the clock is held in the hand."""

    alice: User
    bob: User
    now: datetime = cast.NOW
    call: Call | None = None

    def after(self, seconds: float) -> "Ring":
        self.now += timedelta(seconds=seconds)
        return self

    def card(self) -> dict:
        return metering.card(caller=self.alice, expert=self.bob, now=self.now)

    def rings(self, cap: int = 1_000, *, terms: str = "") -> Call:
        agreed = rooms.Agreement(terms=terms or self.card()["terms"], cap_minor=cap)
        self.call = rooms.ring(caller=self.alice, expert=self.bob, line="", now=self.now, agreed=agreed)
        return self.call

    def answers(self) -> "Ring":
        rooms.answer(call_id=self.call.pk, by=self.bob, now=self.now)
        return self

    def joins(self, *people: User) -> "Ring":
        for person in people or (self.alice, self.bob):
            rooms.join(room=self.call.room, user=person, process=SERVER, tab=UUID(int=person.pk), now=self.now)
        return self

    def both_are_there(self, cap: int = 1_000) -> "Ring":
        self.rings(cap)
        return self.answers().joins()

    def hear(self) -> "Ring":
        for side in ("payer", "expert"):
            metering.hearing(period_id=self.period.pk, side=side, process=SERVER, since=self.now, now=self.now)
        return self

    def goes_back_to_free(self) -> PaidPeriod:
        metering.back_to_free(period_id=self.period.pk, member=self.alice, now=self.now)
        return self.period

    @property
    def offer(self) -> Offer:
        return Offer.objects.get(agreed_cap_minor__isnull=False)

    @property
    def period(self) -> PaidPeriod:
        return PaidPeriod.objects.get()

    def told(self, reader: User) -> dict:
        return rooms.room_state(room=self.call.room, user=reader, now=self.now)

    def incoming(self) -> dict:
        (incoming,) = rooms.rings_state(user=self.bob, now=self.now)["incoming"]
        return incoming

    def balances(self) -> dict[str, int]:
        return balances(self.alice, self.bob)


@pytest.fixture
def ring(alice, bob) -> Ring:
    give_credit(alice, 1_840)
    return Ring(alice, cast.online(bob))


def refused(code: str):
    return pytest.raises(metering.OfferRefused, match=f"^{code}$")


def set_rate(bob: User, rate: int = 200, free_minutes: int = 0) -> None:
    listings.set_rate(profile=bob.profile, rate_minor=rate, free_minutes=free_minutes)


class CardTests:
    def test_it_says_what_the_card_in_a_call_says(self, ring):
        card = ring.card()["card"]
        assert card["text"] == CARD
        assert (card["state"], card["can_accept"], card["needs_credit"]) == ("open", True, False)
        assert card["cap"]["proposed_minor"] == card["cap"]["max_minor"] == 1_840
        assert card["cap"]["clipped_by"] == "credit"
        assert card["inert_until"] == int(cast.NOW.timestamp() * 1000)  # and a second, but for these tests

    def test_looking_at_it_leaves_nothing_behind(self, ring):
        ring.card()
        assert not Offer.objects.exists()

    def test_the_experts_own_free_minutes_stand_on_it(self, ring):
        set_rate(ring.bob, free_minutes=5)
        assert "The first 5 minutes are free." in ring.card()["card"]["text"][1]

    def test_what_is_left_of_todays_free_time_stands_on_it(self, ring):
        FreeTime.objects.create(payer=ring.alice, expert=ring.bob, window_started_at=cast.NOW, used_ms=20_000)
        assert "The first 10 seconds are free." in ring.card()["card"]["text"][1]

    def test_with_too_little_credit_it_asks_for_some(self, bob, eve):
        give_credit(eve, 399)
        card = metering.card(caller=eve, expert=bob, now=cast.NOW)["card"]
        assert (card["can_accept"], card["needs_credit"]) == (False, True)

    def test_a_monthly_limit_clips_the_cap(self, ring):
        wallet.set_monthly_limit(member=ring.alice, limit=Money(1_000, "EUR"), now=cast.NOW)
        card = ring.card()["card"]
        assert (card["cap"]["max_minor"], card["cap"]["clipped_by"]) == (1_000, "limit")
        assert "Your monthly limit of €10.00 leaves €10.00 until the month ends." in card["text"]

    @pytest.mark.parametrize("why", ["no rate", "another currency", "not published", "closed", "oneself"])
    def test_there_is_none_of_who_cannot_be_called_so(self, ring, why):
        caller = ring.bob if why == "oneself" else ring.alice
        if why == "no rate":
            ring.bob.profile.listings.filter(kind="per_minute").update(active=False)
        elif why == "another currency":
            ring.bob.profile.listings.update(currency="USD")
        elif why == "not published":
            type(ring.bob.profile).objects.update(published_at=None)
        elif why == "closed":
            User.objects.filter(pk=ring.bob.pk).update(is_active=False)
        with refused("not_found"):
            metering.card(caller=caller, expert=ring.bob, now=cast.NOW)

    def test_whose_payments_are_blocked_sees_none(self, ring):
        wallet.block_payments(member=ring.alice, reason="dispute:1", now=cast.NOW)
        with refused("payments_blocked"):
            ring.card()


class RingTests:
    def test_nothing_is_held_while_it_rings(self, ring):
        ring.rings()
        assert (ring.offer.state, ring.offer.agreed_cap_minor, ring.offer.by_payer) == ("agreed", 1_000, True)
        assert ring.balances() == NOTHING
        assert not Hold.objects.exists()

    def test_the_words_shown_and_the_choice_are_frozen_as_it_rings(self, ring):
        ring.rings()
        shown, consent = CARD[:-1], CARD[-1]
        assert ring.offer.terms_text.split("\n") == [
            *shown,
            "Stop automatically at €10.00, then back to free.",
            consent,
        ]

    def test_the_expert_reads_the_rate_and_never_the_cap(self, ring):
        ring.rings()
        assert ring.incoming()["agreed_rate"] == "€2.00 per minute"
        his = ring.told(ring.bob)["offer"]
        assert his["text"] == ["Alice Martin agreed to €2.00 per minute. Paid time starts once both of you are here."]
        assert (his["state"], his["cap"], his["by_payer"]) == ("agreed", None, True)
        assert "10.00" not in str(his)

    def test_the_caller_reads_what_was_agreed_and_can_accept_nothing_more(self, ring):
        ring.rings()
        hers = ring.told(ring.alice)["offer"]
        assert hers["text"] == [
            "You agreed to €2.00 per minute, up to €10.00. Paid time starts once both of you are here."
        ]
        assert (hers["state"], hers["can_accept"], hers["needs_credit"]) == ("agreed", False, False)
        assert rooms.rings_state(user=ring.alice, now=ring.now)["outgoing"]["agreed_rate"] == "€2.00 per minute"

    def test_an_ordinary_ring_is_agreed_to_nothing(self, ring):
        ring.call = rooms.ring(caller=ring.alice, expert=ring.bob, line="", now=ring.now)
        assert ring.incoming()["agreed_rate"] is None
        assert rooms.rings_state(user=ring.alice, now=ring.now)["outgoing"]["agreed_rate"] is None
        assert ring.told(ring.alice)["offer"] is None

    @pytest.mark.parametrize("what", ["rate", "free minutes", "credit", "name", "limit", "free time"])
    def test_what_changed_since_the_card_was_drawn_is_read_again(self, ring, what):
        terms = ring.card()["terms"]
        if what == "rate":
            set_rate(ring.bob, 199)
        elif what == "free minutes":
            set_rate(ring.bob, free_minutes=2)
        elif what == "credit":
            give_credit(ring.alice, 1)
        elif what == "name":
            ring.bob.name = "Bob Lenoir"
            ring.bob.save()
        elif what == "limit":
            wallet.set_monthly_limit(member=ring.alice, limit=Money(1_000, "EUR"), now=cast.NOW)
        else:
            FreeTime.objects.create(payer=ring.alice, expert=ring.bob, window_started_at=cast.NOW, used_ms=1_000)
        with pytest.raises(rooms.CannotRing, match="^terms_changed$"):
            ring.rings(terms=terms)
        assert not Call.objects.exists()
        assert not Offer.objects.exists()
        assert ring.rings().state == "ringing"

    @pytest.mark.parametrize(
        ("cap", "code"), [(399, "cap_too_low"), (0, "cap_too_low"), (True, "cap_too_low"), (1_841, "cap_above_credit")]
    )
    def test_a_cap_that_would_be_refused_in_a_call_does_not_ring(self, ring, cap, code):
        with refused(code):
            ring.rings(cap)
        assert not Call.objects.exists()

    def test_a_cap_above_the_monthly_limit_does_not_ring(self, ring):
        wallet.set_monthly_limit(member=ring.alice, limit=Money(1_000, "EUR"), now=cast.NOW)
        with refused("cap_above_limit"):
            ring.rings(1_001)
        assert not Call.objects.exists()

    def test_without_credit_for_two_minutes_it_does_not_ring(self, bob, eve):
        give_credit(eve, 399)
        with refused("insufficient_credit"):
            Ring(eve, cast.online(bob)).rings(399)
        assert not Call.objects.exists()

    def test_whose_payments_were_blocked_meanwhile_does_not_ring(self, ring):
        terms = ring.card()["terms"]
        wallet.block_payments(member=ring.alice, reason="dispute:1", now=cast.NOW)
        with refused("payments_blocked"):
            ring.rings(terms=terms)
        assert not Call.objects.exists()

    def test_who_may_not_ring_may_not_ring_so_either(self, ring, eve):
        rooms.ring(caller=eve, expert=ring.bob, line="", now=ring.now)
        with pytest.raises(rooms.CannotRing, match="^busy$"):
            ring.rings()
        assert not Offer.objects.exists()

    def test_to_a_call_that_rings_already_nothing_is_agreed(self, ring):
        first = rooms.ring(caller=ring.alice, expert=ring.bob, line="", now=ring.now)
        assert ring.rings() == first
        assert not Offer.objects.exists()
        assert ring.incoming()["agreed_rate"] is None

    def test_before_the_card_was_there_for_a_second_it_does_not_ring(self, ring, settings):
        settings.ACCEPT_INERT_S = 1
        terms = ring.card()["terms"]
        with refused("too_soon"):
            ring.after(0.999).rings(terms=terms)
        assert not Call.objects.exists()
        assert ring.after(0.001).rings(terms=terms).state == "ringing"

    @pytest.mark.parametrize("whose", ["of another expert", "of another caller", "older than it was", "made up"])
    def test_a_card_that_these_two_were_not_shown_is_none(self, ring, eve, whose):
        terms = ring.card()["terms"]
        words, _, signature = terms.split(":")
        if whose == "of another expert":
            terms = metering.card(caller=ring.alice, expert=cast.expert("Zoe Second"), now=ring.now)["terms"]
        elif whose == "of another caller":
            terms = metering.card(caller=eve, expert=ring.bob, now=ring.now)["terms"]
        elif whose == "older than it was":
            terms = f"{words}:0:{signature}"
        else:
            terms = words
        with pytest.raises(rooms.CannotRing, match="^terms_changed$"):
            ring.rings(terms=terms)

    def test_pressed_twice_it_is_agreed_once(self, ring):
        terms = ring.card()["terms"]
        assert ring.rings(terms=terms) == ring.rings(800, terms=terms)
        assert ring.offer.agreed_cap_minor == 1_000


class ComesToNothingTests:
    @pytest.mark.parametrize("how", ["declined", "cancelled", "missed", "never joined", "hung up before"])
    def test_what_was_agreed_is_closed_with_the_ring(self, ring, how):
        call = ring.rings()
        if how == "declined":
            rooms.decline(call_id=call.pk, by=ring.bob, now=ring.now)
        elif how == "cancelled":
            rooms.cancel(call_id=call.pk, by=ring.alice, now=ring.now)
        elif how == "missed":
            rooms.sweep(now=ring.after(45).now)
        elif how == "never joined":
            ring.answers().joins(ring.alice)
            rooms.sweep(now=ring.after(120).now)
        else:
            ring.answers().joins(ring.alice)
            rooms.leave(room=call.room, user=ring.alice, tab=UUID(int=ring.alice.pk), now=ring.now, reason="hung_up")
        assert (ring.offer.state, ring.offer.closed_at) == ("expired", ring.now)
        assert ring.balances() == NOTHING
        assert not PaidPeriod.objects.exists()
        assert ring.told(ring.alice)["offer"] is ring.told(ring.bob)["offer"] is None

    def test_the_next_call_is_free(self, ring):
        rooms.decline(call_id=ring.rings().pk, by=ring.bob, now=ring.now)
        ring.call = rooms.ring(caller=ring.alice, expert=ring.bob, line="", now=ring.after(1).now)
        ring.answers().joins()
        assert not PaidPeriod.objects.exists()
        assert ring.told(ring.alice)["meter"]["state"] == "free"


class BeginTests:
    def test_one_alone_in_the_room_pays_nothing(self, ring):
        ring.rings()
        ring.answers().joins(ring.alice)
        assert ring.offer.state == "agreed"
        assert ring.balances() == NOTHING

    @pytest.mark.parametrize("first", ["alice", "bob"])
    def test_the_second_who_joins_begins_the_countdown(self, ring, first):
        ring.rings()
        ring.answers().joins(getattr(ring, first)).after(4)
        ring.joins(ring.bob if first == "alice" else ring.alice)
        period = ring.period
        assert (period.state, period.cap_minor, period.accepted_at) == ("countdown", 1_000, ring.now)
        assert period.counts_from == ring.now + timedelta(seconds=3)
        assert ring.balances() == {"credit": 840, "held": 1_000, "earned": 0, "commission": 0}
        assert Hold.objects.get().key == f"period:{period.pk}:hold:1"
        assert ring.offer.state == "accepted"
        assert ring.told(ring.alice)["offer"] is None

    def test_who_joins_a_ringing_call_has_answered_it(self, ring):
        ring.rings()
        ring.joins(ring.bob, ring.alice)
        assert ring.period.state == "countdown"

    def test_it_costs_what_it_would_have_cost_in_the_call(self, ring):
        ring.both_are_there().hear().after(3 + 30 + 61.4)
        period = ring.goes_back_to_free()
        assert (period.billable_ms, period.amount_minor) == (91_400, 204)
        assert ring.balances() == {"credit": 1_636, "held": 0, "earned": 143, "commission": 61}

    def test_the_experts_own_free_minutes_count(self, ring):
        set_rate(ring.bob, free_minutes=2)
        ring.both_are_there().hear().after(3 + 120 + 30)
        assert ring.goes_back_to_free().amount_minor == 100

    def test_back_to_free_in_the_countdown_costs_nothing(self, ring):
        ring.both_are_there().hear().after(2.9)
        assert ring.goes_back_to_free().amount_minor == 0
        assert ring.balances() == NOTHING

    def test_at_the_cap_agreed_to_it_stops(self, ring):
        ring.both_are_there(cap=400).hear().after(600)
        metering.sweep(now=ring.now)
        assert (ring.period.end_reason, ring.period.amount_minor) == ("cap", 400)
        assert ring.period.billable_ms == 150_000 + 299

    def test_the_words_kept_are_those_shown_before_ringing(self, ring):
        ring.rings()
        shown = ring.offer.terms_text
        give_credit(ring.alice, 5_000)
        ring.answers().joins()
        assert ring.offer.terms_text == shown

    def test_a_rate_that_changed_while_it_rang_changes_nothing(self, ring):
        ring.rings()
        set_rate(ring.bob, 900)
        ring.answers().joins()
        assert ring.period.rate_minor == 200

    def test_coming_back_after_a_loss_begins_no_second_one(self, ring):
        ring.both_are_there().after(5).joins()
        assert PaidPeriod.objects.count() == Hold.objects.count() == 1

    def test_free_again_the_expert_asks_as_ever(self, ring):
        ring.both_are_there().hear().after(10)
        ring.goes_back_to_free()
        metering.send_offer(call=ring.call, expert=ring.bob, listing_id=cast.rate_of(ring.bob).pk, now=ring.now)
        assert ring.told(ring.alice)["offer"]["text"][0] == "Bob Leroy asks to switch this call to paid."


class CannotBeginTests:
    def fails(self, ring: Ring, reason: str) -> None:
        """Free, nothing moved, and both are told so; why is between alice and her wallet."""
        before = ring.balances()
        ring.answers().joins()
        call = Call.objects.get(pk=ring.call.pk)
        assert (call.state, ring.offer.state, ring.offer.closed_at) == ("live", "failed", ring.now)
        assert ring.balances() == before
        hers, his = ring.told(ring.alice), ring.told(ring.bob)
        assert hers["meter"]["state"] == his["meter"]["state"] == "free"
        assert hers["offer"]["text"] == [f"Paid time did not start: the call is free. {reason}"]
        assert his["offer"]["text"] == [
            "What Alice Martin agreed to could not start: the call is free. Go paid asks again."
        ]
        assert hers["offer"]["state"] == his["offer"]["state"] == "failed"

    def test_credit_spent_meanwhile(self, ring):
        ring.rings()
        wallet.hold(payer=ring.alice, amount=Money(841, "EUR"), key="k", reference="order:1", now=ring.now)
        self.fails(ring, "The limit cannot be above your credit.")

    def test_hardly_any_credit_left(self, ring):
        ring.rings()
        wallet.hold(payer=ring.alice, amount=Money(1_500, "EUR"), key="k", reference="order:1", now=ring.now)
        self.fails(ring, "There is not enough credit. Add credit first.")

    def test_a_monthly_limit_set_meanwhile(self, ring):
        ring.rings()
        wallet.set_monthly_limit(member=ring.alice, limit=Money(500, "EUR"), now=ring.now)
        self.fails(ring, "This is more than your monthly limit leaves.")

    def test_payments_blocked_meanwhile(self, ring):
        ring.rings()
        wallet.block_payments(member=ring.alice, reason="dispute:1", now=ring.now)
        self.fails(ring, "Your payments are paused. Your wallet says why.")

    def test_the_expert_is_paid_elsewhere(self, ring, eve):
        ring.rings()
        give_credit(eve, 1_000)
        self.pays_elsewhere(ring, eve, ring.bob)
        self.fails(ring, "The expert has another paid call running. Ask again once it has ended.")

    def test_the_caller_pays_elsewhere(self, ring):
        ring.rings(400)
        self.pays_elsewhere(ring, ring.alice, cast.expert("Carol Stone"))
        self.fails(ring, "You have another paid call running. End it first.")

    @staticmethod
    def pays_elsewhere(ring: Ring, payer: User, expert: User) -> None:
        call = live_call(payer, expert, ring.now)
        offer = metering.send_offer(call=call, expert=expert, listing_id=cast.rate_of(expert).pk, now=ring.now)
        ring.after(2)
        metering.accept_offer(offer_id=offer.pk, payer=payer, cap_minor=400, now=ring.now)

    def test_the_expert_may_ask_at_once(self, ring):
        ring.rings()
        wallet.hold(payer=ring.alice, amount=Money(1_000, "EUR"), key="k", reference="order:1", now=ring.now)
        ring.answers().joins()
        offer = metering.send_offer(call=ring.call, expert=ring.bob, listing_id=cast.rate_of(ring.bob).pk, now=ring.now)
        metering.accept_offer(offer_id=offer.pk, payer=ring.alice, cap_minor=800, now=ring.after(2).now)
        assert ring.period.state == "countdown"


class HandsOffTests:
    """The buttons for an offer made in a call do nothing to one agreed to before it."""

    @pytest.mark.parametrize("press", ["withdraw", "refuse", "add credit", "accept"])
    def test_it_is_not_open(self, ring, press):
        ring.rings()
        ring.answers()
        offer_id, now = ring.offer.pk, ring.after(2).now
        with refused("closed"):
            if press == "withdraw":
                metering.withdraw_offer(offer_id=offer_id, expert=ring.bob, now=now)
            elif press == "refuse":
                metering.refuse_offer(offer_id=offer_id, payer=ring.alice, now=now)
            elif press == "add credit":
                metering.start_adding_credit(offer_id=offer_id, payer=ring.alice, now=now)
            else:
                metering.accept(offer_id=offer_id, payer=ring.alice, cap_minor=1_000, now=now)
        assert ring.offer.state == "agreed"

    def test_no_sweep_expires_it_while_it_waits(self, ring):
        ring.rings()
        ring.answers()
        metering.sweep(now=ring.after(100).now)
        assert ring.offer.state == "agreed"
        ring.joins()
        assert ring.period.state == "countdown"


class AfterwardsTests:
    """Receipt, mail and evidence say what was agreed to, in the words of the card."""

    @pytest.fixture
    def over(self, ring) -> Ring:
        ring.both_are_there().hear().after(3 + 90)
        ring.goes_back_to_free()
        rooms.leave(room=ring.call.room, user=ring.bob, tab=UUID(int=ring.bob.pk), now=ring.now, reason="hung_up")
        return ring

    def test_the_mail_to_the_payer_has_the_very_words(self, over):
        (mail,) = self.mails(over, "payer")
        for line in over.offer.terms_text.split("\n"):
            assert line in mail.body
        assert "Stop automatically at €10.00, then back to free." in mail.body

    def test_the_mail_to_the_expert_has_the_terms_and_nothing_of_her_credit(self, over):
        (mail,) = self.mails(over, "expert")
        assert CARD[1] in mail.body
        for secret in ("18.40", "10.00"):
            assert secret not in mail.body

    def test_the_page_shows_it_to_both(self, over, signed_in):
        hers, his = (signed_in(user).get(f"/calls/{over.call.pk}/").content.decode() for user in (over.alice, over.bob))
        assert CARD[0] in hers
        assert "Stop automatically at €10.00" in hers
        assert CARD[1] in his
        assert "18.40" not in his

    def test_staff_read_the_terms_in_a_claim(self, over):
        (terms, *_) = evidence(over.period)
        assert terms["rows"] == [[CARD[1]], [CARD[2]]]

    def test_the_books_are_right(self, over):
        assert [*verify_ledger(), *verify_wallet(), *verify_earnings()] == []

    @staticmethod
    def mails(ring: Ring, side: str) -> list:
        mail.outbox.clear()
        payload = {"period": ring.period.pk, "side": side, "billable_ms": ring.period.billable_ms}
        metering.send_receipt(payload, key="k")
        return mail.outbox
