"""Both people can read what happened, in words of their own side."""

import re

import pytest
from django.core import mail

from payouts.claims import services as claims
from payouts.earnings import services as earnings
from payouts.mail import services as mails
from payouts.outbox import services as outbox
from tests.payouts.claims.story import answered, contest, days, decide, paid, refund
from tests.payouts.purse import eur, give_credit

pytestmark = pytest.mark.django_db


def sent(now) -> dict[str, str]:
    """The last mail to each, sent after everything before it."""
    outbox.work(handlers={mails.ACTION: mails.send}, now=now, limit=50)
    assert not [one.body for one in mail.outbox if re.search(r"{[{%]|None|  +", one.body + one.subject)]
    return {one.to[0].split("@")[0]: f"{one.subject}\n{one.body}" for one in mail.outbox}


class MailTests:
    def test_contested(self, now):
        paid()
        contest(reason="Bob was <b>not</b> there.")
        both = sent(now)
        assert "Alice Martin contests a charge: please answer" in both["bob"]
        for text in ("€10.00", "Bob was <b>not</b> there.", "5 Mar 2026", "/calls/1/"):
            assert text in both["bob"]
            assert text in both["alice"]

    def test_answered(self, now):
        answered()
        both = sent(now)
        assert "I was there all the time." in both["alice"]
        assert "by 9 Mar 2026" in both["bob"]

    def test_decided(self, now):
        decide(answered(), 400)
        both = sent(now)
        assert "€4.00" in both["alice"]
        assert "The line of time shows it." in both["bob"]

    def test_nothing_decided(self, now):
        decide(answered(), 0)
        assert "nothing is given back" in sent(now)["alice"]

    def test_silence(self, now):
        paid()
        contest()
        claims.meet_deadlines(now=now + days(3))
        both = sent(now + days(3))
        assert "€10.00" in both["alice"]
        assert "did not answer" in both["bob"]

    def test_late(self, now):
        answered()
        claims.meet_deadlines(now=now + days(7))
        both = sent(now + days(7))
        assert "commission of €3.00 became your credit" in both["alice"]
        assert "you keep your share" in both["bob"]

    def test_taken_back(self, alice, now):
        paid()
        claims.take_back(claim_id=contest().pk, payer=alice, now=now)
        assert "took the claim" in sent(now)["bob"]

    def test_a_tip(self, alice, bob, now):
        give_credit(alice, 500, now)
        words = {"about": "call:1", "key": "form-1", "group": "", "label": "Tip", "link": "/calls/1/"}
        earnings.tip(payer=alice, expert=bob, amount=eur(500), now=now, **words)
        both = sent(now)
        assert "Alice Martin sent you a tip of €5.00" in both["bob"]
        assert "from your credit" in both["alice"]

    def test_given_back(self, now):
        paid()
        refund(250, line="1 min 15 s", note="The line was bad.")
        both = sent(now)
        assert "Bob Leroy gave you €2.50 back" in both["alice"]
        assert "The line was bad." in both["alice"]
        assert "For: 1 min 15 s" in both["bob"]
