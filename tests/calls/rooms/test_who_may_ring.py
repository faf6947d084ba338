"""Each expert chooses who may ring (PRODUCT.md, *Ring*)."""

from uuid import uuid4

import pytest

from calls.rooms import services as rooms
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.listings.models import Listing
from tests import cast
from tests.payouts.purse import give_credit

pytestmark = pytest.mark.django_db
TEN_MINUTES = 2_000


@pytest.fixture
def bob(bob):
    return cast.online(bob)


def answer_to(caller, expert, now) -> str:
    """ "rings", or why not."""
    try:
        call = rooms.ring(caller=caller, expert=expert, line="", now=now)
    except rooms.CannotRing as refused:
        return refused.code
    rooms.cancel(call_id=call.pk, by=caller, now=now)
    return "rings"


def talk(caller, expert, now) -> None:
    call = rooms.ring(caller=caller, expert=expert, line="", now=now)
    for user in (expert, caller):
        rooms.join(room=call.room, user=user, process=uuid4(), tab=uuid4(), now=now)
    rooms.leave(room=call.room, user=caller, tab=uuid4(), now=now, reason="hung_up")


class AnyMemberTests:
    def test_is_what_holds_until_the_expert_chooses(self, alice, bob, now):
        assert answer_to(alice, bob, now) == "rings"


class WithCreditTests:
    @pytest.fixture(autouse=True)
    def chosen(self, bob):
        experts.choose_who_may_ring(member=bob, who="credit")

    def test_it_must_cover_ten_minutes(self, alice, bob, now):
        assert answer_to(alice, bob, now) == "credit_needed"
        give_credit(alice, TEN_MINUTES - 1, now)
        assert answer_to(alice, bob, now) == "credit_needed"
        give_credit(alice, 1, now)
        assert answer_to(alice, bob, now) == "rings"

    def test_without_a_rate_any_credit_will_do(self, alice, bob, now):
        Listing.objects.update(active=False)
        assert answer_to(alice, bob, now) == "credit_needed"
        give_credit(alice, 1, now)
        assert answer_to(alice, bob, now) == "rings"


class KnownTests:
    @pytest.fixture(autouse=True)
    def chosen(self, alice, bob, now):
        talk(alice, bob, now)
        answered_by_nobody = rooms.ring(caller=cast.eve(), expert=bob, line="", now=now)
        rooms.decline(call_id=answered_by_nobody.pk, by=bob, now=now)
        experts.choose_who_may_ring(member=bob, who="known")

    def test_who_talked_with_bob_rings(self, alice, bob, now):
        assert answer_to(alice, bob, now) == "rings"

    def test_who_only_rang_does_not(self, bob, now):
        assert answer_to(User.objects.get(email="eve@example.test"), bob, now) == "not_known"

    def test_whom_bob_called_rings_too(self, bob, now):
        carl = cast.online(cast.expert("Carl"))
        talk(bob, carl, now)
        assert answer_to(carl, bob, now) == "rings"

    def test_away_comes_before_it(self, bob, now):
        experts.choose(user=bob, chosen="away", now=now)
        assert answer_to(cast.member("Dora"), bob, now) == "away"


class PageTests:
    def test_bob_chooses_on_his_page(self, bob, signed_in):
        client = signed_in(bob)
        page = client.post("/me/who-may-ring/", {"who": "known"}, follow=True).content.decode()
        assert '<option value="known" selected>' in page

    @pytest.mark.parametrize("who", ["", "everybody", "KNOWN"])
    def test_what_is_no_choice_changes_nothing(self, bob, signed_in, who):
        page = signed_in(bob).post("/me/who-may-ring/", {"who": who}, follow=True).content.decode()
        assert "Please choose who may ring you" in page
        bob.profile.refresh_from_db()
        assert bob.profile.who_may_ring == "members"

    def test_who_is_no_expert_has_no_such_page(self, eve, client, signed_in):
        assert signed_in(eve).post("/me/who-may-ring/", {"who": "known"}).status_code == 404
        assert client.post("/me/who-may-ring/", {"who": "known"}).url.startswith("/accounts/login/")

    def test_alice_reads_it_before_she_presses_and_is_led_to_her_wallet(self, alice, bob, now, signed_in):
        experts.choose_who_may_ring(member=bob, who="credit")
        page = signed_in(alice).get("/experts/bob-leroy/").content.decode()
        assert "credit covers 10 minutes (€20.00)" in page
        assert 'id="call-form"' not in page
        give_credit(alice, TEN_MINUTES, now)
        assert 'id="call-form"' in signed_in(alice).get("/experts/bob-leroy/").content.decode()

    def test_a_stranger_is_told_to_write_instead(self, eve, bob, signed_in):
        experts.choose_who_may_ring(member=bob, who="known")
        page = signed_in(eve).get("/experts/bob-leroy/").content.decode()
        assert "people they have talked with" in page
        assert '<section class="stack" id="leave-message">' in page
