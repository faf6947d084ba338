from uuid import UUID

import pytest
from django.urls import reverse

from calls.rooms import services as rooms
from calls.rooms.models import Call, Room
from calls.urls import urlpatterns
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(alice, bob, now) -> Call:
    """A call that was live and is over."""
    cast.online(bob)
    call = rooms.ring(caller=alice, expert=bob, line="", now=now)
    rooms.answer(call_id=call.id, by=bob, now=now)
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


class StrangerTests:
    """Eve has seen the address of alice's and bob's room, and the number of their call."""

    def doors(self, call) -> list[str]:
        """Every address of the site that names a room or a call."""
        filled = {"code": call.room.code, "call_id": call.id, "reference": "period:1"}
        doors = [pattern for pattern in urlpatterns if {"code", "call_id"} & set(pattern.pattern.converters)]
        return [reverse(door.name, kwargs={name: filled[name] for name in door.pattern.converters}) for door in doors]

    def test_not_one_door_opens(self, ended, eve, sam, signed_in):
        assert len(self.doors(ended)) >= 8
        for somebody in (eve, sam):
            for door in self.doors(ended):
                answers = {signed_in(somebody).get(door).status_code, signed_in(somebody).post(door).status_code}
                assert answers <= {404, 405}, door

    def test_where_the_address_alone_opens_it_she_is_in(self, ended, eve, signed_in, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr("calls.rooms.views._room_of", lambda _user, code: Room.objects.get(code=code))
        monkeypatch.setattr("calls.rooms.views._ended_call", lambda _user, number: Call.objects.get(id=number))
        opened = [door for door in self.doors(ended) if signed_in(eve).get(door).status_code == 200]
        assert [reverse("room", args=[ended.room.code]), reverse("seat", args=[ended.room.code])] == opened[:2]
        assert reverse("receipt", args=[ended.id]) in opened


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
        rooms.cancel(call_id=missed.id, by=alice, now=now)
        assert signed_in(alice).get(f"/calls/{missed.id}/").status_code == 404
