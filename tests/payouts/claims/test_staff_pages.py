"""`/staff/claims/`: what staff see and press; for everybody else there is no such page."""

import pytest

from marketplace.accounts.models import User
from payouts.claims.models import Claim
from payouts.office.models import AuditRecord
from tests import cast
from tests.payouts.claims.story import answered, contest, paid, sue
from tests.payouts.purse import purse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def it_is_the_same_day(monkeypatch, now):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def decide(client, claim: Claim, refund: str = "4", reason: str = "The line of time shows it."):
    return client.post(f"/staff/claims/{claim.pk}/", {"refund": refund, "reason": reason}, follow=True)


class StaffPageTests:
    def test_the_list_leads_to_the_evidence(self, sam, signed_in):
        claim, client = answered(), signed_in(sam)
        page = client.get("/staff/claims/").content.decode()
        assert f'href="/staff/claims/{claim.pk}/"' in page
        assert "/staff/ledger/?reference=period%3A1" in page
        page = client.get(f"/staff/claims/{claim.pk}/").content.decode()
        for text in ("Bob was not there.", "I was there all the time.", "€2.00 per minute", "€10.00"):
            assert text in page

    @pytest.mark.parametrize(("state", "shown"), [("answered", True), ("asked", False), ("closed", False), ("'", True)])
    def test_it_is_filtered(self, sam, signed_in, state, shown):
        answered()
        page = signed_in(sam).get("/staff/claims/", {"state": state}).content.decode()
        assert ('data-testid="claim"' in page) is shown

    def test_a_decision(self, sam, alice, signed_in):
        claim = answered()
        assert "Both have been told" in decide(signed_in(sam), claim).content.decode()
        assert purse(alice)["credit"] == "4.00"
        assert AuditRecord.objects.get(act="claim.decide").staff == sam

    def test_nothing_is_a_decision_too(self, sam, alice, signed_in):
        decide(signed_in(sam), answered(), "0")
        assert (Claim.objects.get().state, purse(alice)["credit"]) == ("closed", "0.00")

    @pytest.mark.parametrize(
        ("refund", "reason"), [("", "So."), ("-1", "So."), ("10.01", "So."), ("x", "So."), ("4", ""), ("4", " ")]
    )
    def test_bad_input_decides_nothing(self, sam, alice, signed_in, refund, reason):
        answer = decide(signed_in(sam), answered(), refund, reason)
        assert answer.status_code == 422
        assert (Claim.objects.get().state, purse(alice)["credit"]) == ("answered", "0.00")

    def test_before_the_answer_there_is_no_form(self, sam, alice, signed_in):
        paid()
        claim, client = contest(), signed_in(sam)
        assert "<textarea" not in client.get(f"/staff/claims/{claim.pk}/").content.decode()
        assert decide(client, claim).status_code == 422
        assert purse(alice)["credit"] == "0.00"

    def test_a_vote_waits_for_another(self, sam, alice, signed_in):
        claim = answered(20_000)
        assert "Another of the staff" in decide(signed_in(sam), claim, "50").content.decode()
        assert "Sam Staff" in signed_in(sue()).get(f"/staff/claims/{claim.pk}/").content.decode()
        decide(signed_in(sue()), claim, "50")
        assert purse(alice)["credit"] == "50.00"


class DoorTests:
    def test_nobody_else_gets_in(self, alice, bob, eve, signed_in):
        claim = answered()
        for somebody in (alice, bob, eve):
            client = signed_in(somebody)
            assert client.get("/staff/claims/").status_code == 404
            assert client.get(f"/staff/claims/{claim.pk}/").status_code == 404
            assert decide(client, claim, "10").status_code == 404
        assert purse(alice)["credit"] == "0.00"

    def test_visitors_sign_in(self, client):
        assert client.get("/staff/claims/").status_code == 302

    def test_staff_who_are_a_party_do_not_find_it(self, alice, signed_in):
        claim = answered()
        User.objects.filter(pk=alice.pk).update(is_staff=True)
        cast.second_factor(alice)
        alice.refresh_from_db()
        assert decide(signed_in(alice), claim, "10").status_code == 404
        assert purse(alice)["credit"] == "0.00"

    def test_words_stay_words(self, sam, signed_in):
        paid()
        claim = contest(reason="<img src=x onerror=alert(1)>")
        assert "<img src=x" not in signed_in(sam).get(f"/staff/claims/{claim.pk}/").content.decode()
