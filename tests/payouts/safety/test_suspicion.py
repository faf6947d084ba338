"""Stolen cards on their way to a bank: earnings between two accounts of one person wait until staff decided."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from marketplace import worker
from marketplace.accounts.adapter import public_address
from payouts.earnings import services as earnings
from payouts.earnings import suspicion
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.safety import services as safety
from payouts.safety.models import Review, Sighting
from tests import cast
from tests.payouts.purse import charge, eur, give_credit, purse

pytestmark = pytest.mark.django_db
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
