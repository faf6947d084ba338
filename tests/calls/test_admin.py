import pytest

from calls.contacts import services as contacts
from calls.rooms import services as rooms
from marketplace.accounts.models import User
from payouts.office.models import StaffTask
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

    @pytest.mark.parametrize("name", ["call", "offer", "paidperiod", "process", "report"])
    def test_nothing_can_be_changed_there(self, ada, signed_in, name):
        client = signed_in(ada)
        assert client.get(f"/admin/calls/{name}/").status_code == 200
        assert client.get(f"/admin/calls/{name}/add/").status_code == 403

    def test_what_a_guest_reported_is_read_there(self, bob, ada, now, signed_in):
        carla = User.objects.create_guest("Carla", date_joined=now)
        contacts.report(reporter=carla, about=bob, call_id=7, now=now)
        contacts.explain(reporter=carla, call_id=7, words="He shouted at me", now=now)
        client = signed_in(ada)
        assert "He shouted at me" in client.get("/admin/calls/report/?q=7").content.decode()
        told = list(StaffTask.objects.values_list("text", flat=True))
        assert not any("Carla" in text or "shouted" in text for text in told)

    @pytest.mark.parametrize("name", ["message", "room", "seat"])
    def test_what_holds_words_or_links_is_not_there(self, ada, signed_in, name):
        assert signed_in(ada).get(f"/admin/calls/{name}/").status_code == 404
