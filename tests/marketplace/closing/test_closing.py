"""Closing an account: every cent goes home, unasked and whatever the sum, and only then the door shuts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.metering.models import StoredTime
from marketplace.closing import services as closing
from marketplace.closing.models import Closing
from marketplace.experts import services as experts
from marketplace.experts.models import Profile
from marketplace.reviews.models import Review
from marketplace.search.models import Entry, Spelling
from payouts.cards import services as cards
from payouts.claims import services as claims
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.office.models import StaffTask
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.stripe.answers import CardRefund
from payouts.verify import faults
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.calls.metering.world import Story, live_call
from tests.marketplace.reviews.world import rating, write
from tests.payouts.mail.inbox import letters
from tests.payouts.purse import charge, connect_bank, eur, give_credit, give_promo, make_available, purse
from tests.payouts.stripe.story import AT_ONCE, connect, earn, open_top_up, pay, stripe_and_ledger_agree, work_for

pytestmark = pytest.mark.django_db


def left(member) -> dict[str, str]:
    return {each.what: str(each.amount or "") for each in closing.waits(member)}


def failed(refund: Refund) -> CardRefund:
    """The bank refused it, for a reason that may pass."""
    return CardRefund(
        id=f"re_{refund.pk}",
        status="failed",
        failure_reason="unknown",
        refund_id=refund.pk,
        top_up_id=refund.lot.top_up_id,
        amount=refund.amount,
        is_booked=False,
        is_back=False,
        pending_reason="",
    )


def refuse(withdrawal: Withdrawal, now) -> None:
    withdrawals.transfer_refused(withdrawal_id=withdrawal.pk, code="no", message="The bank said no", now=now)


def closed(member) -> bool:
    member.refresh_from_db()
    return not member.is_active


class AskTests:
    def test_the_profile_goes_at_once_and_nobody_can_ring(self, bob, now):
        cast.online(bob)
        closing.ask(member=bob, now=now)
        assert Profile.objects.get(user=bob).published_at is None
        assert experts.state(bob) == "away"

    def test_nothing_new_is_paid_or_added(self, alice, now):
        give_credit(alice, 1_000, now)
        closing.ask(member=alice, now=now)
        with pytest.raises(wallet.PaymentsBlocked):
            wallet.start_top_up(member=alice, amount=eur(1_000), return_path="/wallet/", now=now)
        with pytest.raises(wallet.PaymentsBlocked):
            wallet.hold(payer=alice, amount=eur(100), key="k", reference="period:1", now=now)

    def test_asked_twice_it_is_one(self, alice, now):
        assert closing.ask(member=alice, now=now) == closing.ask(member=alice, now=now)
        assert Closing.objects.count() == 1

    def test_nobody_walks_out_of_a_call(self, alice, bob, now):
        live_call(alice, bob, now)
        for member in (alice, bob):
            with pytest.raises(closing.Busy):
                closing.ask(member=member, now=now)
        assert not Closing.objects.exists()
        assert Profile.objects.get(user=bob).published_at

    def test_staff_lose_their_rights_first(self, sam, now):
        with pytest.raises(closing.StaffAccount):
            closing.ask(member=sam, now=now)

    def test_the_member_hears_of_it_by_mail(self, alice, now):
        closing.ask(member=alice, now=now)
        [letter] = letters(now, to="alice")
        assert "keep the account after all" in letter


class KeepTests:
    def test_the_profile_is_where_it_was_and_credit_can_be_added(self, bob, now):
        before = Profile.objects.get(user=bob).published_at
        closing.ask(member=bob, now=now)
        assert closing.keep(member=bob, now=now)
        assert Profile.objects.get(user=bob).published_at == before
        wallet.start_top_up(member=bob, amount=eur(1_000), return_path="/wallet/", now=now)
        closing.sweep(now=now)
        assert not closed(bob)

    def test_once_is_enough(self, alice, now):
        assert not closing.keep(member=alice, now=now)
        closing.ask(member=alice, now=now)
        assert closing.keep(member=alice, now=now)
        assert not closing.keep(member=alice, now=now)

    def test_and_later_it_can_be_closed_again(self, alice, now):
        closing.ask(member=alice, now=now)
        closing.keep(member=alice, now=now)
        closing.ask(member=alice, now=now)
        closing.sweep(now=now)
        assert closed(alice)


class OftenTests:
    """Closing and keeping in turn is no way around what others must wait for."""

    def test_the_least_withdrawal_counts(self, alice, bob, now):
        connect_bank(bob)
        closing.ask(member=bob, now=now)
        closing.keep(member=bob, now=now)
        make_available(bob, 700, now, payer=alice)
        closing.ask(member=bob, now=now)
        assert (left(bob), closing.why_not_sent(bob, now=now)) == ({"available": "€7.00"}, "kept")
        closing.sweep(now=now + timedelta(days=30))
        assert left(bob) == {"withdrawal": "€7.00"}

    def test_more_than_that_goes_at_once(self, alice, bob, now):
        connect_bank(bob)
        closing.ask(member=bob, now=now)
        closing.keep(member=bob, now=now)
        make_available(bob, 2_000, now, payer=alice)
        closing.ask(member=bob, now=now)
        assert list(left(bob)) == ["withdrawal"]


class CallerTests:
    def test_unused_credit_goes_to_its_card_unasked_and_then_the_account_is_closed(self, alice):
        now = timezone.now()
        earn(cast.bob(), cast.eve(), 10_000, now=now)  # other money at Stripe: fees keep no refund waiting
        top_up = open_top_up(alice, 2_000, now=now)
        pay(top_up)
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
        cards.refresh_cards(member=alice, now=now)
        closing.ask(member=alice, now=now)
        assert left(alice) == {"refund": "€20.00"}
        assert "your account is closing, so €20.00" in letters(now, to="alice")[-1]
        closing.sweep(now=now)
        assert not closed(alice)
        work_for(2)
        closing.sweep(now=now)
        assert [str(row.state) for row in Refund.objects.all()] == ["paid"]
        assert closed(alice)
        assert stripe_and_ledger_agree()
        assert "your account is closed" in letters(now, to="alice")[-1]

    def test_what_is_held_comes_back_first(self, alice, now):
        give_credit(alice, 1_000, now)
        wallet.hold(payer=alice, amount=eur(400), key="h", reference="period:7", now=now)
        closing.ask(member=alice, now=now)
        assert left(alice) == {"held": "€4.00", "refund": "€6.00"}
        wallet.free(payer=alice, reference="period:7", key="period:7:free", now=now)
        closing.sweep(now=now)
        assert left(alice) == {"refund": "€10.00"}
        assert Refund.objects.count() == 2

    def test_a_present_is_not_paid_out(self, alice, now):
        give_promo(alice, 500, now)
        closing.ask(member=alice, now=now)
        closing.sweep(now=now)
        assert closed(alice)
        assert purse(alice)["credit"] == "0.00"
        assert ledger.balance(accounts.promo_expense(), "EUR").minor == 0
        assert not Refund.objects.exists()

    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_time_that_was_paid_for_comes_back_at_once(self, db, who):
        story = Story(credit=2_500)
        story.go_act().after(720)
        story.hang_up()
        closing.ask(member=getattr(story, who), now=story.now)
        stored = StoredTime.objects.get()
        assert (stored.price_minor, stored.returned_minor) == (0, 1_500)
        assert "stored" not in left(story.alice)
        assert story.faults() == []

    def test_time_in_dispute_comes_back_as_soon_as_that_is_settled(self, db):
        story = Story(credit=2_500)
        story.go_act().after(720)
        story.hang_up()
        stored = StoredTime.objects.get()
        earnings.wait(reference=stored.reference, reason="dispute:1", now=story.now)
        closing.ask(member=story.alice, now=story.now)
        closing.sweep(now=story.now)
        assert "stored" in left(story.alice)
        earnings.let_go(reference=stored.reference, reason="dispute:1")
        closing.sweep(now=story.now)
        assert left(story.alice) == {"refund": "€15.00"}
        assert story.faults() == []

    def test_a_card_that_refuses_again_and_again_is_settled_by_staff(self, alice, now):
        give_credit(alice, 1_000, now)
        closing.ask(member=alice, now=now)
        for _ in range(3):
            refunds.observe(found=failed(Refund.objects.get(state="requested")), now=now)
            closing.sweep(now=now)
        assert [str(row.state) for row in Refund.objects.order_by("pk")] == ["failed", "failed", "failed", "refused"]
        closing.sweep(now=now)
        assert Refund.objects.count() == 4
        assert not closed(alice)


class ExpertTests:
    def test_any_sum_goes_to_the_bank(self, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        connect_bank(bob)
        closing.ask(member=bob, now=now)
        assert Withdrawal.objects.get().amount_minor == 700
        assert left(bob) == {"withdrawal": "€7.00"}

    def test_what_is_pending_follows_on_its_date(self, alice, bob):
        now = timezone.now()
        connect(bob, now=now)
        top_up = open_top_up(alice, 1_000, now=now)
        pay(top_up, card=AT_ONCE)
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
        charge(alice, bob, 1_000, now)
        closing.ask(member=bob, now=now)
        closing.sweep(now=now)
        assert left(bob) == {"pending": "€7.00"}
        earnings.release_due(now=now + timedelta(days=31))
        closing.sweep(now=now)
        assert left(bob) == {"withdrawal": "€7.00"}
        work_for(20)
        closing.sweep(now=now)
        assert Withdrawal.objects.get().state == "paid"
        assert closed(bob)
        assert stripe_and_ledger_agree()

    def test_without_a_bank_it_waits_for_one(self, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        closing.ask(member=bob, now=now)
        closing.sweep(now=now)
        assert (left(bob), closing.why_not_sent(bob, now=now)) == ({"available": "€7.00"}, "bank")
        connect_bank(bob)
        closing.sweep(now=now)
        assert left(bob) == {"withdrawal": "€7.00"}

    def test_a_bank_that_refused_is_asked_again_ever_more_seldom_and_staff_are_told(self, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        connect_bank(bob)
        closing.ask(member=bob, now=now)
        then = now
        for count, days in enumerate((1, 3, 7, 7), 1):
            assert Withdrawal.objects.count() == count
            assert StaffTask.objects.filter(kind="closing").count() == (count > 3)
            refuse(Withdrawal.objects.latest("pk"), then)
            then += timedelta(days=days)
            closing.sweep(now=then - timedelta(minutes=1))
            assert closing.why_not_sent(bob, now=then - timedelta(minutes=1)) == "refused"
            assert Withdrawal.objects.count() == count
            closing.sweep(now=then)
        assert "its bank has refused €7.00 3 times" in StaffTask.objects.get(kind="closing").text

    def test_the_day_counts_from_the_refusal_not_from_the_request(self, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        connect_bank(bob)
        closing.ask(member=bob, now=now)
        refuse(Withdrawal.objects.get(), now + timedelta(days=3))
        closing.sweep(now=now + timedelta(days=3, minutes=1))
        assert Withdrawal.objects.count() == 1

    def test_what_the_expert_wrote_is_gone_in_the_end(self, bob, now):
        closing.ask(member=bob, now=now)
        closing.sweep(now=now)
        profile = Profile.objects.get(user=bob)
        assert (profile.headline, profile.bio, profile.photo) == ("", "", "")
        assert not Entry.objects.filter(profile=profile).exists()
        assert not Spelling.objects.filter(word="leroy").exists()
        assert closed(bob)

    def test_of_reviews_what_they_wrote_stays_without_a_name_and_what_was_written_of_them_goes(self, alice, bob, now):
        cleo = cast.expert("Cleo Stahl")
        write(bob, cleo, text="She knows.")
        write(alice, bob, text="He knows.")
        closing.ask(member=bob, now=now)
        closing.sweep(now=now)
        assert closed(bob)
        kept = Review.objects.get(writer=bob)
        assert (kept.writer_name, kept.text, rating(cleo)[0]) == ("A former member", "She knows.", 1)
        assert Review.objects.get(expert=bob).text == ""


class AfterwardsTests:
    def test_what_comes_to_a_closed_account_is_sent_on(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:9")
        closing.ask(member=alice, now=now)
        closing.sweep(now=now)
        assert closed(alice)
        claims.refund(expert=bob, reference="period:9", amount=eur(300), key="form", now=now)
        assert closing.send_what_came_back(now=now) == 1
        assert Refund.objects.get().amount_minor == 300
        assert closing.send_what_came_back(now=now) == 0

    def test_whoever_is_signed_in_is_out_and_nobody_signs_in(self, client, signed_in, alice, now):
        inside = signed_in(alice)
        closing.ask(member=alice, now=now)
        assert inside.get("/me/").status_code == 200
        closing.sweep(now=now)
        assert inside.get("/me/").status_code == 302
        answer = client.post("/accounts/login/", {"login": alice.email, "password": cast.PASSWORD})
        assert client.get("/me/").status_code == 302
        page = client.get(answer["Location"]).content.decode() if answer.status_code == 302 else answer.content.decode()
        assert "inactive" in page.lower()

    def test_the_books_are_clean(self, alice, bob, now):
        make_available(bob, 700, now, payer=alice)
        give_promo(alice, 500, now)
        connect_bank(bob)
        for member in (alice, bob):
            closing.ask(member=member, now=now)
        closing.sweep(now=now)
        assert closed(alice)
        assert faults() == []
