"""The pages that Stripe would host: payment, onboarding; and the operator's, where staff make things happen."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from payouts import clock, this_machine
from payouts.money import Money
from payouts.sandbox import operator as operators
from payouts.sandbox import pay_in, store
from payouts.sandbox import services as sandbox
from payouts.sandbox.forms import BankForm, CardForm, OnboardingForm
from payouts.sandbox.store import Object

View = Callable[..., HttpResponse]


def only_in_the_sandbox(view: View) -> View:
    """A second lock: these addresses are not even mounted with a key of Stripe's."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.STRIPE_SANDBOX:
            raise Http404
        return never_cache(view)(request, *args, **kwargs)

    return guarded


def for_staff(view: View) -> View:
    """At this machine, with DEBUG on. For others the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_staff = request.user.is_authenticated and request.user.is_staff
        if not (is_staff and settings.DEBUG and this_machine.asks(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@only_in_the_sandbox
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, session_id: str) -> HttpResponse:
    has_wallet = "wallet" in request.POST  # the button beside the form: the telephone gives a card of its own
    form = CardForm({"number": sandbox.GOOD_CARD} if has_wallet else request.POST or None)
    try:
        session = sandbox.open_session(session_id)
        if request.method == "POST" and form.is_valid():
            card, wallet = form.cleaned_data, "apple_pay" if has_wallet else ""
            save = card["save"] and not has_wallet
            return redirect(
                sandbox.pay_with_card(session_id=session_id, number=card["number"], save=save, wallet=wallet)
            )
    except sandbox.NotOpen:
        return _closed(request, _("This payment page is closed: it was paid, or it is too old."))
    except sandbox.Declined as refusal:
        form.add_error("number", str(refusal))
    page = {
        "form": form,
        "session": session,
        "amount": _amount(session["amount_total"], session),
        "lines": session["_"]["lines"],
        "offers_saving": pay_in.offers_saving(session),
        "is_saved": bool(session["_"]["payment_intent_data"].get("setup_future_usage")),
        "cards": _test_cards(),
    }
    return render(request, "payouts/sandbox/pay.html", page)


def _test_cards() -> list[tuple[str, str]]:
    return [
        ("4242 4242 4242 4242", _("pays")),
        ("4000 0000 0000 0077", _("pays, available to the platform at once")),
        ("4000 0000 0000 0002", _("declined")),
        ("4000 0000 0000 9995", _("declined: insufficient funds")),
        ("4000 0000 0000 0341", _("can be saved; declined when it pays")),
        ("4000 0025 0000 3155", _("asks for its owner once, until it is saved")),
        ("4000 0027 6000 3184", _("asks for its owner each time")),
        ("4000 0000 0000 3220", _("asks for its owner each time")),
        ("4000 0000 0000 0259", _("pays, and is disputed")),
        ("4000 0000 0000 1976", _("pays, and its bank inquires")),
        ("4000 0000 0000 7726", _("pays; a refund to it waits a moment")),
        ("4000 0000 0000 5126", _("pays; a refund to it fails later")),
    ]


@only_in_the_sandbox
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest, intent_id: str) -> HttpResponse:
    """3-D Secure: the bank asks the card's owner."""
    try:
        intent = sandbox.asking_intent(intent_id)
        if request.method == "POST":
            return redirect(sandbox.prove(intent_id=intent_id, succeeds=request.POST.get("outcome") == "complete"))
    except sandbox.NotOpen:
        return _closed(request, _("Your bank is not asking for anything here: it was answered, or it is too old."))
    except sandbox.Declined as refusal:
        return _closed(request, str(refusal))
    return render(request, "payouts/sandbox/prove.html", {"amount": _amount(intent["amount"], intent)})


def _amount(minor: int, about: Object) -> Money:
    return Money(minor, about["currency"].upper())


def _closed(request: HttpRequest, text: str) -> HttpResponse:
    return render(request, "payouts/sandbox/closed.html", {"text": text}, status=410)


@only_in_the_sandbox
@require_http_methods(["GET", "POST"])
def onboard(request: HttpRequest, account_id: str) -> HttpResponse:
    token = request.GET.get("link", "")
    try:
        _link, account = sandbox.open_link(account_id=account_id, token=token)
        initial = {"name": account["display_name"], "country": account["identity"]["country"].upper()}
        form = OnboardingForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            return redirect(
                sandbox.finish_onboarding(account_id=account_id, token=token, **form.cleaned_data),
            )
    except sandbox.NotOpen:
        return _closed(request, _("This onboarding link is used up or too old. Go back and start again."))
    page = {
        "form": form,
        "banks": [
            ("000123456789", _("receives money")),
            ("000111111116", _("refuses: payouts fail")),
            ("000999999991", _("receives money within minutes too (instant payouts)")),
        ],
    }
    return render(request, "payouts/sandbox/onboard.html", page)


@only_in_the_sandbox
@for_staff
@require_http_methods(["GET"])
def operator(request: HttpRequest) -> HttpResponse:
    deliveries = [{"row": row, "type": json.loads(row.body)["type"]} for row in sandbox.latest_deliveries()]
    charges = [
        {**charge, "is_whole": sandbox.is_whole(charge), "back": _amount(charge["amount_refunded"], charge)}
        for charge in _with_sums(sandbox.latest("charge"))
    ]
    page = {
        "payouts": _with_sums(sandbox.all_payouts()),
        "charges": charges,
        "refunds": _with_sums(sandbox.latest("refund")),
        "disputes": _with_sums(sandbox.latest("dispute")),
        "deliveries": deliveries,
        "accounts": operators.all_accounts(),
        "states": operators.STATES,
        "held_back": operators.held_back(),
        "is_holding": store.is_holding(),
        "today": clock.now(),
        "has_demo": settings.DEMO,
    }
    return render(request, "payouts/sandbox/operator.html", page)


@only_in_the_sandbox
@for_staff
@require_POST
def operator_payout(request: HttpRequest, payout_id: str) -> HttpResponse:
    try:
        sandbox.payout_now(payout_id=payout_id, fails=request.POST.get("outcome") == "fail")
    except sandbox.NotOpen:
        raise Http404 from None
    return redirect("sandbox_operator")


def _with_sums(objects: list[Object]) -> list[Object]:
    return [{**each, "sum": _amount(each["amount"], each)} for each in objects]


@only_in_the_sandbox
@for_staff
@require_POST
def operator_deed(request: HttpRequest, about: str) -> HttpResponse:
    """What a bank or a card's owner does with a charge, a refund or a dispute."""
    try:
        sandbox.do(deed=request.POST.get("deed", ""), about=about)
    except sandbox.NotOpen:
        raise Http404 from None
    return redirect("sandbox_operator")


@only_in_the_sandbox
@for_staff
@require_POST
def operator_event(request: HttpRequest, delivery_id: int) -> HttpResponse:
    try:
        sandbox.send_again(delivery_id=delivery_id)
    except sandbox.NotOpen:
        raise Http404 from None
    return redirect("sandbox_operator")


@only_in_the_sandbox
@for_staff
@require_POST
def operator_account(request: HttpRequest, account_id: str) -> HttpResponse:
    try:
        operators.put_account(account_id=account_id, state=request.POST.get("state", ""))
    except sandbox.NotOpen:
        raise Http404 from None
    return redirect("sandbox_operator")


@only_in_the_sandbox
@for_staff
@require_POST
def operator_events(request: HttpRequest) -> HttpResponse:
    """All that wait: kept back, let go in one order or another, or lost."""
    deeds: dict[str, Callable[[], object]] = {
        "hold": operators.hold_events,
        "release": operators.let_events_go,
        "reorder": lambda: operators.let_events_go(newest_first=True),
        "duplicate": lambda: operators.let_events_go(twice=True),
        "drop": operators.drop_events,
    }
    deed = deeds.get(request.POST.get("deed", ""))
    if deed is None:
        raise Http404
    deed()
    return redirect("sandbox_operator")


@only_in_the_sandbox
@require_http_methods(["GET", "POST"])
def express(request: HttpRequest, account_id: str) -> HttpResponse:
    """What the account's owner sees at Stripe: balance, payouts, the bank account, which can be changed."""
    try:
        account = operators.open_express(account_id=account_id, token=request.GET.get("link", ""))
    except sandbox.NotOpen:
        return _closed(request, _("This link is used up or too old. Go back and open the page again."))
    form = BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operators.change_bank(account_id=account_id, number=form.cleaned_data["number"])
        return redirect(request.get_full_path())
    shown = operators.express_page(account_id)
    page = {
        "account": account,
        "form": form,
        "available": [_amount(each["amount"], each) for each in shown["balance"]["available"]],
        "payouts": _with_sums(shown["payouts"]),
        "banks": shown["banks"],
    }
    return render(request, "payouts/sandbox/express.html", page)
