import pytest

from calls.rooms import services as rooms
from tests import cast

pytestmark = pytest.mark.django_db


class BackOfficeTests:
    def test_staff_read_the_calls_without_their_words_or_the_way_in(self, alice, bob, ada, now, signed_in):
        cast.online(bob)
        call = rooms.ring(caller=alice, expert=bob, line="A private matter", now=now)
        client = signed_in(ada)
        for path in ("/admin/calls/call/", f"/admin/calls/call/{call.id}/change/"):
            page = client.get(path)
            assert page.status_code == 200
            assert "A private matter" not in page.content.decode()
            assert call.room.code not in page.content.decode()

    @pytest.mark.parametrize("name", ["call", "offer", "paidperiod", "process"])
    def test_nothing_can_be_changed_there(self, ada, signed_in, name):
        client = signed_in(ada)
        assert client.get(f"/admin/calls/{name}/").status_code == 200
        assert client.get(f"/admin/calls/{name}/add/").status_code == 403

    @pytest.mark.parametrize("name", ["message", "room", "seat"])
    def test_what_holds_words_or_links_is_not_there(self, ada, signed_in, name):
        assert signed_in(ada).get(f"/admin/calls/{name}/").status_code == 404
