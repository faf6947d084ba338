"""What members read about their safety: before a change, while withdrawals wait, and where a second factor is set up."""

import pytest
from django.test import override_settings

from payouts.safety import services as safety
from tests.payouts.purse import connect_bank, make_available

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]


@pytest.fixture
def rich_bob(alice, bob, now):
    make_available(bob, 5_000, now, payer=alice)
    connect_bank(bob)
    return bob


def page(client, address: str) -> str:
    return client.get(address).content.decode()


class BeforeTheChangeTests:
    @pytest.mark.parametrize(
        "address", ["/accounts/email/", "/accounts/2fa/", "/accounts/2fa/totp/deactivate/", "/earnings/"]
    )
    def test_the_page_says_that_withdrawals_will_wait(self, rich_bob, proven, address):
        assert "withdrawals wait 72 hours" in page(proven(rich_bob), address)

    def test_who_has_no_bank_yet_is_told_nothing_of_a_change(self, bob, proven):
        assert "72 hours" not in page(proven(bob), "/earnings/")

    def test_the_account_leads_to_the_second_factor(self, alice, signed_in):
        assert 'href="/accounts/2fa/"' in page(signed_in(alice), "/accounts/email/")


class EarningsTests:
    def test_a_freeze_is_shown_with_its_reason_and_its_end(self, rich_bob, proven, now, monkeypatch):
        monkeypatch.setattr("payouts.earnings.views.timezone.now", lambda: now)
        client = proven(rich_bob)
        safety.freeze(member=rich_bob, reason="email", key="email:1", now=now)
        text = page(client, "/earnings/")
        assert "Your e-mail address was changed." in text
        assert "withdrawals wait until 5 Mar 2026, 09:00 UTC" in text
        assert 'action="/earnings/withdraw/"' not in text

    @override_settings(SECOND_FACTOR=True)
    def test_without_a_second_factor_it_leads_to_one(self, rich_bob, signed_in):
        text = page(signed_in(rich_bob), "/earnings/")
        assert "Set up a second factor" in text
        assert 'action="/earnings/withdraw/"' not in text

    def test_with_one_the_form_is_there(self, rich_bob, proven):
        assert 'action="/earnings/withdraw/"' in page(proven(rich_bob), "/earnings/")
