"""Who is touched by a dispute reads what it means for their money and what to do, once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute
from payouts.earnings import services as earnings
from tests.payouts.disputes.test_disputes import do, top_up
from tests.payouts.mail.inbox import letters
from tests.payouts.purse import charge
from tests.payouts.stripe.story import work_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def read(who: str) -> list[str]:
    return letters(timezone.now(), to=who)


@pytest.fixture
def disputed(alice, bob, now) -> Dispute:
    """Alice paid 20.00 in, 5.00 and 2.00 of it to Bob, and her bank takes it all back."""
    top_up(alice, 2_000, now)
    charge(alice, bob, 500, now)
    charge(alice, bob, 200, now)
    do("dispute", "charge")
    work_for(4)
    return Dispute.objects.get()


class MailTests:
    def test_opened_the_member_reads_why_they_cannot_pay(self, disputed):
        (told,) = read("alice")
        assert "Your bank disputes €20.00: your payments are paused" in told
        for words in (
            "€13.00 that was not spent was taken",
            "ask your bank to withdraw the dispute",
            "answer this mail",
        ):
            assert words in told

    def test_opened_the_expert_reads_what_waits(self, disputed):
        (told,) = read("bob")
        assert "€4.90 of your earnings waits for a bank" in told
        assert 'earned with 2 charges waits, "Call with Alice" among them' in told
        assert "You need not do anything" in told

    def test_won(self, disputed):
        do("win")
        work_for(4)
        assert "You can pay and add credit again" in read("alice")[-1]
        assert "€13.00 that had been taken out of your credit is in it again" in read("alice")[-1]
        assert "€4.90 of your earnings waits no longer" in read("bob")[-1]

    def test_lost_and_unblocked_by_staff(self, disputed, sam, now):
        do("lose")
        work_for(4)
        assert "it keeps the €20.00" in read("alice")[-1]
        disputes.lift_block(dispute_id=disputed.pk, staff=sam, reason="She paid by bank", now=now)
        assert "You can pay again" in read("alice")[-1]
        assert [len(read(who)) for who in ("alice", "bob")] == [3, 2]

    def test_an_appeal_makes_it_wait_and_go_again(self, disputed):
        for deed in ("lose", "appeal", "win"):
            do(deed)
            work_for(4)
        assert ["waits for" in text for text in read("bob")] == [True, False, True, False]
        assert [text.partition(" ")[0] for text in read("alice")] == ["Your", "Your", "The"]

    def test_however_often_it_is_looked_at(self, disputed, now):
        for _ in range(3):
            disputes.take_what_was_freed(now=now)
        assert [len(read(who)) for who in ("alice", "bob")] == [1, 1]

    def test_what_is_released_already_waits_for_nothing(self, alice, bob, now):
        top_up(alice, 2_000, now)
        charge(alice, bob, 500, now)
        earnings.release_due(now=now + timedelta(days=31))
        do("dispute", "charge")
        work_for(4)
        assert read("bob") == []

    def test_an_inquiry_changes_nothing_for_anybody(self, alice, bob, now):
        top_up(alice, 2_000, now)
        charge(alice, bob, 500, now)
        do("inquire", "charge")
        work_for(4)
        do("win")
        work_for(4)
        assert (read("alice"), read("bob")) == ([], [])
