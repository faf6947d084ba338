"""Stolen cards on their way to a bank: earnings between two accounts of one person wait until staff decided."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from marketplace import worker
from marketplace.accounts.adapter import public_address
from payouts.claims import services as claims
from payouts.earnings import services as earnings
from payouts.earnings import suspicion
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.safety import services as safety
from payouts.safety.models import Review, Sighting
from payouts.safety.words import frozen_text
from payouts.stripe.work import HANDLERS
from payouts.verify import faults
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.payouts.mail.inbox import letters
from tests.payouts.purse import charge, connect_bank, eur, give_credit, give_promo, make_available, purse
from tests.payouts.stripe.story import connect, earn, work_for

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]
SEEN = {"card": "fp_card", "bank": "fp_bank", "device": "a-device", "address": "203.0.113.7"}


@pytest.fixture
def paid(alice, bob, now):
    """Alice pays bob 10.00; a month later his earning is due."""

    def pay(price: int = 1_000) -> None:
        give_credit(alice, price, now)
        charge(alice, bob, price, now, reference="period:1")
        earnings.release_due(now=now + timedelta(days=31))

    return pay


class SuspicionTests:
    @pytest.mark.parametrize("kind", SEEN)
    def test_one_person_behind_two_accounts_is_not_paid_before_staff_looked(self, alice, bob, now, paid, kind):
        for member in (alice, bob):
            safety.saw(member=member, now=now, **{kind: SEEN[kind]})
        paid()
        assert purse(bob) == {"credit": "0.00", "held": "0.00", "pending": "7.00", "available": "0.00"}
        assert Review.objects.get().reasons == [f"same_{kind}"]
        assert StaffTask.objects.get().kind == "review"

    def test_without_the_rules_the_money_comes_out(self, alice, bob, now, paid):
        """The broken twin."""
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        with patch("payouts.earnings.suspicion.safety.suspicions", return_value=None):
            paid()
        assert purse(bob)["available"] == "7.00"

    def test_strangers_are_paid_on_the_day(self, alice, bob, eve, now, paid):
        for member, card in ((alice, "a"), (bob, "b"), (eve, "a")):
            safety.saw(member=member, now=now, card=card, address=f"address of {card}")
        paid()
        assert purse(bob)["available"] == "7.00"

    def test_a_card_and_an_address_that_read_alike_are_not_the_same(self, alice, bob, now, paid):
        safety.saw(member=alice, now=now, card="1")
        safety.saw(member=bob, now=now, address="1")
        paid()
        assert purse(bob)["available"] == "7.00"

    @pytest.mark.parametrize(("days", "price", "waits"), [(6, 5_000, True), (6, 4_999, False), (7, 5_000, False)])
    def test_two_new_accounts_that_move_much_at_once(self, alice, bob, now, paid, days, price, waits):
        for member in (alice, bob):
            member.date_joined = now - timedelta(days=days)
            member.save()
        paid(price)
        assert Review.objects.exists() == waits

    def test_what_is_kept_names_nobody(self, alice, now):
        safety.saw(member=alice, now=now, card="fp_card", address="")
        assert Sighting.objects.get().mark != "fp_card"

    def test_what_was_not_seen_again_for_a_year_is_forgotten(self, alice, now):
        safety.saw(member=alice, now=now - timedelta(days=366), card="old")
        safety.saw(member=alice, now=now - timedelta(days=364), card="new")
        assert safety.forget_old(now=now) == 1
        assert Sighting.objects.get().last_at == now - timedelta(days=364)

    @pytest.mark.parametrize(
        ("address", "kept"), [("127.0.0.1", ""), ("192.168.1.5", ""), ("::1", ""), ("8.8.8.8", "8.8.8.8")]
    )
    def test_an_address_that_is_not_public_says_nothing(self, address, kept):
        assert public_address(address) == kept

    def test_two_who_sign_in_on_one_device_were_seen_there(self, alice, bob, client):
        for member in (alice, bob):
            client.post("/accounts/login/", {"login": member.email, "password": cast.PASSWORD})
            client.post("/accounts/logout/")
        marks = Sighting.objects.filter(kind="device").values_list("mark", flat=True)
        assert len(marks) == 2
        assert len(set(marks)) == 1


class WeekTests:
    """Two accounts made this week: what counts is what moved between them in it, in however many charges."""

    @pytest.fixture(autouse=True)
    def new_accounts(self, alice, bob, now):
        for member in (alice, bob):
            member.date_joined = now - timedelta(days=1)
            member.save()

    def test_small_charges_count_together_and_the_earlier_ones_wait_too(self, alice, bob, now):
        for number in range(3):
            pays(alice, bob, 2_000, now, reference=f"period:{number}")
        assert [review.reference for review in Review.objects.all()] == ["period:2"]
        work_outbox(now)
        assert {review.reference for review in Review.objects.all()} == {"period:0", "period:1", "period:2"}
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["available"] == "0.00"

    def test_what_went_back_did_not_move(self, alice, bob, now):
        pays(alice, bob, 3_000, now, reference="period:1")
        earnings.give_back(reference="period:1", amount=eur(1_001), key="back", now=now)
        pays(alice, bob, 3_000, now, reference="period:2")
        assert not Review.objects.exists()

    def test_what_moved_between_others_is_not_theirs(self, alice, bob, eve, now):
        pays(eve, bob, 4_000, now, reference="period:1")
        pays(alice, bob, 1_000, now, reference="period:2")
        assert not Review.objects.exists()


class LaterTests:
    """A card or a bank account comes to be shared while the earning is pending."""

    @pytest.mark.parametrize("kind", ["card", "bank"])
    def test_what_is_pending_between_the_two_waits_from_then_on(self, alice, bob, eve, now, kind):
        pays(alice, bob, 1_000, now, reference="period:1")
        pays(bob, alice, 1_000, now, reference="period:2")
        pays(eve, bob, 1_000, now, reference="period:3")
        for member in (alice, bob, bob):
            safety.saw(member=member, now=now, **{kind: SEEN[kind]})
        work_outbox(now)
        assert {review.reference: review.reasons for review in Review.objects.all()} == {
            "period:1": [f"same_{kind}"],
            "period:2": [f"same_{kind}"],
        }

    def test_without_the_second_look_the_money_comes_out(self, alice, bob, now):
        """The broken twin."""
        pays(alice, bob, 1_000, now, reference="period:1")
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["available"] == "7.00"

    @pytest.mark.parametrize("kind", ["device", "address"])
    def test_a_family_shares_devices_and_addresses(self, alice, bob, now, kind):
        pays(alice, bob, 1_000, now, reference="period:1")
        for member in (alice, bob):
            safety.saw(member=member, now=now, **{kind: SEEN[kind]})
        work_outbox(now)
        assert not Review.objects.exists()

    def test_what_is_released_is_left(self, alice, bob, now):
        pays(alice, bob, 1_000, now, reference="period:1")
        earnings.release_due(now=now + timedelta(days=31))
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        work_outbox(now)
        assert not Review.objects.exists()

    def test_what_staff_found_fine_is_opened_again_for_a_reason_that_they_had_not_seen(self, alice, bob, sam, now):
        for member in (alice, bob):
            safety.saw(member=member, now=now, device="a-device")
        pays(alice, bob, 1_000, now, reference="period:1")
        fine(sam, now)
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        for _ in range(2):
            work_outbox(now)
        review = Review.objects.get()
        assert (review.verdict, review.reasons) == ("open", ["same_device", "same_card"])
        assert StaffTask.objects.filter(closed_at=None).count() == 1
        fine(sam, now)
        assert not StaffTask.objects.filter(closed_at=None).exists()
        safety.saw(member=alice, now=now, card="fp_card")
        OutboxRow.objects.update(state="waiting", due_at=now)
        work_outbox(now)
        assert Review.objects.get().verdict == "fine"
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["available"] == "7.00"

    def test_a_part_used_later_is_looked_at_anew(self, alice, bob, now):
        pays(alice, bob, 1_000, now, reference="period:1")
        move = {"label": "Half an hour", "link": "/calls/1/", "release_from": now, "now": now}
        earnings.move_part(reference="period:1", to="stored:1", amount=eur(600), key="k:1", keep_days=30, **move)
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        work_outbox(now)
        earnings.move_part(reference="stored:1", to="period:2", amount=eur(200), key="k:2", **move)
        assert {review.reference for review in Review.objects.all()} == {"period:1", "period:2"}


def pays(payer, expert, minor, now, *, reference):
    give_credit(payer, minor, now)
    charge(payer, expert, minor, now, reference=reference)


def work_outbox(now) -> None:
    handlers = {safety.LOOK_AGAIN: worker.HANDLERS[safety.LOOK_AGAIN]}
    outbox.work(handlers=handlers, now=now + timedelta(seconds=1))


def fine(sam, now) -> None:
    suspicion.decide(review_id=Review.objects.get().pk, staff=sam, verdict="fine", note="A couple.", now=now)


class DecisionTests:
    @pytest.fixture
    def review(self, alice, bob, now, paid) -> Review:
        for member in (alice, bob):
            safety.saw(member=member, now=now, device="a-device")
        paid()
        return Review.objects.get()

    def decide(self, review, staff, now, verdict="fine", note="A couple on one sofa."):
        suspicion.decide(review_id=review.pk, staff=staff, verdict=verdict, note=note, now=now)

    def test_fine_releases_it(self, review, bob, sam, now):
        self.decide(review, sam, now)
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["available"] == "7.00"
        assert AuditRecord.objects.get().reason == "A couple on one sofa."

    def test_fraud_keeps_it_and_freezes_withdrawals(self, review, bob, sam, now):
        self.decide(review, sam, now, verdict="fraud", note="One card, two names.")
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["pending"] == "7.00"
        assert safety.frozen(member=bob, now=now).reason == "review"

    def test_the_first_decision_counts(self, review, bob, sam, now):
        self.decide(review, sam, now)
        self.decide(review, sam, now, verdict="fraud")
        assert Review.objects.get().verdict == "fine"
        assert safety.frozen(member=bob, now=now) is None

    def test_nobody_decides_about_themself(self, review, bob, now):
        with pytest.raises(office.PartyToIt):
            self.decide(review, bob, now)
        assert Review.objects.get().verdict == "open"

    @pytest.mark.parametrize(("verdict", "note"), [("open", "x"), ("maybe", "x"), ("fine", "  ")])
    def test_a_decision_needs_a_verdict_and_a_reason(self, review, sam, now, verdict, note):
        with pytest.raises(ValueError, match="needs its reason"):
            self.decide(review, sam, now, verdict=verdict, note=note)
        assert Review.objects.get().verdict == "open"


class FreezeTests:
    """Withdrawals of an expert under review are frozen; where fraud is found, transfers are reversed (PRODUCT.md, 3)."""

    @pytest.fixture
    def rich(self, alice, bob, eve, now):
        """50.00 are bob's already, from somebody whom nothing is said against."""
        make_available(bob, 5_000, now, payer=eve)
        connect_bank(bob)
        for member in (alice, bob):
            safety.saw(member=member, now=now, device="a-device")

    def withdraw(self, bob, now, minor: int = 2_000):
        return withdrawals.request(expert=bob, amount=eur(minor), key=f"form-{minor}", now=now)

    def decide(self, sam, now, verdict="fine") -> None:
        for review in Review.objects.filter(verdict="open").order_by("pk")[:1]:
            suspicion.decide(review_id=review.pk, staff=sam, verdict=verdict, note="Looked.", now=now)

    def test_while_staff_look_nothing_leaves(self, rich, alice, bob, sam, now):
        pays(alice, bob, 1_000, now, reference="period:1")
        with pytest.raises(withdrawals.WithdrawalsFrozen) as frozen:
            self.withdraw(bob, now)
        assert frozen_text(frozen.value.frozen) == (
            "Withdrawals are stopped while a payment to you is in question. Our staff decide about it."
        )
        self.decide(sam, now)
        self.withdraw(bob, now)

    def test_all_reviews_are_decided_first(self, rich, alice, bob, sam, now):
        for number in (1, 2):
            pays(alice, bob, 1_000, now, reference=f"period:{number}")
        self.decide(sam, now)
        assert safety.frozen(member=bob, now=now)
        self.decide(sam, now)
        assert safety.frozen(member=bob, now=now) is None

    def test_a_review_that_is_taken_up_again_freezes_again(self, rich, alice, bob, sam, now):
        pays(alice, bob, 1_000, now, reference="period:1")
        self.decide(sam, now)
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        work_outbox(now)
        assert Review.objects.get().verdict == "open"
        assert safety.frozen(member=bob, now=now)
        self.decide(sam, now)
        assert safety.frozen(member=bob, now=now) is None

    def test_a_freeze_for_another_reason_outlasts_it(self, rich, alice, bob, sam, now):
        pays(alice, bob, 1_000, now, reference="period:1")
        safety.freeze(member=bob, reason="email", key="email:1", now=now)
        self.decide(sam, now)
        assert safety.frozen(member=bob, now=now).reason == "email"

    def test_found_to_be_fraud_what_was_asked_for_does_not_leave(self, alice, bob, eve, sam):
        """A transfer lies at Stripe when staff decide; another withdrawal has not been sent yet."""
        now = timezone.now()
        earn(bob, eve, 10_000, now=now)
        connect(bob, now=now)
        sent = self.withdraw(bob, now, 2_000)
        outbox.work(handlers=HANDLERS, now=now, limit=1)
        sent.refresh_from_db()
        assert (bool(sent.stripe_transfer), sent.state) == (True, "requested")
        for member in (alice, bob):
            safety.saw(member=member, now=now, device="a-device")
        pays(alice, bob, 1_000, now, reference="period:1")
        self.decide(sam, now, "fraud")
        work_for(8)
        sent.refresh_from_db()
        assert (sent.state, bool(sent.stripe_reversal)) == ("failed", True)
        assert purse(bob)["available"] == "70.00"
        assert [task.kind for task in StaffTask.objects.filter(closed_at=None)] == ["fraud"]


class FraudTests:
    """What was found to be fraud stays nobody's for ever: staff give it back, in writing."""

    @pytest.fixture
    def fraud(self, alice, bob, sam, now) -> Review:
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        pays(alice, bob, 1_000, now, reference="period:1")
        review = Review.objects.get()
        suspicion.decide(review_id=review.pk, staff=sam, verdict="fraud", note="One card.", now=now)
        return review

    def give_back(self, review, staff, now, reason="The owner of the card wrote to us.") -> None:
        suspicion.give_back(review_id=review.pk, staff=staff, reason=reason, now=now)
        outbox.work(handlers={earnings.TO_CARD: earnings.send_to_card}, now=now)

    def test_it_goes_back_to_its_card(self, fraud, alice, bob, sam, now):
        self.give_back(fraud, sam, now)
        assert (purse(bob)["pending"], purse(alice)["credit"]) == ("0.00", "0.00")
        assert Refund.objects.get().amount_minor == 1_000
        assert AuditRecord.objects.latest("pk").act == "review.give_back"
        assert not StaffTask.objects.filter(closed_at=None).exists()
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["available"] == "0.00"
        assert faults() == []

    def test_to_that_card_and_no_younger_one(self, fraud, alice, sam, now):
        stolen = CreditLot.objects.get(member=alice)
        give_credit(alice, 5_000, now)
        self.give_back(fraud, sam, now)
        assert [(row.lot, row.amount_minor) for row in Refund.objects.all()] == [(stolen, 1_000)]
        assert purse(alice)["credit"] == "50.00"

    def test_of_each_card_as_much_as_it_paid(self, alice, bob, sam, now):
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        give_promo(alice, 300, now)
        give_credit(alice, 500, now)
        give_credit(alice, 2_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        review = Review.objects.get()
        suspicion.decide(review_id=review.pk, staff=sam, verdict="fraud", note="One card.", now=now)
        self.give_back(review, sam, now)
        assert sorted(row.amount_minor for row in Refund.objects.all()) == [200, 500]
        assert purse(alice)["credit"] == "21.00"
        assert faults() == []

    def test_whoever_gives_it_back(self, fraud, alice, bob, now):
        """An expert who hears of the verdict cannot hand the money to the other account."""
        claims.refund(expert=bob, reference="period:1", amount=eur(400), key="form", now=now)
        outbox.work(handlers={earnings.TO_CARD: earnings.send_to_card}, now=now)
        assert (purse(alice)["credit"], Refund.objects.get().amount_minor) == ("0.00", 400)
        assert StaffTask.objects.filter(kind="fraud", closed_at=None).exists()
        claims.refund(expert=bob, reference="period:1", amount=eur(600), key="form-2", now=now)
        assert not StaffTask.objects.filter(kind="fraud", closed_at=None).exists()

    def test_what_was_given_back_while_staff_were_looking_too(self, alice, bob, sam, now):
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        pays(alice, bob, 1_000, now, reference="period:1")
        claims.refund(expert=bob, reference="period:1", amount=eur(1_000), key="form", now=now)
        assert purse(alice)["credit"] == "10.00"
        review = Review.objects.get()
        suspicion.decide(review_id=review.pk, staff=sam, verdict="fraud", note="One card.", now=now)
        outbox.work(handlers={earnings.TO_CARD: earnings.send_to_card}, now=now)
        assert (purse(alice)["credit"], Refund.objects.get().amount_minor) == ("0.00", 1_000)
        assert not StaffTask.objects.filter(kind="fraud").exists()  # there is nothing to give back

    def test_what_was_not_used_of_a_purchase_too(self, fraud, alice, bob, now):
        """The unused time of an act is an earning of its own: found under the purchase that it is a part of."""
        earnings.move_part(
            reference="period:1", to="stored:1", amount=eur(700), key="m", label="", link="", release_from=now, now=now,
            keep_days=30,
        )  # fmt: skip
        earnings.give_back(reference="stored:1", amount=eur(700), key="returned", now=now)
        outbox.work(handlers={earnings.TO_CARD: earnings.send_to_card}, now=now)
        assert (purse(alice)["credit"], Refund.objects.get().amount_minor) == ("0.00", 700)

    def test_staff_give_back_every_part_of_it(self, fraud, alice, bob, sam, now):
        earnings.move_part(
            reference="period:1", to="stored:1", amount=eur(700), key="m", label="", link="", release_from=now, now=now,
            keep_days=30,
        )  # fmt: skip
        self.give_back(fraud, sam, now)
        assert (purse(bob)["pending"], purse(alice)["credit"]) == ("0.00", "0.00")
        assert sorted(row.amount_minor for row in Refund.objects.all()) == [300, 700]
        assert not StaffTask.objects.filter(kind="fraud", closed_at=None).exists()

    def test_no_other_part_of_it_is_released_meanwhile(self, alice, bob, sam, now):
        """Staff had found the purchase fine, and one part of it is found to be fraud later."""
        pays(alice, bob, 1_000, now, reference="period:1")
        move = {"label": "", "link": "", "release_from": now, "now": now}
        earnings.move_part(reference="period:1", to="stored:1", amount=eur(700), key="m", keep_days=30, **move)
        for member in (alice, bob):
            safety.saw(member=member, now=now, device="a-device")
        earnings.move_part(reference="stored:1", to="period:2", amount=eur(200), key="m2", **move)
        review = Review.objects.get(reference="period:2")
        suspicion.decide(review_id=review.pk, staff=sam, verdict="fraud", note="One card.", now=now)
        earnings.move_part(reference="stored:1", to="period:3", amount=eur(100), key="m3", **move)
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["available"] == "0.00"
        assert Review.objects.filter(reference="period:3", verdict="open").exists()

    def test_what_was_released_before_is_no_task_for_anybody(self, alice, bob, sam, now):
        for member in (alice, bob):
            safety.saw(member=member, now=now, device="a-device")
        pays(alice, bob, 1_000, now, reference="period:1")
        move = {"label": "", "link": "", "release_from": now, "now": now}
        earnings.move_part(reference="period:1", to="stored:1", amount=eur(700), key="m", keep_days=30, **move)
        fine(sam, now)
        earnings.release_due(now=now + timedelta(days=31))
        earnings.move_part(reference="stored:1", to="period:2", amount=eur(700), key="m2", **move)
        review = Review.objects.get(reference="period:2")
        suspicion.decide(review_id=review.pk, staff=sam, verdict="fraud", note="One card.", now=now)
        assert suspicion.to_give_back(review) is None  # the verdict is not read anew
        review.refresh_from_db()
        assert suspicion.to_give_back(review) == eur(700)
        self.give_back(review, sam, now)
        assert not StaffTask.objects.filter(kind="fraud", closed_at=None).exists()

    def test_while_a_claim_decides_about_a_part_the_task_stays(self, fraud, alice, bob, sam, now):
        earnings.move_part(
            reference="period:1", to="stored:1", amount=eur(700), key="m", label="", link="", release_from=now, now=now,
            keep_days=30,
        )  # fmt: skip
        earnings.wait(reference="period:1", reason="claim", now=now)
        self.give_back(fraud, sam, now)
        assert Refund.objects.get().amount_minor == 700
        assert StaffTask.objects.filter(kind="fraud", closed_at=None).exists()
        earnings.let_go(reference="period:1", reason="claim")
        self.give_back(fraud, sam, now)
        assert not StaffTask.objects.filter(kind="fraud", closed_at=None).exists()

    def test_until_it_has_gone_nothing_is_paid_with_it(self, fraud, alice, eve, now, signed_in):
        give_credit(alice, 1_000, now)
        claims.refund(expert=cast.bob(), reference="period:1", amount=eur(1_000), key="form", now=now)
        with pytest.raises(wallet.PaymentsBlocked):
            wallet.hold(payer=alice, amount=eur(100), key="h", reference="period:2", now=now)
        assert "It goes to the card that paid it." in signed_in(alice).get("/wallet/").content.decode()
        outbox.work(handlers={earnings.TO_CARD: earnings.send_to_card}, now=now)
        wallet.hold(payer=alice, amount=eur(100), key="h", reference="period:2", now=now)

    def test_what_comes_back_of_an_honest_purchase_stays_credit(self, fraud, alice, bob, now):
        pays(alice, bob, 1_000, now, reference="period:2")
        earnings.give_back(reference="period:2", amount=eur(1_000), key="back", now=now)
        outbox.work(handlers={earnings.TO_CARD: earnings.send_to_card}, now=now)
        assert purse(alice)["credit"] == "10.00"
        assert not Refund.objects.exists()

    def test_what_has_left_the_credit_by_then_staff_hear_of(self, fraud, alice, sam, now):
        suspicion.give_back(review_id=fraud.pk, staff=sam, reason="Its owner wrote.", now=now)
        refunds.request(member=alice, amount=eur(700), key="own", now=now)
        outbox.work(handlers={earnings.TO_CARD: earnings.send_to_card}, now=now)
        assert [row.amount_minor for row in Refund.objects.order_by("pk")] == [700, 300]
        task = StaffTask.objects.get(closed_at=None)
        assert "€7.00 of what was given back" in task.text
        assert {party.member_id for party in task.parties.all()} == {alice.pk, fraud.expert_id}

    def test_the_payer_reads_that_staff_did_it(self, fraud, sam, now):
        self.give_back(fraud, sam, now)
        assert "our staff gave a payment back" in letters(now, to="alice")[-1]

    def test_a_present_becomes_a_present_again(self, alice, bob, sam, now):
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        give_promo(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        review = Review.objects.get()
        suspicion.decide(review_id=review.pk, staff=sam, verdict="fraud", note="One card.", now=now)
        self.give_back(review, sam, now)
        assert purse(alice)["credit"] == "10.00"
        assert not Refund.objects.exists()

    def test_once(self, fraud, sam, now):
        self.give_back(fraud, sam, now)
        with pytest.raises(suspicion.NothingToGiveBack):
            self.give_back(fraud, sam, now)
        assert Refund.objects.count() == 1

    def test_not_what_is_fine_or_not_decided(self, alice, bob, sam, now):
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        pays(alice, bob, 1_000, now, reference="period:1")
        for verdict in ("", "fine"):
            if verdict:
                fine(sam, now)
            with pytest.raises(suspicion.NothingToGiveBack):
                self.give_back(Review.objects.get(), sam, now)
        assert purse(bob)["pending"] == "7.00"

    def test_not_while_a_claim_or_a_dispute_decides_about_it(self, fraud, bob, sam, now):
        earnings.wait(reference="period:1", reason="dispute:1", now=now)
        with pytest.raises(suspicion.NothingToGiveBack):
            self.give_back(fraud, sam, now)
        assert purse(bob)["pending"] == "7.00"

    def test_with_a_reason_and_by_nobody_who_is_a_party(self, fraud, alice, sam, now):
        with pytest.raises(ValueError, match="needs its reason"):
            self.give_back(fraud, sam, now, reason="  ")
        with pytest.raises(office.PartyToIt):
            self.give_back(fraud, alice, now)
        assert not Refund.objects.exists()

    def test_staff_press_it_on_the_page_of_the_review(self, fraud, signed_in, bob, sam):
        staff, page = signed_in(sam), f"/staff/reviews/{fraud.pk}/"
        earnings.move_part(
            reference="period:1", to="stored:1", amount=eur(700), key="m", label="", link="", release_from=timezone.now(),
            now=timezone.now(), keep_days=30,
        )  # fmt: skip
        assert "€10.00, all that is left of the purchase" in staff.get(page).content.decode()
        answer = staff.post(f"{page}give-back/", {"reason": ""}, follow=True)
        assert "Write why. Nothing was given back." in answer.content.decode()
        answer = staff.post(f"{page}give-back/", {"reason": "Its owner wrote."}, follow=True)
        assert "Given back." in answer.content.decode()
        assert "Give it back" not in answer.content.decode()
        answer = staff.post(f"{page}give-back/", {"reason": "Its owner wrote."}, follow=True)
        assert "There is nothing to give back" in answer.content.decode()
        assert purse(bob)["pending"] == "0.00"
