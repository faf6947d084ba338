"""The manners of the pretended Stripe's API: who may ask, what is refused and how, what is repeated."""

import json
import threading
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from payouts.sandbox import api, idempotency
from payouts.sandbox.models import SandboxKey, SandboxObject
from payouts.sandbox.requests import ApiRequest, nested

pytestmark = pytest.mark.django_db
KEY = {"Authorization": "Bearer sk_test_sandbox", "Stripe-Version": "2026-10-28.endive"}


def ask(method: str, path: str, params: dict | None = None, **headers: str) -> tuple[int, dict, dict]:
    body = urlencode(params or {})
    if method == "GET" and body:
        path, body = f"{path}?{body}", ""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    status, answered, text = api.handle(method, path, {**KEY, **named}, body)
    return status, answered, json.loads(text)


def ask_v2(path: str, params: object, **headers: str) -> tuple[int, dict]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = params if isinstance(params, str) else json.dumps(params)
    status, _, text = api.handle("POST", path, {**KEY, "Content-Type": "application/json", **named}, body)
    return status, json.loads(text)["error"] if status >= 400 else json.loads(text)


def code_of(answer: tuple[int, dict, dict]) -> tuple[int, str]:
    return answer[0], answer[2]["error"].get("code", "")


class DoorTests:
    def test_no_key_no_answer(self):
        assert ask("GET", "/v1/balance", Authorization="")[0] == 401
        assert ask("GET", "/v1/balance", Authorization="Basic abc")[0] == 401

    @pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc", "whatever"])
    def test_a_live_key_is_refused(self, key):
        assert ask("GET", "/v1/balance", Authorization=f"Bearer {key}")[0] == 401

    def test_another_version_is_refused(self):
        assert ask("GET", "/v1/balance", Stripe_Version="2020-01-01")[0] == 400

    def test_an_unknown_address(self):
        assert ask("GET", "/v1/unicorns")[0] == 404
        assert ask("POST", "/v1/balance")[0] == 404

    def test_without_the_setting_it_does_not_answer_at_all(self, settings):
        settings.STRIPE_SANDBOX = False
        with pytest.raises(api.SandboxIsOff):
            ask("GET", "/v1/balance")

    def test_each_answer_has_its_own_number(self):
        numbers = {ask("GET", "/v1/balance")[1]["Request-Id"] for _ in range(3)}
        assert len(numbers) == 3


class ParameterTests:
    def test_form_bodies_nest(self):
        assert nested([("a[b][0][c]", "1"), ("a[b][1][c]", "2"), ("d", "")]) == {
            "a": {"b": [{"c": "1"}, {"c": "2"}]},
            "d": "",
        }

    def test_unknown_is_refused_by_its_name(self):
        status, _, answer = ask("POST", "/v1/customers", {"colour": "red"})
        assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, "parameter_unknown", "colour")
        _, _, answer = ask("POST", "/v1/checkout/sessions", {"payment_intent_data[colour]": "red"})
        assert answer["error"]["param"] == "payment_intent_data[colour]"

    def test_the_old_parameter_of_nearly_every_tutorial_is_refused(self):
        asked = ask("POST", "/v1/checkout/sessions", {"payment_method_types[0]": "card"})
        assert code_of(asked) == (400, "parameter_unknown")

    def test_missing_is_refused(self):
        assert code_of(ask("POST", "/v1/transfers", {"amount": 1})) == (400, "parameter_missing")

    @pytest.mark.parametrize("amount", ["0", "-5", "1.5", "ten", "", "1e3", "9" * 13, "\u0661"])
    def test_an_amount_that_is_none(self, amount):
        asked = ask("POST", "/v1/transfers", {"amount": amount, "currency": "eur", "destination": "acct_1"})
        assert asked[0] == 400
        assert not SandboxObject.objects.filter(kind="transfer").exists()

    @pytest.mark.parametrize("body", ["{", "[1]", '"x"', "[" * 50_000])
    def test_a_json_body_that_is_none(self, body):
        assert ask_v2("/v2/core/accounts", body)[0] == 400

    def test_a_recipient_without_a_country(self):
        status, error = ask_v2("/v2/core/accounts", {"configuration": {"recipient": {}}})
        assert (status, error["code"]) == (400, "identity_country_required")

    def test_too_deep_or_impossible_to_expand(self):
        made = ask("POST", "/v1/customers", {"name": "A"})[2]["id"]
        assert ask("GET", f"/v1/customers/{made}", {"expand[0]": "a.b.c.d.e"})[0] == 400
        assert ask("GET", f"/v1/customers/{made}", {"expand[0]": "name"})[0] == 400


class IdempotencyTests:
    def test_the_same_is_answered_again(self):
        first = ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")
        second = ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")
        assert first[2] == second[2]
        assert ("Idempotent-Replayed" in first[1], second[1]["Idempotent-Replayed"]) == (False, "true")
        assert SandboxObject.objects.filter(kind="customer").count() == 1

    def test_without_a_key_each_counts(self):
        assert ask("POST", "/v1/customers")[2]["id"] != ask("POST", "/v1/customers")[2]["id"]

    def test_something_else_under_the_same_key_is_refused(self):
        ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")
        for path, params in (("/v1/customers", {"name": "B"}), ("/v1/transfers", {"amount": 1})):
            asked = ask(
                "POST", path, {**params, "currency": "eur"} if "amount" in params else params, Idempotency_Key="k"
            )
            assert (asked[0], asked[2]["error"]["type"]) == (400, "idempotency_error")

    def test_a_refusal_is_answered_again_too(self):
        wanted = {"amount": 1, "currency": "eur", "destination": "acct_nobody"}
        first = ask("POST", "/v1/transfers", wanted, Idempotency_Key="k")
        second = ask("POST", "/v1/transfers", wanted, Idempotency_Key="k")
        assert code_of(first) == code_of(second) == (404, "resource_missing")
        assert second[1]["Idempotent-Replayed"] == "true"

    def test_v2_tries_failed_work_again(self):
        for _ in range(2):
            ask_v2("/v2/core/accounts", {"configuration": {"recipient": {}}}, Idempotency_Key="k")
        assert not SandboxKey.objects.exists()
        asked = {"configuration": {"recipient": {}}, "identity": {"country": "be"}}
        assert ask_v2("/v2/core/accounts", asked, Idempotency_Key="k")[0] == 200

    def test_a_wrong_parameter_does_not_use_the_key_up(self):
        ask("POST", "/v1/customers", {"colour": "red"}, Idempotency_Key="k")
        assert ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")[0] == 200

    def test_while_the_first_is_at_work_the_second_is_a_conflict(self):
        _at_work("k", timezone.now())
        asked = ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")
        assert code_of(asked) == (409, "idempotency_key_in_use")

    def test_one_that_died_at_work_is_overtaken(self):
        _at_work("k", timezone.now() - idempotency.DEAD_AFTER - timedelta(seconds=1))
        assert ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")[0] == 200

    def test_a_key_is_forgotten_after_a_day(self):
        first = ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")[2]["id"]
        SandboxKey.objects.update(made_at=timezone.now() - timedelta(hours=25))
        assert ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")[2]["id"] != first

    def test_each_account_has_its_own_keys(self):
        ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")
        assert (
            "Idempotent-Replayed"
            not in ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k", Stripe_Account="acct_1")[1]
        )


def _at_work(key: str, since) -> None:
    asked = ApiRequest("POST", "/v1/customers", {}, "", key, "")
    fingerprint = _fingerprint_of({"name": "A"})
    SandboxKey.objects.create(key=asked.key, account=asked.account, fingerprint=fingerprint, made_at=since)


def _fingerprint_of(params: dict) -> str:
    ask("POST", "/v1/customers", params, Idempotency_Key="measure")
    row = SandboxKey.objects.get(key="measure")
    row.delete()
    return row.fingerprint


class ListTests:
    def test_newest_first_page_by_page(self):
        accounts = [_account() for _ in range(5)]
        assert len(set(accounts)) == 5
        events = [row.id for row in SandboxObject.objects.filter(kind="v2.core.account").order_by("-serial")]
        assert events == accounts[::-1]
        for _ in range(3):
            ask("POST", "/v1/checkout/sessions/" + _session() + "/expire")
        first = ask("GET", "/v1/events", {"limit": 2})[2]
        second = ask("GET", "/v1/events", {"limit": 2, "starting_after": first["data"][-1]["id"]})[2]
        assert (len(first["data"]), first["has_more"], len(second["data"]), second["has_more"]) == (2, True, 1, False)

    @pytest.mark.parametrize("limit", [0, 101, -1])
    def test_a_limit_out_of_reach(self, limit):
        assert ask("GET", "/v1/events", {"limit": limit})[0] == 400

    def test_after_nothing_that_is_there(self):
        assert ask("GET", "/v1/events", {"starting_after": "evt_nobody"})[0] == 404


class SessionTests:
    @pytest.mark.parametrize(
        "changes",
        [
            {"mode": "subscription"},
            {"customer": "cus_nobody"},
            {"success_url": "javascript:alert(1)"},
            {"line_items[0][price_data][unit_amount]": 49},
            {"line_items[0][price_data][unit_amount]": 100_000_000},
            {"line_items[0][price_data][unit_amount]": -1},
        ],
    )
    def test_what_stripe_would_refuse(self, changes):
        assert ask("POST", "/v1/checkout/sessions", {**_session_params(), **changes})[0] in (400, 404)
        assert not SandboxObject.objects.filter(kind="checkout.session").exists()

    def test_only_an_open_one_expires(self):
        session = _session()
        assert ask("POST", f"/v1/checkout/sessions/{session}/expire")[2]["status"] == "expired"
        assert ask("POST", f"/v1/checkout/sessions/{session}/expire")[0] == 400


def _session_params() -> dict:
    return {
        "mode": "payment",
        "success_url": "http://127.0.0.1/",
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": 2_000,
        "line_items[0][price_data][product_data][name]": "Credit",
    }


def _session() -> str:
    return ask("POST", "/v1/checkout/sessions", _session_params())[2]["id"]


def _account() -> str:
    return ask_v2("/v2/core/accounts", {"identity": {"country": "be"}})[1]["id"]


@pytest.mark.django_db(transaction=True)
class RaceTests:
    def test_many_at_once_with_one_key_make_one_object(self):
        answers: list[int] = []

        def one_more() -> None:
            close_old_connections()
            answers.append(ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key="k")[0])
            connection.close()

        threads = [threading.Thread(target=one_more) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(answers) <= {200, 409}
        assert 200 in answers
        assert SandboxObject.objects.filter(kind="customer").count() == 1
