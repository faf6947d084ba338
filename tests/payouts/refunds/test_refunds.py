"""Unused credit back to the cards it came from, told by Stripe in whatever order."""

import re
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.services import KeyReused
from payouts.money import BadAmount, Money
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox.models import OutboxRow
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.sandbox import cards
from payouts.sandbox import services as sandbox
from payouts.sandbox.errors import invalid
from payouts.sandbox.models import SandboxObject
from payouts.stripe import refund_gateway, refund_work, work
from payouts.stripe.answers import Refused
from payouts.stripe.client import client
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot
from tests import cast
from tests.payouts.purse import charge, eur, purse
from tests.payouts.stripe.story import AT_ONCE, open_top_up, pay, stripe_and_ledger_agree, work_for

pytestmark = pytest.mark.django_db
State = Refund.State


@pytest.fixture
def now():
    return timezone.now()


def top_up(member, minor, now, *, card=AT_ONCE):
    row = open_top_up(member, minor, now=now)
    pay(row, card=card)
    return wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)


def enough_at_stripe(member, now) -> None:
    """Somebody else's money, so that fees do not make a refund wait."""
    top_up(member, 10_000, now)


def ask(member, minor=None, *, now, key="form-1") -> list[Refund]:
    return refunds.request(member=member, amount=eur(minor) if minor else None, key=key, now=now)


def states() -> list[str]:
    return [str(row.state) for row in Refund.objects.order_by("pk")]


def at_stripe(kind: str = "refund") -> list[dict]:
    return [row.data for row in SandboxObject.objects.filter(kind=kind, account="").order_by("serial")]


def balance(account) -> int:
    return ledger.balance(account, "EUR").minor


class RequestTests:
    def test_what_stripe_refused_for_want_of_money_is_asked_under_a_key_that_it_has_not_refused(self, alice, eve, now):
        self.refused_at_first(alice, eve, now)
        work_for(6)
        assert (states(), [each["amount"] for each in at_stripe()]) == ([State.PAID], [2_000])
        assert stripe_and_ledger_agree()

    def test_under_the_same_key_stripe_only_repeats_its_refusal(self, alice, eve, now):
        """What the test above would let through if the sandbox kept no refusals."""
        self.refused_at_first(alice, eve, now)
        with patch.object(refund_work, "with_fresh_key", lambda key, make: make(key)):
            work_for(6)
        assert (states(), at_stripe()) == ([State.REQUESTED], [])

    def refused_at_first(self, alice, eve, now) -> None:
        enough_at_stripe(eve, now)
        top_up(alice, 2_000, now)
        ask(alice, now=now)
        too_little = invalid("Insufficient funds in your Stripe account.", code="balance_insufficient")
        with patch("payouts.sandbox.refunds.refund", side_effect=too_little):
            work_for(2)
        assert (states(), OutboxRow.objects.get(action="stripe.refund").attempts) == ([State.REQUESTED], 1)

    def test_all_that_is_unused_goes_back_to_its_card(self, alice, bob, eve, now):
        enough_at_stripe(eve, now)
        top_up(alice, 2_000, now)
        charge(alice, bob, 500, now)
        (refund,) = ask(alice, now=now)
        assert (refund.amount, purse(alice)["credit"]) == (eur(1_500), "0.00")
        assert balance(accounts.refund_pending(refund.pk)) == 1_500
        work_for(4)
        assert (states(), balance(accounts.refund_pending(refund.pk))) == ([State.PAID], 0)
        assert [(each["amount"], each["status"]) for each in at_stripe()] == [(1_500, "succeeded")]
        assert stripe_and_ledger_agree()

    def test_the_newest_top_up_goes_first(self, alice, eve, now):
        enough_at_stripe(eve, now)
        first, second = top_up(alice, 2_000, now), top_up(alice, 1_000, now)
        made = ask(alice, 1_200, now=now)
        assert [(refund.lot.top_up, refund.amount) for refund in made] == [(second, eur(1_000)), (first, eur(200))]
        work_for(4)
        charged = {each["payment_intent"]: each["amount_refunded"] for each in at_stripe("charge")}
        assert (charged[second.stripe_intent], charged[first.stripe_intent]) == (1_000, 200)
        assert (states(), purse(alice)["credit"]) == ([State.PAID] * 2, "18.00")
        assert stripe_and_ledger_agree()

    def test_what_is_held_stays(self, alice, now):
        top_up(alice, 2_000, now)
        wallet.hold(payer=alice, amount=eur(1_500), key="hold", reference="period:1", now=now)
        with pytest.raises(refunds.NotEnough):
            ask(alice, 501, now=now)
        (refund,) = ask(alice, now=now)
        assert (refund.amount, purse(alice)["held"]) == (eur(500), "15.00")

    def test_a_present_goes_to_no_card(self, alice, sam, now):
        wallet.grant(staff=sam, member=alice, amount=eur(500), reason="Sorry", expires_at=None, key="promo:1", now=now)
        assert refunds.refundable(member=alice) == eur(0)
        with pytest.raises(refunds.NotEnough):
            ask(alice, now=now)

    def test_the_same_form_twice_is_one_refund(self, alice, now):
        top_up(alice, 2_000, now)
        assert ask(alice, 500, now=now) == ask(alice, 500, now=now)
        with pytest.raises(KeyReused):
            ask(alice, 600, now=now)
        assert purse(alice)["credit"] == "15.00"
        assert ask(alice, now=now)[0].amount == eur(500)  # the same form without an amount: it was sent

    @pytest.mark.parametrize("minor", [-1, 0])
    def test_an_amount_that_is_none_is_refused(self, alice, now, minor):
        top_up(alice, 2_000, now)
        with pytest.raises(BadAmount):
            refunds.request(member=alice, amount=Money(minor, "EUR"), key="form-1", now=now)
        with pytest.raises(BadAmount):
            refunds.request(member=alice, amount=Money(500, "USD"), key="form-1", now=now)
        assert (purse(alice)["credit"], Refund.objects.count()) == ("20.00", 0)

    def test_more_than_there_is_changes_nothing(self, alice, eve, now):
        top_up(alice, 2_000, now)
        with pytest.raises(refunds.NotEnough):
            ask(alice, 2_001, now=now)
        with pytest.raises(refunds.NotEnough):
            ask(eve, now=now)
        asked = OutboxRow.objects.filter(action__startswith="stripe.")
        assert (purse(alice)["credit"], Refund.objects.count(), asked.count()) == ("20.00", 0, 0)


class StripeTests:
    def test_while_the_balance_is_short_it_is_pending(self, alice, eve, now):
        top_up(alice, 2_000, now)
        ask(alice, now=now)
        work_for(4)
        assert (states(), at_stripe()[0]["pending_reason"]) == ([State.PENDING], "insufficient_funds")
        assert stripe_and_ledger_agree()
        enough_at_stripe(eve, now)
        work_for(4)
        assert states() == [State.PAID]
        assert stripe_and_ledger_agree()

    def test_a_bank_that_refuses_later_makes_it_credit_again(self, alice, eve, now):
        enough_at_stripe(eve, now)
        top_up(alice, 2_000, now)
        (refund,) = ask(alice, 500, now=now)
        work_for(4)
        assert states() == [State.PAID]
        sandbox.do(deed="fail_refund", about=at_stripe()[0]["id"])
        work_for(4)
        assert (states(), purse(alice)["credit"]) == ([State.FAILED], "20.00")
        assert CreditLot.objects.get(member=alice).remaining_minor == 2_000
        assert StaffTask.objects.get().reference == refund.reference
        assert stripe_and_ledger_agree()

    def test_a_card_that_is_gone_is_not_tried_again_but_settled_by_staff(self, alice, eve, now):
        enough_at_stripe(eve, now)
        top_up(alice, 2_000, now, card=cards.REFUND_FAILS_CARD)
        ask(alice, 500, now=now)
        work_for(6)
        assert states() == [State.FAILED]
        ask(alice, 500, now=now, key="form-2")
        work_for(4)
        assert (states(), len(at_stripe())) == ([State.FAILED, State.REFUSED], 1)
        assert stripe_and_ledger_agree()

    def test_what_stripe_refuses_for_good_waits_for_staff(self, alice, eve, now):
        enough_at_stripe(eve, now)
        paid = top_up(alice, 2_000, now)
        (refund,) = ask(alice, 500, now=now)
        charge_id = next(each["id"] for each in at_stripe("charge") if each["payment_intent"] == paid.stripe_intent)
        sandbox.do(deed="dispute", about=charge_id)
        OutboxRow.objects.update(due_at=now)
        assert refund_work.make_refund({"refund": refund.pk}, key="k")(now) is None
        assert (states(), Refund.objects.get().failure_code) == ([State.REFUSED], "charge_disputed")
        assert (purse(alice)["credit"], balance(accounts.refund_pending(refund.pk))) == ("15.00", 500)
        assert StaffTask.objects.get(kind="refund_refused").reference == refund.reference

    def test_money_that_is_not_there_yet_is_waited_for(self, alice, now, monkeypatch):
        top_up(alice, 2_000, now)

        def short(**request):
            raise Refused("not enough", code="balance_insufficient")

        monkeypatch.setattr(refund_gateway, "create_refund", short)
        ask(alice, now=now)
        work_for(2)
        assert (states(), OutboxRow.objects.get(action="stripe.refund").state) == (
            [State.REQUESTED],
            OutboxRow.State.WAITING,
        )

    def test_a_refund_made_before_the_answer_was_lost_is_found(self, alice, eve, now, monkeypatch):
        enough_at_stripe(eve, now)
        top_up(alice, 2_000, now)
        ask(alice, 500, now=now)
        plain = refund_gateway.create_refund

        def lost(**request):
            plain(**request)
            raise OSError("cut")

        with monkeypatch.context() as cut:
            cut.setattr(refund_gateway, "create_refund", lost)
            work_for(2)
        assert states() == [State.REQUESTED] or states() == [State.PAID]  # the event may have been first
        OutboxRow.objects.update(due_at=now)
        monkeypatch.setattr(refund_gateway, "create_refund", lambda **request: pytest.fail("asked twice"))
        work_for(4)
        assert (states(), len(at_stripe())) == ([State.PAID], 1)
        assert stripe_and_ledger_agree()

    def test_what_is_at_work_already_is_not_sent_again(self, alice, now):
        top_up(alice, 2_000, now)
        (refund,) = ask(alice, 500, now=now)
        Refund.objects.update(state=State.PAID, is_booked=True)
        assert refund_work.make_refund({"refund": refund.pk}, key="k") is None
        Refund.objects.update(state=State.REQUESTED, is_booked=False)


class DashboardTests:
    def refund(self, top_up) -> None:
        charges = at_stripe("charge")
        sandbox.do(deed="refund", about=next(c["id"] for c in charges if c["payment_intent"] == top_up.stripe_intent))

    def test_what_is_unused_is_taken_the_rest_is_our_loss(self, alice, bob, eve, now):
        enough_at_stripe(eve, now)
        paid = top_up(alice, 2_000, now)
        charge(alice, bob, 500, now)
        self.refund(paid)
        work_for(4)
        refund = Refund.objects.get()
        assert (refund.origin, refund.amount, refund.taken) == (Refund.Origin.DASHBOARD, eur(2_000), eur(1_500))
        assert (purse(alice)["credit"], balance(accounts.refund_loss()), states()) == ("0.00", 500, [State.PAID])
        assert stripe_and_ledger_agree()
        sandbox.do(deed="fail_refund", about=at_stripe()[0]["id"])
        work_for(4)
        assert (purse(alice)["credit"], balance(accounts.refund_loss()), states()) == ("15.00", 0, [State.FAILED])
        assert stripe_and_ledger_agree()

    def test_what_was_held_is_taken_once_it_is_freed(self, alice, eve, now):
        enough_at_stripe(eve, now)
        paid = top_up(alice, 2_000, now)
        wallet.hold(payer=alice, amount=eur(1_500), key="hold", reference="period:1", now=now)
        self.refund(paid)
        work_for(4)
        assert balance(accounts.refund_loss()) == 1_500
        refunds.take_what_came_back(now=now)
        assert balance(accounts.refund_loss()) == 1_500
        wallet.free(payer=alice, reference="period:1", key="free", now=now)
        for _ in range(2):
            refunds.take_what_came_back(now=now)
        assert (purse(alice)["credit"], balance(accounts.refund_loss())) == ("0.00", 0)
        sandbox.do(deed="fail_refund", about=at_stripe()[0]["id"])
        work_for(4)
        assert (purse(alice)["credit"], balance(accounts.refund_loss()), states()) == ("20.00", 0, [State.FAILED])
        assert stripe_and_ledger_agree()

    def test_what_had_been_spent_stays_our_loss_whatever_comes_back_later(self, alice, bob, eve, now):
        """Staff meant it well: what an expert gives back later is the member's beside that."""
        enough_at_stripe(eve, now)
        paid = top_up(alice, 2_000, now)
        charge(alice, bob, 2_000, now, reference="period:1")
        self.refund(paid)
        work_for(4)
        earnings.give_back(reference="period:1", amount=eur(500), key="g", now=now)
        refunds.take_what_came_back(now=now)
        assert (purse(alice)["credit"], balance(accounts.refund_loss())) == ("5.00", 2_000)

    @pytest.mark.parametrize("is_heard_first", [True, False])
    def test_while_the_member_asks_for_the_same_it_goes_back_once(self, alice, eve, now, monkeypatch, is_heard_first):
        enough_at_stripe(eve, now)
        paid = top_up(alice, 2_000, now)
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.refund")
            ask(alice, 1_500, now=now)
            self.refund(paid)
            if is_heard_first:
                work_for(4)
                assert balance(accounts.refund_loss()) == 1_500
        if not is_heard_first:
            with monkeypatch.context() as later:
                later.setattr(work, "process_events", lambda **_: 0)
                work_for(4)
            assert states() == [State.REFUSED]
        work_for(4)
        assert (states(), purse(alice)["credit"], balance(accounts.refund_loss())) == (["failed", "paid"], "0.00", 0)
        assert not StaffTask.objects.filter(kind="refund_refused", closed_at=None).exists()
        assert stripe_and_ledger_agree()

    def test_of_a_top_up_that_we_had_not_heard_of_yet(self, alice, eve, now):
        enough_at_stripe(eve, now)
        row = open_top_up(alice, 2_000, now=now)
        pay(row)
        self.refund(type("Paid", (), {"stripe_intent": at_stripe("charge")[-1]["payment_intent"]}))
        work_for(4)
        assert (purse(alice)["credit"], states()) == ("0.00", [State.PAID])
        assert stripe_and_ledger_agree()

    def test_of_somebody_elses_charge_is_nothing_of_ours(self, now):
        how = {"amount": 500, "currency": "eur", "confirm": True, "off_session": True}
        intent = client().v1.payment_intents.create({**how, "payment_method": "pm_card_visa"})
        sandbox.do(deed="refund", about=intent.latest_charge)
        work_for(4)
        assert (Refund.objects.count(), StripeEvent.objects.filter(processed_at=None).count()) == (0, 0)


class ByHandTests:
    @pytest.fixture
    def refused(self, alice, now) -> Refund:
        top_up(alice, 2_000, now)
        (refund,) = ask(alice, 500, now=now)
        refunds.refuse(refund_id=refund.pk, code="charge_disputed", message="No.", now=now)
        return refund

    def test_sent_another_way(self, refused, alice, sam, now):
        refunds.settle(refund_id=refused.pk, staff=sam, is_sent=True, note="By bank transfer, 3 May", now=now)
        assert (states(), purse(alice)["credit"], balance(accounts.platform_bank())) == ([State.SETTLED], "15.00", -500)
        assert StaffTask.objects.get().closed_by == sam
        acts = list(AuditRecord.objects.order_by("pk").values_list("act", "reason"))
        assert acts[0] == ("refund.sent_by_hand", "By bank transfer, 3 May")

    def test_credit_again(self, refused, alice, sam, now):
        refunds.settle(refund_id=refused.pk, staff=sam, is_sent=False, note="She keeps it", now=now)
        assert (states(), purse(alice)["credit"]) == ([State.FAILED], "20.00")

    def test_only_once_and_only_with_a_note(self, refused, sam, now):
        with pytest.raises(refunds.NoNote):
            refunds.settle(refund_id=refused.pk, staff=sam, is_sent=True, note=" ", now=now)
        refunds.settle(refund_id=refused.pk, staff=sam, is_sent=True, note="Sent", now=now)
        with pytest.raises(refunds.NotRefused):
            refunds.settle(refund_id=refused.pk, staff=sam, is_sent=False, note="Again", now=now)
        assert states() == [State.SETTLED]

    def test_staff_do_it_in_the_back_office(self, refused, sam, signed_in):
        browser, page = signed_in(sam), f"/staff/refunds/{refused.pk}/"
        for where in ("/staff/tasks/", "/staff/refunds/?state=refused"):
            assert f"{page}settle/" in browser.get(where).content.decode()
        assert "Write it down" in browser.get(f"{page}settle/").content.decode()
        assert browser.post(f"{page}settle/", {"outcome": "sent", "note": ""}).status_code == 422
        assert states() == [State.REFUSED]
        assert browser.post(f"{page}settle/", {"outcome": "sent", "note": "By bank"}).status_code == 302
        assert states() == [State.SETTLED]
        assert "There is nothing to settle by hand." in browser.get(f"{page}settle/").content.decode()
        assert browser.post(f"{page}settle/", {"outcome": "credit", "note": "Again"}).status_code == 422
        assert states() == [State.SETTLED]

    def test_nobody_settles_their_own(self, refused, alice, now):
        alice.is_staff = True
        alice.save()
        with pytest.raises(office.PartyToIt):
            refunds.settle(refund_id=refused.pk, staff=alice, is_sent=True, note="For me", now=now)
        assert states() == [State.REFUSED]

    def test_members_do_not(self, refused, alice, eve, signed_in):
        for member in (alice, eve):
            answer = signed_in(member).post(f"/staff/refunds/{refused.pk}/settle/", {"outcome": "sent"})
            assert answer.status_code == 404
        assert states() == [State.REFUSED]


class WalletPageTests:
    TOKEN = "form-token-of-a-page"

    @pytest.fixture
    def signed_in(self, signed_in):
        """Who has just typed the password: this is a way out for money."""

        def client_of(member):
            browser = signed_in(member)
            cast.has_just_typed_the_password(browser, member)
            return browser

        return client_of

    def post(self, browser, **typed) -> str:
        return browser.post("/wallet/refund/", {"token": self.TOKEN, **typed}, follow=True).content.decode()

    def test_one_press_refunds_all_and_shows_each_step(self, alice, eve, now, signed_in):
        enough_at_stripe(eve, now)
        top_up(alice, 2_000, now)
        browser = signed_in(alice)
        assert "Refund unused credit" in browser.get("/wallet/").content.decode()
        page = self.post(browser)
        assert all(words in page for words in ("You asked for €20.00 back", 'data-state="requested"'))
        work_for(4)
        page = browser.get("/wallet/").content.decode()
        assert all(words in page for words in ("Sent to your card", "Refund to your card"))

    def test_its_field_is_not_taken_for_another(self, alice, now, signed_in):
        """A label points to one field alone: else what is typed for a part lands in another form, and all goes back."""
        top_up(alice, 2_000, now)
        ids = re.findall(r'\bid="([^"]+)"', signed_in(alice).get("/wallet/").content.decode())
        assert [id_ for id_, count in Counter(ids).items() if count > 1] == []

    def test_a_part_of_it(self, alice, now, signed_in):
        top_up(alice, 2_000, now)
        self.post(signed_in(alice), amount="5.50")
        assert (purse(alice)["credit"], Refund.objects.get().amount) == ("14.50", eur(550))

    @pytest.mark.parametrize("state", [str(state) for state in State])
    def test_each_state_has_its_words(self, alice, now, signed_in, state, plants_an_error):
        top_up(alice, 2_000, now)
        ask(alice, 500, now=now)
        Refund.objects.update(state=state, paid_at=now + timedelta(days=1))
        page = signed_in(alice).get("/wallet/").content.decode()
        assert f'data-state="{state}"' in page

    @pytest.mark.parametrize("amount", ["-5", "0", "1e3", "٥", "20.01", "nonsense", "1" * 30, "5.555"])
    def test_bad_amounts_say_so_and_change_nothing(self, alice, now, signed_in, amount):
        top_up(alice, 2_000, now)
        assert "Nothing was refunded" in self.post(signed_in(alice), amount=amount)
        assert (purse(alice)["credit"], Refund.objects.count()) == ("20.00", 0)

    def test_a_form_sent_twice_with_another_amount(self, alice, now, signed_in):
        top_up(alice, 2_000, now)
        self.post(signed_in(alice), amount="5")
        assert "sent before with another amount" in self.post(signed_in(alice), amount="6")
        assert purse(alice)["credit"] == "15.00"

    def test_nobody_sees_or_sends_back_the_money_of_another(self, alice, eve, now, client, signed_in):
        top_up(alice, 2_000, now)
        ask(alice, 500, now=now)
        assert 'data-testid="refund"' not in signed_in(eve).get("/wallet/").content.decode()
        assert "€0.00 of your credit can go back now" in self.post(signed_in(eve), amount="5")
        assert client.post("/wallet/refund/", {"token": self.TOKEN}).status_code == 302
        assert signed_in(alice).get("/wallet/refund/").status_code == 405
        assert (purse(alice)["credit"], Refund.objects.count()) == ("15.00", 1)
