"""The sandbox over a real socket: Stripe's own library cannot tell."""

import threading
from urllib.request import urlopen

import pytest
import stripe
from django.core.management import CommandError, call_command

from payouts.sandbox import server
from payouts.stripe.client import API_VERSION

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address():
    httpd = server.serve_at("127.0.0.1", 0)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()
    thread.join(5)


@pytest.fixture
def ask(address) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_sandbox", stripe_version=API_VERSION, base_addresses={"api": address})


class SocketTests:
    def test_forms_json_accounts_and_keys_arrive(self, ask):
        made = [ask.v1.customers.create({"name": "Zoé"}, {"idempotency_key": "k"}) for _ in range(2)]
        assert (made[0].id, made[0].name) == (made[1].id, "Zoé")
        assert made[1].last_response.headers["Idempotent-Replayed"] == "true"
        account = ask.v2.core.accounts.create({"identity": {"country": "be"}, "include": ["identity"]})
        assert account.identity.country == "be"
        balance = ask.v1.balance.retrieve({}, {"stripe_account": account.id})
        assert balance.available == []
        assert ask.v1.events.list({"limit": 1}).data == []

    def test_errors_are_the_librarys_own(self, ask, address):
        with pytest.raises(stripe.InvalidRequestError) as missing:
            ask.v1.customers.retrieve("cus_nobody")
        assert missing.value.code == "resource_missing"
        stranger = stripe.StripeClient("sk_live_x", base_addresses={"api": address}, max_network_retries=0)
        with pytest.raises(stripe.AuthenticationError):
            stranger.v1.balance.retrieve()

    def test_hosted_pages_are_beside_it(self, address, ask):
        with pytest.raises(Exception, match="410"):
            urlopen(f"{address}/sandbox/stripe/c/pay/cs_test_nobody", timeout=10)
        with pytest.raises(Exception, match="404"):
            urlopen(f"{address}/wallet/", timeout=10)


class CommandTests:
    @pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "example.org"])
    def test_is_served_to_nobody_else(self, host):
        with pytest.raises(CommandError):
            call_command("stripe_sandbox", host=host, port=0)

    def test_is_not_there_without_the_sandbox(self, settings):
        settings.STRIPE_SANDBOX = False
        with pytest.raises(CommandError):
            call_command("stripe_sandbox", port=0)
