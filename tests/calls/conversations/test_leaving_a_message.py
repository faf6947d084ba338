from datetime import timedelta

import pytest

from calls.conversations import services as conversations
from calls.conversations.models import Message
from marketplace.experts.models import Profile

pytestmark = pytest.mark.django_db


def refusal(**message) -> str:
    with pytest.raises(conversations.BadMessage) as raised:
        conversations.leave_message(**message)
    return raised.value.code


class LeaveMessageTests:
    def test_is_kept_for_the_expert(self, alice, bob, now):
        message = conversations.leave_message(sender=alice, recipient=bob, text="  Call me \n", now=now)
        assert (message.text, message.sent_at, message.read_at) == ("Call me", now, None)
        assert list(bob.messages_received.all()) == [message]

    @pytest.mark.parametrize(
        ("text", "code"), [("", "empty"), (" \n", "empty"), ("a" * 2001, "too_long"), ("a\0b", "unreadable")]
    )
    def test_bad_text_is_refused(self, alice, bob, now, text, code):
        assert refusal(sender=alice, recipient=bob, text=text, now=now) == code

    def test_nobody_writes_to_themself(self, bob, now):
        assert refusal(sender=bob, recipient=bob, text="x", now=now) == "self"

    def test_five_unread_ones_are_enough(self, alice, bob, now):
        for _ in range(5):
            conversations.leave_message(sender=alice, recipient=bob, text="x", now=now)
        assert refusal(sender=alice, recipient=bob, text="x", now=now) == "too_many"
        Message.objects.update(read_at=now)
        conversations.leave_message(sender=alice, recipient=bob, text="x", now=now)

    def test_fifty_a_day_are_enough(self, alice, bob, now):
        for _ in range(50):
            Message.objects.create(sender=alice, recipient=bob, text="x", sent_at=now, read_at=now)
        assert refusal(sender=alice, recipient=bob, text="x", now=now) == "too_many"
        conversations.leave_message(sender=alice, recipient=bob, text="x", now=now + timedelta(days=1))


class LeaveMessagePageTests:
    def test_leads_back_to_the_profile(self, alice, bob, signed_in):
        answer = signed_in(alice).post("/experts/bob-leroy/message/", {"text": "<b>Hello</b>"})
        assert (answer.status_code, answer.url) == (302, "/experts/bob-leroy/")
        assert bob.messages_received.get().text == "<b>Hello</b>"

    def test_visitors_sign_in_first(self, bob, client):
        answer = client.post("/experts/bob-leroy/message/", {"text": "x"})
        assert answer.url.startswith("/accounts/login/")
        assert not Message.objects.exists()

    def test_needs_a_published_expert_and_a_post(self, alice, bob, signed_in):
        assert signed_in(alice).get("/experts/bob-leroy/message/").status_code == 405
        assert signed_in(alice).post("/experts/nobody/message/", {"text": "x"}).status_code == 404
        Profile.objects.update(published_at=None)
        assert signed_in(alice).post("/experts/bob-leroy/message/", {"text": "x"}).status_code == 404

    def test_a_refusal_is_said(self, alice, bob, signed_in):
        client = signed_in(alice)
        client.post("/experts/bob-leroy/message/", {"text": ""})
        assert "Write something first." in client.get("/experts/bob-leroy/").content.decode()
