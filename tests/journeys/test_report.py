"""*Report and leave*: bob is insulted, leaves by one press, says why, and is reached no more."""

import pytest
from playwright.sync_api import expect

from calls.contacts.models import Block
from payouts.office.models import StaffTask
from tests import cast


@pytest.mark.prove
class ReportTests:
    def test_one_press_and_alice_reaches_bob_no_more(self, site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        bob.page.goto("/me/")
        alice.rings(bob)
        bob.answers()
        for person in (bob, alice):
            person.joins()
        for person in (bob, alice):
            person.is_connected()
        bob.press("Report and leave")
        bob.reads("You reported Alice Martin.")
        expect(bob.page.get_by_role("heading", name="The call has ended")).to_be_focused()
        expect(bob.page.get_by_role("button", name="Ring again")).not_to_be_visible()
        expect(alice.page.get_by_role("heading", name="The call has ended")).to_be_visible()
        expect(alice.page.get_by_text("reported")).not_to_be_visible()

        bob.page.get_by_label("What happened?").fill("She shouted at me.")
        bob.press("Tell our staff")
        bob.reads("Our staff have what you wrote.")
        assert "She shouted at me." in StaffTask.objects.get(key__endswith=":words").text

        alice.press("Ring again")
        alice.reads("This expert is away. You can leave a message.")
        bob.page.goto("/me/")
        expect(bob.sees("presence")).to_have_text("free now")  # for anybody else
        alice.page.goto(f"/experts/{bob.slug}/")
        expect(alice.sees("presence")).to_have_text("away")
        alice.reads("Bob cannot be called now.")
        expect(alice.button("Call now")).not_to_be_visible()
        bob.press("Unblock Alice Martin")
        bob.reads("The block is taken back.")
        assert not Block.objects.exists()
        expect(alice.sees("presence")).to_have_text("free now")  # without loading anew
        alice.rings(bob)
        expect(alice.button("Cancel call")).to_be_visible()
        expect(bob.button("Answer")).to_be_visible()
