"""Credit that rests on an expert's debt: to be spent, but kept from cards until the expert has paid or staff let it go."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from unittest.mock import patch

import pytest
from django.apps import apps

from marketplace.accounts.models import User
from payouts.disputes.models import Dispute
from payouts.earnings import services as earnings
from payouts.earnings.verify import verify
from payouts.money import Money
from payouts.office.models import AuditRecord, StaffTask
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.safety.models import Review
from payouts.stripe.answers import CardRefund
from payouts.wallet import services as wallet
from payouts.wallet.models import Advance, CreditLot
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.payouts.claims.story import days, paid, refund, withdrawn_then_given_back
from tests.payouts.ledger.test_races import at_once
from tests.payouts.ledger.test_verify import planted
from tests.payouts.purse import charge, connect_bank, eur, give_credit, give_promo, make_available, purse
from tests.payouts.staff.test_door import taken_back

pytestmark = pytest.mark.django_db
WALLET_QUERIES = 24


@pytest.fixture
def later(alice, bob):
    """Alice has 30.00 again, 21.00 of which bob owes."""
    return withdrawn_then_given_back()


def let_go(staff: User, now, *, advance_id: int | None = None, reason: str = "She had no part in it.") -> None:
    wallet.let_advance_go(advance_id=advance_id or Advance.objects.get().pk, staff=staff, reason=reason, now=now)


def may_go_back() -> str:
    return f"{refunds.refundable(member=cast.alice()).minor / 100:.2f}"


def left() -> list[int]:
    return list(Advance.objects.order_by("pk").values_list("left_minor", flat=True))


class RestingTests:
    def test_what_the_expert_still_had_rests_on_nothing(self, alice, bob, now):
        paid(3_000)
        earnings.release_due(now=now + days(31))
        refund(3_000, now=now + days(31))
        assert (may_go_back(), Advance.objects.count(), StaffTask.objects.count()) == ("30.00", 0, 0)

    def test_only_what_the_expert_no_longer_had_rests(self, alice, bob, now):
        paid(4_000)
        later = now + days(31)
        earnings.release_due(now=later)
        connect_bank(bob)
        withdrawals.request(expert=bob, amount=eur(2_000), key="a-part-of-it", now=later)
        refund(4_000, now=later)
        assert (left(), may_go_back()) == ([2_000], "20.00")

    def test_own_credit_beside_it_goes_back(self, alice, later):
        give_credit(alice, 1_000, later)
        assert may_go_back() == "19.00"
        refunds.request(member=alice, amount=eur(1_900), key="form", now=later)
        with pytest.raises(refunds.NotEnough):
            refunds.request(member=alice, amount=eur(1), key="form-2", now=later)
        assert purse(alice)["credit"] == "21.00"

    def test_what_is_spent_is_what_goes_to_no_card_either(self, alice, bob, later):
        charge(alice, bob, 2_500, later)
        assert refunds.unused(member=alice) == refunds.Unused(refundable=eur(0), kept=eur(500))

    def test_promotional_credit_comes_from_no_card_and_keeps_none_from_it(self, alice, bob, now):
        give_promo(alice, 3_000, now)
        give_credit(alice, 1_000, now)
        charge(alice, bob, 3_000, now, reference="period:1")
        later = now + days(31)
        earnings.release_due(now=later)
        connect_bank(bob)
        withdrawals.request(expert=bob, amount=eur(2_100), key="all-of-it", now=later)
        refund(3_000, now=later)
        assert (left(), may_go_back()) == ([2_100], "10.00")
        charge(alice, cast.eve(), 1_000, later, reference="period:2")
        assert Review.objects.get().reasons == ["on_debt"]

    def test_pressed_twice_it_is_one_advance_and_one_task(self, later):
        refund(3_000, key="back-period:1", now=later)
        assert (left(), StaffTask.objects.get().kind) == ([2_100], "advance")

    def test_the_money_of_a_stranger_is_touched_by_nothing(self, eve, bob, later):
        give_credit(eve, 1_000, later)
        assert refunds.refundable(member=eve) == eur(1_000)
        charge(eve, bob, 1_000, later)
        assert not Review.objects.exists()


class PaidTests:
    def test_what_the_expert_earns_pays_the_oldest_first(self, alice, bob, eve, now):
        later = withdrawn_then_given_back(3_000, 3_000)
        give_credit(eve, 4_000, later)
        charge(eve, bob, 4_000, later)
        earnings.release_due(now=later + days(31))
        assert (left(), may_go_back(), earnings.owed(expert=bob)) == ([0, 1_400], "46.00", eur(1_400))
        assert [task.note for task in StaffTask.objects.order_by("pk")] == ["The expert has paid it.", ""]

    def test_a_withdrawal_that_comes_back_pays_it(self, alice, bob, later):
        (gone,) = withdrawals.of_expert(expert=bob)[:1]
        withdrawals.transfer_refused(withdrawal_id=gone.pk, code="account_closed", message="", now=later)
        assert (left(), may_go_back(), purse(bob)["available"]) == ([0], "30.00", "0.00")

    def test_where_it_is_paid_others_are_paid_on_their_day(self, alice, bob, eve, later):
        make_available(bob, 2_100, later, payer=cast.member("Zoe"))
        assert earnings.owed(expert=bob) == eur(0)
        charge(alice, eve, 1_000, later)
        assert not Review.objects.exists()

    def test_spent_on_the_very_expert_it_pays_the_debt_and_waits_for_nobody(self, alice, bob, later):
        charge(alice, bob, 3_000, later)
        assert not Review.objects.exists()
        earnings.release_due(now=later + days(31))
        assert (left(), purse(bob)["available"], purse(alice)["credit"]) == ([0], "0.00", "0.00")

    def test_what_one_spends_on_the_expert_frees_nothing_of_another(self, alice, bob, eve, now):
        """Three together: else eve's spending, which nobody reviews, set alice's credit free, and bob has both in his bank."""
        later = given_back_to_alice_and_eve(now)
        charge(eve, bob, 3_000, later)
        earnings.release_due(now=later + days(31))
        assert (left(), earnings.owed(expert=bob)) == ([2_100, 0], eur(2_100))
        assert (refunds.refundable(member=alice), refunds.refundable(member=eve)) == (eur(900), eur(0))

    def test_where_the_oldest_is_paid_first_it_frees_all_of_it(self, alice, bob, eve, now, monkeypatch):
        """The broken twin: 42.00 are in bob's bank and 30.00 may follow, of 60.00 that were paid in."""
        later, plain = given_back_to_alice_and_eve(now), wallet.repay_advances
        monkeypatch.setattr(wallet, "repay_advances", lambda **words: plain(**{**words, "payer_id": None}))
        charge(eve, bob, 3_000, later)
        earnings.release_due(now=later + days(31))
        assert (left(), refunds.refundable(member=alice)) == ([0, 2_100], eur(3_000))

    def test_what_is_more_than_her_own_pays_the_others(self, alice, bob, eve, now):
        later = given_back_to_alice_and_eve(now)
        give_credit(eve, 1_000, later)
        charge(eve, bob, 4_000, later)
        earnings.release_due(now=later + days(31))
        assert (left(), earnings.owed(expert=bob)) == ([1_400, 0], eur(1_400))


def given_back_to_alice_and_eve(now) -> datetime:
    """Each has 30.00 again, 21.00 of which bob owes; alice's is the older."""
    later, bob = now + days(31), cast.bob()
    for payer, reference in ((cast.alice(), "period:1"), (cast.eve(), "period:2")):
        give_credit(payer, 3_000, now)
        charge(payer, bob, 3_000, now, reference=reference)
    earnings.release_due(now=later)
    connect_bank(bob)
    withdrawals.request(expert=bob, amount=eur(4_200), key="all-of-it", now=later)
    for reference in ("period:1", "period:2"):
        refund(3_000, reference=reference, key=f"back-{reference}", now=later)
    return later


class StaffTests:
    def test_the_innocent_caller_gets_it_all(self, alice, bob, sam, eve, later):
        let_go(sam, later)
        assert may_go_back() == "30.00"
        (row,) = refunds.request(member=alice, amount=None, key="form", now=later)
        assert (row.amount, purse(alice)["credit"], earnings.owed(expert=bob)) == (eur(3_000), "0.00", eur(2_100))

    def test_from_then_on_it_is_no_reason_to_wait(self, alice, sam, eve, later):
        let_go(sam, later)
        charge(alice, eve, 1_000, later)
        assert not Review.objects.exists()

    def test_the_act_is_written_down_and_closes_its_task(self, sam, later):
        let_go(sam, later)
        record, task = AuditRecord.objects.get(), StaffTask.objects.get()
        assert (record.act, record.staff, record.reason) == ("advance.let_go", sam, "She had no part in it.")
        assert (task.closed_by, task.note) == (sam, "She had no part in it.")

    def test_once(self, sam, later):
        for reason in ("She had no part in it.", "Again."):
            let_go(sam, later, reason=reason)
        assert AuditRecord.objects.get().reason == "She had no part in it."

    @pytest.mark.parametrize("reason", ["", " \n"])
    def test_not_without_a_reason(self, sam, later, reason):
        with pytest.raises(ValueError, match="reason"):
            let_go(sam, later, reason=reason)
        assert may_go_back() == "9.00"

    def test_what_is_paid_is_not_let_go_any_more(self, bob, sam, later):
        make_available(bob, 2_100, later, payer=cast.member("Zoe"))
        let_go(sam, later)
        assert not AuditRecord.objects.exists()
        assert Advance.objects.get().let_go_at is None


class BesideTests:
    def test_what_is_sent_back_at_stripes_dashboard_is_taken_all_the_same(self, alice, sam, later):
        top_up = CreditLot.objects.get(member=alice).top_up_id
        found = CardRefund("re_1", "succeeded", eur(3_000), 0, top_up, True, False, "", "")
        refunds.observe(found=found, now=later)
        assert (purse(alice)["credit"], may_go_back(), Refund.objects.get().taken) == ("0.00", "0.00", eur(3_000))
        give_credit(alice, 3_000, later)
        assert may_go_back() == "9.00"  # until whoever sent it back says why in the task that is open
        let_go(sam, later)
        assert may_go_back() == "30.00"

    def test_what_a_bank_takes_back_is_taken_all_the_same(self, alice, later):
        taken_back(CreditLot.objects.get(member=alice), "needs_response", later)
        assert (purse(alice)["credit"], Dispute.objects.get().taken_minor) == ("0.00", 3_000)


PLANTED = [
    ("DELETE FROM payouts_advance", "the advance differs from its entry"),
    ("UPDATE payouts_advance SET amount_minor = amount_minor + 1", "the advance differs from its entry"),
    ("UPDATE payouts_advance SET payer_id = expert_id", "the advance differs from its entry"),
    ("UPDATE payouts_advance SET paid_credit_minor = 0", "what of the advance is paid credit differs"),
    ("UPDATE payouts_advance SET left_minor = 0", "owes more than was advanced for them and not paid by €21.00"),
    (
        "UPDATE payouts_account SET balance_minor = 2000 WHERE kind = 'expert_debt'",
        "owes less than was advanced for them and not paid by −€1.00",
    ),
]


class BooksTests:
    @pytest.mark.parametrize(("sql", "found"), PLANTED)
    def test_a_planted_fault_is_found(self, later, plants_an_error, sql, found):
        assert verify() == []
        planted(sql)
        assert found in " ".join(verify())

    def test_what_was_owed_before_is_found_in_the_ledger(self, alice, bob, eve, now):
        later = withdrawn_then_given_back(3_000, 3_000)
        give_credit(eve, 4_000, later)
        charge(eve, bob, 4_000, later)
        earnings.release_due(now=later + days(31))
        fields = ("payer", "expert", "key", "reference", "amount_minor", "paid_credit_minor", "left_minor", "made_at")
        before = list(Advance.objects.order_by("pk").values_list(*fields))
        Advance.objects.all().delete()
        import_module("payouts.migrations.0017_advances_of_before").find(apps, None)
        assert list(Advance.objects.order_by("pk").values_list(*fields)) == before
        made = Advance.objects.latest("pk")
        assert StaffTask.objects.get(key=f"advance:{made.pk}").parties.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class RaceTests:
    def test_a_refund_and_give_backs_at_once_leave_what_rests(self, alice, bob, now):
        """Whatever comes first, what is left of the credit is at least what bob owes."""
        for number in range(6):
            paid(1_000, reference=f"period:{number}")
        later = now + days(31)
        earnings.release_due(now=later)
        connect_bank(bob)
        withdrawals.request(expert=bob, amount=eur(4_200), key="all-of-it", now=later)

        def either(number: int) -> None:
            if number % 2:
                refunds.request(member=alice, amount=None, key=f"form-{number}", now=later)
            else:
                refund(1_000, reference=f"period:{number // 2}", key=f"back-{number}", now=later)

        ends = at_once(12, either)
        assert ends["done"] + ends["NotEnough"] == 12
        assert (sum(left()), earnings.owed(expert=bob)) == (4_200, eur(4_200))
        refunded = sum(row.amount_minor for row in Refund.objects.all())
        assert refunded <= 1_800
        assert wallet.paid_credit(member=alice) == eur(6_000 - refunded)

    def test_releases_and_give_backs_at_once_pay_what_rests_and_no_more(self, alice, bob, eve, later):
        give_credit(eve, 8_000, later)
        for number in range(8):
            charge(eve, bob, 1_000, later, reference=f"of-eve:{number}")
        paid(1_000, reference="period:9", now=later)

        def any_of_these(number: int) -> None:
            if number % 3 == 0:
                earnings.release_due(now=later + days(31))
            elif number % 3 == 1:
                let_go(cast.sam(), later, advance_id=Advance.objects.earliest("pk").pk)
            else:
                refund(100, reference="period:9", key=f"b-{number}", now=later)

        at_once(9, any_of_these)
        assert sum(left()) == earnings.owed(expert=bob).minor == 0
        assert AuditRecord.objects.count() <= 1

    def test_what_is_given_back_between_two_looks_at_her_credit_does_not_pass_for_her_own(self, alice, bob, now):
        later = self.all_held_and_bobs_gone(now)
        meanwhile = after(gives_all_back, wallet.kept_from_cards, later)
        with patch.object(wallet, "kept_from_cards", meanwhile), pytest.raises(refunds.NotEnough):
            refunds.request(member=alice, amount=eur(1_000), key="form", now=later)
        assert (wallet.paid_credit(member=alice), left()) == (eur(3_000), [2_100])

    def test_looked_at_the_other_way_round_it_does(self, alice, bob, now):
        """The broken twin."""
        later = self.all_held_and_bobs_gone(now)

        def kept_first(member: User) -> tuple[Money, Money]:
            kept = wallet.kept_from_cards(member=member)
            gives_all_back(later)
            return wallet.paid_credit(member=member), kept

        with patch.object(refunds, "_credit_and_kept", kept_first):
            refunds.request(member=alice, amount=eur(1_000), key="form", now=later)
        assert (wallet.paid_credit(member=alice), left()) == (eur(2_000), [2_100])

    def all_held_and_bobs_gone(self, now):
        """All that is left to alice is held; what she paid bob is in his bank."""
        paid(3_000)
        later = now + days(31)
        earnings.release_due(now=later)
        connect_bank(cast.bob())
        withdrawals.request(expert=cast.bob(), amount=eur(2_100), key="all-of-it", now=later)
        give_credit(cast.alice(), 1_000, later)
        wallet.hold(payer=cast.alice(), amount=eur(1_000), key="hold", reference="period:2", now=later)
        return later


def gives_all_back(now) -> None:
    assert at_once(1, lambda _: refund(3_000, now=now)) == {"done": 1}


def after(first: Callable[[datetime], None], then: Callable[..., Money], now: datetime) -> Callable[..., Money]:
    def both(**words: User) -> Money:
        first(now)
        return then(**words)

    return both


class PageTests:
    def test_the_wallet_says_how_much_and_why(self, alice, later, signed_in):
        page = signed_in(alice).get("/wallet/").content.decode()
        assert "€21.00 of your credit was given back by an expert who still owes it to us" in page
        assert "€9.00 of your credit is unused" in page
        assert "Bob" not in page[page.index("kept-from-cards") : page.index("€9.00 of your credit")]

    def test_it_says_nothing_of_what_is_let_go(self, alice, sam, later, signed_in):
        let_go(sam, later)
        page = signed_in(alice).get("/wallet/").content.decode()
        assert "kept-from-cards" not in page
        assert "€30.00 of your credit is unused" in page

    def test_where_all_is_kept_it_does_not_say_that_there_is_none(self, alice, eve, later, signed_in):
        charge(alice, eve, 1_500, later)
        page = signed_in(alice).get("/wallet/").content.decode()
        assert "€15.00 of your credit was given back" in page
        assert "There is no unused credit" not in page

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_wallet_costs_one_look_however_many_there_are(self, alice, signed_in, django_assert_num_queries, count):
        withdrawn_then_given_back(*[3_000] * count)
        client = signed_in(alice)
        client.get("/wallet/")
        with django_assert_num_queries(WALLET_QUERIES) as asked:
            client.get("/wallet/")
        assert sum("payouts_advance" in query["sql"] for query in asked.captured_queries) == 1

    def test_staff_come_from_the_task_to_both_accounts_and_let_it_go(self, sam, later, signed_in):
        client, address = signed_in(sam), f"/staff/advances/{Advance.objects.get().pk}/"
        assert f'href="{address}"' in client.get("/staff/tasks/").content.decode()
        page = client.get(address).content.decode()
        for shown in ("alice@example.test", "bob@example.test", 'data-testid="advance-left">€21.00<', "€30.00"):
            assert shown in page
        assert client.post(address, {"reason": "We called her."}).status_code == 302
        assert may_go_back() == "30.00"
        assert client.post(address, {"reason": "Again."}).status_code == 422
        assert AuditRecord.objects.get(act="advance.let_go").reason == "We called her."

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 2_001])
    def test_without_a_reason_nothing_is_let_go(self, sam, later, signed_in, reason):
        address = f"/staff/advances/{Advance.objects.get().pk}/"
        assert signed_in(sam).post(address, {"reason": reason}).status_code == 422
        assert may_go_back() == "9.00"

    def test_its_task_is_not_closed_without_the_act(self, sam, later, signed_in):
        signed_in(sam).post(f"/staff/tasks/{StaffTask.objects.get().pk}/close/", {"reason": "Done."})
        assert StaffTask.objects.get().closed_at is None

    @pytest.mark.parametrize("who", ["alice", "bob", "eve"])
    def test_for_strangers_and_parties_there_is_no_such_page(self, later, signed_in, who):
        member, address = getattr(cast, who)(), f"/staff/advances/{Advance.objects.get().pk}/"
        if who != "eve":
            User.objects.filter(pk=member.pk).update(is_staff=True)
            cast.second_factor(member)
        client = signed_in(User.objects.get(pk=member.pk))
        assert {client.get(address).status_code, client.post(address, {"reason": "Me."}).status_code} == {404}
        assert may_go_back() == "9.00"
        assert not AuditRecord.objects.exists()
