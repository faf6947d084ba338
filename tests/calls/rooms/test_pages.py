from uuid import UUID

import pytest

from calls.rooms import services as rooms
from calls.rooms.models import Call
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(alice, bob, now) -> Call:
    """A call that was live and is over."""
    cast.online(bob)
    call = rooms.ring(caller=alice, expert=bob, line="", now=now)
    rooms.answer(call_id=call.id, expert=bob, now=now)
    for one in (alice, bob):
        rooms.join(room=call.room, user=one, process=UUID(int=1), tab=UUID(int=one.id), now=now)
    rooms.leave(room=call.room, user=alice, tab=UUID(int=alice.id), now=now, reason="hung_up")
    return call


class RoomPageTests:
    def test_both_people_see_it_each_with_the_other(self, ended, alice, bob, signed_in):
        for one, other, role in ((alice, bob, "payer"), (bob, alice, "expert")):
            page = signed_in(one).get(f"/r/{ended.room.code}/")
            assert (page.status_code, page.context["role"], page.context["other"]) == (200, role, other)

    def test_a_stranger_and_an_unknown_code_get_the_same_404(self, ended, eve, sam, signed_in):
        for somebody in (eve, sam):
            assert signed_in(somebody).get(f"/r/{ended.room.code}/").status_code == 404
            assert signed_in(somebody).get("/r/AAAAAAAAAAAAAAAAAAAAAAAA/").status_code == 404

    @pytest.mark.parametrize("code", ["%00", "AAAA%00", "A" * 2_000, "%C3%A9"])
    def test_what_can_be_no_code_is_not_found_either(self, alice, signed_in, code):
        for path in (f"/r/{code}/", f"/r/{code}/seat"):
            assert signed_in(alice).get(path).status_code == 404

    def test_visitors_sign_in_and_come_back(self, ended, client):
        answer = client.get(f"/r/{ended.room.code}/")
        assert answer.url == f"/accounts/login/?next=/r/{ended.room.code}/"

    def test_neither_it_nor_its_receipt_is_ever_cached(self, ended, alice, signed_in):
        """The back button after signing out must not show them."""
        for address in (f"/r/{ended.room.code}/", f"/calls/{ended.id}/"):
            assert "no-store" in signed_in(alice).get(address).headers["Cache-Control"]


class ReceiptPageTests:
    def test_both_people_see_it(self, ended, alice, bob, signed_in):
        for one in (alice, bob):
            assert signed_in(one).get(f"/calls/{ended.id}/").status_code == 200

    def test_strangers_get_404_and_visitors_sign_in(self, ended, eve, sam, signed_in, client):
        for somebody in (eve, sam):
            assert signed_in(somebody).get(f"/calls/{ended.id}/").status_code == 404
        assert client.get(f"/calls/{ended.id}/").status_code == 302

    def test_a_call_that_goes_on_or_was_never_answered_has_none(self, ended, alice, bob, now, signed_in):
        missed = rooms.ring(caller=alice, expert=bob, line="", now=now)
        assert signed_in(alice).get(f"/calls/{missed.id}/").status_code == 404
        rooms.cancel(call_id=missed.id, caller=alice, now=now)
        assert signed_in(alice).get(f"/calls/{missed.id}/").status_code == 404
