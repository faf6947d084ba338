"""For every test: what is said to Stripe's sandbox and back is valid, and its events come in by the front door."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from payouts.sandbox import api, deliveries
from payouts.stripe import client
from payouts.stripe.client import SandboxTransport
from tests.payouts.stripe.validator import Judge


@pytest.fixture
def judge() -> Judge:
    """What this test said and heard."""
    return Judge()


@pytest.fixture(autouse=True)
def every_exchange_with_stripe_is_valid(judge: Judge) -> Iterator[None]:
    """Requests of ours, answers and events of the sandbox are judged; one invalid fails the test in which it was said."""
    plain_handle, plain_request = api.handle, SandboxTransport.request

    def handle(method, path, headers, body):
        status, answer_headers, text = plain_handle(method, path, headers, body)
        judge.answer(method, path, status, text)
        return status, answer_headers, text

    def request(transport, method, url, headers, post_data=None, **options):
        judge.request(method, url.removeprefix("https://api.stripe.com"), headers, post_data or "")
        return plain_request(transport, method, url, headers, post_data, **options)

    with pytest.MonkeyPatch.context() as patch:  # its own: a test's `monkeypatch.undo()` must not take the judge away
        patch.setattr(api, "handle", handle)
        patch.setattr(SandboxTransport, "request", request)
        yield
    assert not judge.wrong, "\n".join(judge.wrong)


@pytest.fixture(autouse=True)
def the_transaction_around_a_test_is_none() -> Iterator[None]:
    """Stripe is not to be called inside a transaction; the one that rolls a test back does not count, as for Django itself."""

    def in_transaction() -> bool:
        return any(not block._from_testcase for block in connection.atomic_blocks)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "in_transaction", in_transaction)
        yield


@pytest.fixture(autouse=True)
def events_of_the_sandbox_come_in_by_the_front_door(judge: Judge) -> Iterator[None]:
    """The same body and signature as over the network, without one: `sandbox.work(now=...)` posts to the real addresses."""

    def post(address: str, body: str, header: str) -> int:
        judge.event(body)
        sent = Client().post(address, body, content_type="application/json", headers={"Stripe-Signature": header})
        return sent.status_code

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "post", post)
        yield
