"""The pretended Stripe's HTTP API as a function: the one thing of the sandbox that the gateway knows.

`handle` does what a server does around an operation: who asks, which operation, are the parameters known, was this very
request made before, what is to be expanded. What the operations do is in pay_in, cards, intents, charges, refunds, disputes,
accounts, pay_out, books and events.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from payouts.sandbox import (
    accounts,
    banks,
    books,
    cards,
    charges,
    disputes,
    endpoints,
    events,
    idempotency,
    intents,
    pay_in,
    pay_out,
    refunds,
    store,
    transfers,
)
from payouts.sandbox.errors import ApiError, Declined, invalid
from payouts.sandbox.requests import ANY_LIST, EXPAND, PAGE, SINCE, TEXT, ApiRequest, checked, read
from payouts.sandbox.store import Object

Answer = tuple[int, dict[str, str], str]
EXPANDABLE = {"payment_intent", "latest_charge", "balance_transaction", "customer", "transfer", "charge"}
EXPANDABLE |= {"destination", "payment_method", "source"}


class SandboxIsOff(RuntimeError):
    """Only with STRIPE_SANDBOX=1, which the settings refuse together with a key of Stripe's."""


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: re.Pattern[str]
    run: Callable[..., Object]
    shape: dict[str, Any]


def _operation(method: str, path: str, run: Callable[..., Object], shape: dict[str, Any]) -> Operation:
    return Operation(method, re.compile(path.replace("{id}", "([A-Za-z0-9_]+)")), run, shape)


OPERATIONS = [
    _operation("POST", "/v1/customers", pay_in.create_customer, pay_in.CUSTOMER_SHAPE),
    _operation("GET", "/v1/customers/{id}", pay_in.retrieve_customer, EXPAND),
    _operation("POST", "/v1/customers/{id}", pay_in.update_customer, pay_in.CUSTOMER_SHAPE),
    _operation("GET", "/v1/customers/{id}/payment_methods", cards.list_of_customer, cards.LIST_SHAPE),
    _operation("POST", "/v1/payment_methods", cards.create_method, cards.METHOD_SHAPE),
    _operation("GET", "/v1/payment_methods/{id}", cards.retrieve_method, EXPAND),
    _operation("POST", "/v1/payment_methods/{id}/attach", cards.attach_method, {"customer": TEXT, **EXPAND}),
    _operation("POST", "/v1/payment_methods/{id}/detach", cards.detach_method, EXPAND),
    _operation("POST", "/v1/checkout/sessions", pay_in.create_session, pay_in.SESSION_SHAPE),
    _operation("GET", "/v1/checkout/sessions/{id}", pay_in.retrieve_session, EXPAND),
    _operation("POST", "/v1/checkout/sessions/{id}/expire", pay_in.expire_session, EXPAND),
    _operation("POST", "/v1/payment_intents", intents.create_intent, intents.INTENT_SHAPE),
    _operation("GET", "/v1/payment_intents/{id}", intents.retrieve_intent, EXPAND),
    _operation("POST", "/v1/payment_intents/{id}/confirm", intents.confirm_intent, intents.CONFIRM_SHAPE),
    _operation(
        "POST", "/v1/payment_intents/{id}/cancel", intents.cancel_intent, {"cancellation_reason": TEXT, **EXPAND}
    ),
    _operation("GET", "/v1/charges/{id}", charges.retrieve_charge, EXPAND),
    _operation("POST", "/v1/refunds", refunds.create_refund, refunds.REFUND_SHAPE),
    _operation("GET", "/v1/refunds", refunds.list_refunds, refunds.LIST_SHAPE),
    _operation("GET", "/v1/refunds/{id}", refunds.retrieve_refund, EXPAND),
    _operation("GET", "/v1/disputes", disputes.list_disputes, disputes.LIST_SHAPE),
    _operation("GET", "/v1/disputes/{id}", disputes.retrieve_dispute, EXPAND),
    _operation("POST", "/v1/disputes/{id}", disputes.update_dispute, disputes.DISPUTE_SHAPE),
    _operation("POST", "/v1/disputes/{id}/close", disputes.close_dispute, EXPAND),
    _operation("POST", "/v2/core/accounts", accounts.create_account, accounts.ACCOUNT_SHAPE),
    _operation("GET", "/v2/core/accounts/{id}", accounts.retrieve_account, {"include": ANY_LIST}),
    _operation("POST", "/v2/core/accounts/{id}", accounts.update_account, accounts.UPDATE_SHAPE),
    _operation("POST", "/v2/core/accounts/{id}/close", accounts.close_account, accounts.CLOSE_SHAPE),
    _operation("POST", "/v2/core/account_links", accounts.create_link, accounts.LINK_SHAPE),
    _operation("GET", "/v1/accounts/{id}", accounts.retrieve_v1, EXPAND),
    _operation("POST", "/v1/accounts/{id}/login_links", accounts.create_login_link, EXPAND),
    _operation("POST", "/v1/accounts/{id}/external_accounts", banks.create_external, banks.EXTERNAL_SHAPE),
    _operation("GET", "/v1/accounts/{id}/external_accounts", banks.list_external, {**PAGE, "object": TEXT}),
    _operation("GET", "/v1/balance_settings", accounts.retrieve_settings, EXPAND),
    _operation("POST", "/v1/balance_settings", accounts.update_settings, accounts.SETTINGS_SHAPE),
    _operation("POST", "/v1/transfers", transfers.create_transfer, transfers.TRANSFER_SHAPE),
    _operation("GET", "/v1/transfers", transfers.list_transfers, {**PAGE, "transfer_group": TEXT, "destination": TEXT}),
    _operation("GET", "/v1/transfers/{id}", transfers.retrieve_transfer, EXPAND),
    _operation("POST", "/v1/transfers/{id}/reversals", transfers.create_reversal, transfers.REVERSAL_SHAPE),
    _operation("GET", "/v1/transfers/{id}/reversals", transfers.list_reversals, PAGE),
    _operation("POST", "/v1/payouts", pay_out.create_payout, pay_out.PAYOUT_SHAPE),
    _operation("GET", "/v1/payouts", pay_out.list_payouts, {**PAGE, "status": TEXT}),
    _operation("GET", "/v1/payouts/{id}", pay_out.retrieve_payout, EXPAND),
    _operation("POST", "/v1/payouts/{id}/cancel", pay_out.cancel_payout, EXPAND),
    _operation("GET", "/v1/balance", books.retrieve_balance, EXPAND),
    _operation(
        "GET",
        "/v1/balance_transactions",
        books.list_transactions,
        {**PAGE, **SINCE, "type": TEXT, "source": TEXT, "currency": TEXT},
    ),
    _operation("GET", "/v1/balance_transactions/{id}", books.retrieve_transaction, EXPAND),
    _operation("GET", "/v1/events", events.list_events, {**PAGE, **SINCE, "type": TEXT, "types": ANY_LIST}),
    _operation("GET", "/v1/events/{id}", events.retrieve_event, EXPAND),
    _operation("GET", "/v2/core/events/{id}", events.retrieve_thin_event, {}),
    _operation("POST", "/v1/webhook_endpoints", endpoints.create_endpoint, endpoints.ENDPOINT_SHAPE),
    _operation("POST", "/v2/core/event_destinations", endpoints.create_destination, endpoints.DESTINATION_SHAPE),
]


def handle(method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
    """One request: (status, headers, body). `path` with its query; `body` form-encoded, or JSON when the header says so."""
    if not settings.STRIPE_SANDBOX:
        raise SandboxIsOff("the sandbox was asked, but STRIPE_SANDBOX is not set")
    try:
        request = read(method, path, headers, body)
        status, text, replayed = _answer(request)
    except ApiError as problem:
        status, text, replayed = problem.status, json.dumps({"error": problem.error}), False
    answer_headers = {"Request-Id": store.new_id("req"), "Content-Type": "application/json"}
    if replayed:
        answer_headers["Idempotent-Replayed"] = "true"
    return status, answer_headers, text


def _answer(request: ApiRequest) -> tuple[int, str, bool]:
    operation, ids = _find_operation(request)
    params = checked(request.params, operation.shape)

    def run() -> tuple[int, str]:
        try:
            answer = operation.run(request, params, *ids)
        except Declined as problem:
            return problem.status, json.dumps({"error": problem.error})
        return 200, json.dumps(_expanded(store.shown(answer), params.get("expand", [])))

    if request.method == "GET":
        return *run(), False
    return idempotency.once(request, run)


def _find_operation(request: ApiRequest) -> tuple[Operation, tuple[str, ...]]:
    for operation in OPERATIONS:
        if operation.method == request.method and (match := operation.path.fullmatch(request.path)):
            return operation, match.groups()
    raise ApiError(404, "", f"Unrecognized request URL ({request.method}: {request.path}).")


def _expanded(answer: Object, paths: list[str]) -> Object:
    if len(paths) > 20 or any(path.count(".") > 3 for path in paths):
        raise invalid("You cannot expand more than 4 levels of a property.", param="expand")
    for path in paths:
        _expand(answer, path.split("."))
    return answer


def _expand(place: Any, names: list[str]) -> None:
    """Puts the object in the place of its id, along `names`; a list is walked through."""
    name, rest = names[0], names[1:]
    if name == "data" and isinstance(place.get("data"), list):
        for each in place["data"]:
            _expand(each, rest)
        return
    if name not in EXPANDABLE or name not in place:
        raise invalid(f"This property cannot be expanded ({name}).", param="expand")
    if isinstance(place[name], str) and (found := store.find_any(place[name])):
        place[name] = store.shown(books.settled(found) if name == "balance_transaction" else found)
    if rest and isinstance(place[name], dict):
        _expand(place[name], rest)
