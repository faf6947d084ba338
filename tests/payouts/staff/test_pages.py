"""What staff see and press under /staff/."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from payouts.disputes import services as disputes
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.models import Entry
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox.models import OutboxRow
from payouts.reconciliation.models import ReconciliationRun
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.safety import services as safety
from payouts.safety.models import Review
from payouts.staff import explorer
from payouts.stripe.answers import CardRefund
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.payouts.purse import charge, connect_bank, eur, give_credit, give_promo, make_available, purse
from tests.payouts.staff.test_door import event, given_up

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]


@pytest.fixture
def staff(sam, signed_in):
    return signed_in(sam)


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


class HomeTests:
    def test_members_money_stands_beside_stripes_balance(self, staff, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 400, now)
        give_promo(alice, 300, now)
        ReconciliationRun.objects.create(
            day=now.date(),
            claimed_at=now,
            finished_at=now,
            report={"at_stripe_minor": 1_100, "by_ledger_minor": 1_000, "differences": []},
        )
        text = page(staff, "/staff/")
        assert (
            'data-testid="members-money">€8.80<' in text
        )  # 6.00 of credit and 2.80 earned; nobody paid for the promotion
        assert 'data-testid="at-stripe">€11.00<' in text
        assert 'data-testid="left">€2.20<' in text
        assert 'data-testid="short"' not in text

    def test_it_says_when_less_lies_there_than_members_own(self, staff, alice, now):
        give_credit(alice, 1_000, now)
        differences = ["platform: the ledger says 10, Stripe says 9.99"]
        report = {"at_stripe_minor": 999, "by_ledger_minor": 1_000, "differences": differences}
        ReconciliationRun.objects.create(day=now.date(), claimed_at=now, finished_at=now, report=report)
        text = page(staff, "/staff/")
        assert 'data-testid="short"' in text
        assert "Stripe says 9.99" in text

    def test_what_was_paid_in_since_the_night_is_no_alarm(self, staff, alice, bob, now):
        report = {"at_stripe_minor": 100, "by_ledger_minor": 0, "differences": []}
        ReconciliationRun.objects.create(day=now.date(), claimed_at=now, finished_at=now, report=report)
        give_credit(alice, 1_000, now)
        text = page(staff, "/staff/")
        assert 'data-testid="at-stripe">€11.00<' in text
        assert 'data-testid="left">€1.00<' in text
        assert 'data-testid="short"' not in text

    def test_before_the_first_night_it_says_so(self, staff):
        assert "not known" in page(staff, "/staff/")

    def test_what_waits_is_counted(self, staff, bob, now, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)
        office.open_task(kind="suspense", key="txn_1", text="Look.", now=now)
        given_up(now)
        event(now, processed_at=None, error="boom")
        safety.freeze(member=bob, reason="email", key="email:1", now=now)
        text = page(staff, "/staff/")
        for shown in (
            "Tasks: moved at Stripe, unexplained",
            'data-testid="given-up">1<',
            'data-testid="events-to-do">1<',
            "1 of them failed",
            'data-testid="frozen">1<',
            "Bob Leroy",
            'data-testid="suspense">€0.00<',
        ):
            assert shown in text

    def test_the_menu_leads_there(self, staff):
        assert 'href="/staff/"' in page(staff, "/")

    def test_a_member_is_found_by_address(self, staff, bob):
        assert staff.get("/staff/members/", {"email": "BOB@example.test "}).url == f"/staff/members/{bob.pk}/money/"

    @pytest.mark.parametrize("email", ["", "nobody@example.test", "\0", "x" * 5_000])
    def test_an_unknown_address_finds_nobody(self, staff, email):
        assert staff.get("/staff/members/", {"email": email}).url == "/staff/"


class TaskTests:
    def test_closing_one_takes_it_off_the_list(self, staff, sam, now):
        task = office.open_task(kind="suspense", key="txn_1", reference="topup:5", text="<b>Look</b>", now=now)
        text = page(staff, "/staff/tasks/")
        assert "&lt;b&gt;Look" in text
        assert "/staff/ledger/?reference=topup%3A5" in text
        staff.post(f"/staff/tasks/{task.pk}/close/", {"reason": "A bank's fee."})
        assert 'data-testid="task"' not in page(staff, "/staff/tasks/")
        assert "A bank&#x27;s fee." in page(staff, "/staff/tasks/?state=closed")
        assert StaffTask.objects.get().closed_by == sam

    @pytest.mark.parametrize("kind", ["advance", "review", "refund_refused"])
    def test_what_an_act_settles_is_not_closed_without_it(self, staff, now, kind):
        task = office.open_task(kind=kind, key="1", reference="refund:1", text="Money waits.", now=now)
        path = f"/staff/tasks/{task.pk}/close/"
        assert f'action="{path}"' not in page(staff, "/staff/tasks/")
        staff.post(path, {"reason": "Done."})
        assert StaffTask.objects.get().closed_at is None

    def test_one_kind_at_a_time(self, staff, now):
        for kind in ("suspense", "review"):
            office.open_task(kind=kind, key=kind, text=f"about {kind}", now=now)
        text = page(staff, "/staff/tasks/?kind=review")
        assert "about review" in text
        assert "about suspense" not in text


class ReviewTests:
    @pytest.fixture
    def review(self, alice, bob, now) -> Review:
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        return Review.objects.get()

    def test_it_shows_both_accounts_and_says_why(self, staff, review):
        text = page(staff, f"/staff/reviews/{review.pk}/")
        for shown in (
            "Both were seen with the same card.",
            "alice@example.test",
            "bob@example.test",
            "1 paid call or tip between these two, €10.00 in all.",
            "€7.00",
        ):
            assert shown in text
        assert "Both were seen with the same card." in page(staff, "/staff/reviews/")

    @pytest.mark.parametrize(("verdict", "available", "frozen"), [("fine", "7.00", False), ("fraud", "0.00", True)])
    def test_deciding_it_settles_the_earning_and_the_task(self, staff, review, bob, now, verdict, available, frozen):
        staff.post(f"/staff/reviews/{review.pk}/", {"verdict": verdict, "note": "We called both."})
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["available"] == available
        assert bool(safety.frozen(member=bob, now=timezone.now())) is frozen
        assert StaffTask.objects.get(kind="review").note == "We called both."
        assert "We called both." in page(staff, f"/staff/reviews/{review.pk}/")
        assert "period:1" in page(staff, "/staff/reviews/?state=decided")

    @pytest.mark.parametrize(
        "sent", [{"verdict": "fine", "note": " "}, {"verdict": "open", "note": "x"}, {"note": "x"}, {}]
    )
    def test_bad_input_decides_nothing(self, staff, review, sent):
        assert staff.post(f"/staff/reviews/{review.pk}/", sent).status_code == 422
        assert Review.objects.get().verdict == "open"

    def test_the_second_decision_is_told_so(self, staff, review):
        staff.post(f"/staff/reviews/{review.pk}/", {"verdict": "fine", "note": "We called both."})
        answer = staff.post(f"/staff/reviews/{review.pk}/", {"verdict": "fraud", "note": "No."})
        assert answer.status_code == 422
        assert Review.objects.get().verdict == "fine"


class MemberTests:
    def test_every_sum_leads_to_its_ledger_rows(self, staff, alice, bob, now):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 400, now, reference="period:1")
        text = page(staff, f"/staff/members/{bob.pk}/money/")
        assert 'data-testid="expert_pending">€2.80<' in text
        for link in (f"?account=expert_pending&amp;owner=user:{bob.pk}", "?reference=period%3A1"):
            assert f"/staff/ledger/{link}" in text

    def test_a_freeze_is_lifted_with_a_reason(self, staff, bob, now, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)
        safety.freeze(member=bob, reason="bank", key="bank:1:2", now=now)
        address = f"/staff/members/{bob.pk}"
        assert "bank changed" in page(staff, f"{address}/money/")
        staff.post(f"{address}/lift/", {"reason": "Bob called from his known number."})
        assert safety.frozen(member=bob, now=now) is None
        assert AuditRecord.objects.get().reason == "Bob called from his known number."
        assert "/lift/" not in page(staff, f"{address}/money/")


@pytest.mark.prove
class LedgerTests:
    @pytest.fixture
    def moves(self, alice, bob, now) -> None:
        for number in range(1, 8):
            give_credit(alice, 1_000, now)
            charge(alice, bob, 400, now, reference=f"period:{number}")

    def shown(self, **wanted) -> list[str]:
        """The keys of all pages, one after the other."""
        keys, before = [], None
        while True:
            found = explorer.page(explorer.Wanted(**wanted, before=before))
            keys += [entry.key for entry in found.entries]
            if found.older is None:
                return keys
            before = found.older

    @pytest.mark.parametrize("size", [1, 2, 3, 5, 50])
    def test_its_pages_show_every_entry_once(self, moves, alice, bob, monkeypatch, size):
        monkeypatch.setattr(explorer, "ENTRIES_A_PAGE", size)
        everything = list(Entry.objects.order_by("-pk").values_list("key", flat=True))
        assert self.shown() == everything
        holds_and_captures = [key for key in everything if key.startswith("period:")]
        for owner in (alice, bob):
            keys = self.shown(owner=f"user:{owner.pk}")
            assert sorted(keys) == sorted(everything if owner == alice else [k for k in everything if "capture" in k])
        assert sorted(self.shown(account="caller_hold", owner=f"user:{alice.pk}")) == sorted(holds_and_captures)
        assert self.shown(account="commission") == [key for key in everything if "capture" in key]

    def test_by_reference_and_by_key(self, moves, alice):
        assert self.shown(reference="period:3") == ["period:3:capture", "period:3:hold:1"]
        assert self.shown(key="period:3:capture") == ["period:3:capture"]
        assert self.shown(reference="period:3", account="commission") == ["period:3:capture"]
        assert self.shown(key="period:3:capture", owner="user:999999") == []

    def test_an_entry_shows_its_lines_and_its_accounts_balance(self, staff, moves, alice):
        text = page(staff, f"/staff/ledger/?account=caller_credit&owner=user:{alice.pk}")
        assert text.count('data-testid="entry"') == 14
        assert 'data-testid="account-balance">€42.00<' in text

    def test_the_platforms_accounts_are_summed_on_demand(self, staff, moves):
        assert "account-balance" not in page(staff, "/staff/ledger/?account=commission")
        assert 'data-testid="account-balance">€8.40<' in page(staff, "/staff/ledger/?account=commission&sum=1")

    def test_nor_does_what_is_pending_which_has_an_owner(self, staff, moves, bob):
        pending = f"/staff/ledger/?account=expert_pending&owner=user:{bob.pk}"
        assert "account-balance" not in page(staff, pending)
        assert 'data-testid="account-balance">€19.60<' in page(staff, f"{pending}&sum=1")
        assert "Whose?" in staff.get("/staff/ledger/?account=expert_pending").content.decode()
        assert ledger.balance(accounts.commission(), "EUR") == eur(840)

    @pytest.mark.parametrize(
        "query",
        [
            "account=nothing",
            "account=caller_credit",
            "before=x",
            "before=-1",
            f"before={9**40}",
            "owner=%00",
            "key=%00",
        ],
    )
    def test_what_makes_no_sense_is_said(self, staff, query):
        assert staff.get(f"/staff/ledger/?{query}").status_code == 422

    @pytest.mark.parametrize("address", ["tasks", "reviews", "events", "outbox", "audit"])
    @pytest.mark.parametrize("before", ["", "x", "-1", "9" * 5_000, "\0", "٣"])
    def test_a_strange_place_in_a_list_is_its_beginning(self, staff, address, before):
        words = {"before": before, "kind": before, "reference": before}
        assert staff.get(f"/staff/{address}/", words).status_code == 200


class StripeTests:
    def test_an_event_is_processed_again(self, staff, now, monkeypatch):
        row = event(now, error="Stripe was away")
        assert "Stripe was away" in page(staff, "/staff/events/")
        staff.post(f"/staff/events/{row.pk}/again/")
        assert StripeEvent.objects.filter(processed_at=None).exists()
        assert row.event_id in page(staff, "/staff/events/?state=waiting")
        assert AuditRecord.objects.get().reference == "evt_1"

    def test_what_was_given_up_is_tried_again(self, staff, now):
        row = given_up(now)
        assert "withdrawal:0:transfer" in page(staff, "/staff/outbox/")
        staff.post(f"/staff/outbox/{row.pk}/again/")
        assert OutboxRow.objects.get().state == "waiting"
        assert "withdrawal:0:transfer" in page(staff, "/staff/outbox/?state=waiting")

    def test_what_was_not_given_up_is_left_alone(self, staff, now):
        row = given_up(now)
        OutboxRow.objects.update(state="done")
        staff.post(f"/staff/outbox/{row.pk}/again/")
        assert OutboxRow.objects.get().state == "done"
        assert not AuditRecord.objects.exists()

    def test_the_table_of_the_outbox_writes_its_act_down_too(self, ada, signed_in, now):
        row = given_up(now)
        sent = {"action": "try_again", "_selected_action": [row.pk]}
        signed_in(ada).post("/admin/payouts/outboxrow/", sent)
        assert OutboxRow.objects.get().state == "waiting"
        assert AuditRecord.objects.get().act == "outbox.retry"


class AuditTests:
    def test_it_says_who_did_what_and_why(self, staff, now):
        office.record(staff=cast.sam(), act="claim.decide", reference="claim:3", reason="<i>So.</i>", now=now)
        office.record(staff=cast.sam(), act="freeze.lift", reference="user:7", reason="Called.", now=now)
        text = page(staff, "/staff/audit/")
        assert text.count('data-testid="record"') == 2
        assert "&lt;i&gt;So." in text
        assert page(staff, "/staff/audit/?reference=user:7").count('data-testid="record"') == 1


class MoneyListTests:
    """Top-ups, refunds, holds and withdrawals: for staff who are nothing more than that."""

    @pytest.fixture
    def moved(self, alice, bob, now):
        make_available(bob, 5_000, now, payer=cast.member("Ann"))
        connect_bank(bob)
        withdrawals.request(expert=bob, amount=eur(2_000), key="form", now=now)
        give_credit(alice, 1_000, now)
        wallet.hold(payer=alice, amount=eur(300), key="period:9:hold:1", reference="period:9", now=now)
        refunds.request(member=alice, amount=eur(200), key="form", now=now)

    @pytest.mark.parametrize(
        ("what", "state", "other", "sum_"),
        [
            ("top-ups", "paid", "failed", "€10.00"),
            ("refunds", "requested", "refused", "€2.00"),
            ("holds", "open", "closed", "€3.00"),
            ("withdrawals", "requested", "failed", "€20.00"),
        ],
    )
    def test_each_row_is_found_by_its_state(self, staff, sam, moved, what, state, other, sum_):
        assert not sam.is_superuser
        for address in (f"/staff/{what}/", f"/staff/{what}/?state={state}"):
            assert sum_ in page(staff, address)
        assert sum_ not in page(staff, f"/staff/{what}/?state={other}")

    def test_of_one_member(self, staff, alice, bob, moved):
        assert page(staff, f"/staff/top-ups/?member={alice.pk}").count('data-testid="row"') == 1
        assert page(staff, f"/staff/holds/?member={bob.pk}").count('data-testid="row"') == 0
        assert f"/staff/top-ups/?member={alice.pk}" in page(staff, f"/staff/members/{alice.pk}/money/")

    def test_page_by_page(self, staff, alice, now, monkeypatch):
        monkeypatch.setattr("payouts.staff.asked.ROWS_A_PAGE", 2)
        for _ in range(3):
            give_credit(alice, 1_000, now)
        first = page(staff, "/staff/top-ups/?state=paid")
        older = re.search(r'href="([^"]*before=\d+[^"]*)"', first).group(1).replace("&amp;", "&")
        assert "state=paid" in older
        assert (
            first.count('data-testid="row"'),
            page(staff, f"/staff/top-ups/{older}").count('data-testid="row"'),
        ) == (2, 1)

    @pytest.mark.parametrize(
        "asked", ["state=x", "member=x", "member=²", "before=-1", "before=x", "member=" + "9" * 30]
    )
    def test_an_odd_address_is_no_fault(self, staff, moved, asked):
        for what in ("top-ups", "refunds", "holds", "withdrawals"):
            page(staff, f"/staff/{what}/?{asked}")

    @pytest.mark.prove
    def test_every_link_on_the_pages_leads_somewhere(self, staff, alice, moved, now):
        """Staff who are no superusers press each of them."""
        for kind in ("refund_refused", "fraud_warning", "suspense"):
            reference = Refund.objects.get().reference
            office.open_task(kind=kind, key=f"{kind}:1", reference=reference, text="Look.", now=now)
        seen, to_see = set(), ["/staff/"]
        while to_see:
            address = to_see.pop()
            answer = staff.get(address)
            assert answer.status_code == 200, address
            text = answer.content.decode() if "html" in answer["Content-Type"] else ""
            links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/staff/[^"]*|/admin/[^"]*)"', text)}
            to_see += sorted(links - seen)
            seen |= links
        assert len(seen) > 25
        assert not [link for link in seen if link.startswith("/admin/")]


class WarningTests:
    """A bank believes that a card was stolen: what is unspent goes back before it is disputed."""

    @pytest.fixture
    def task(self, alice, bob, now) -> StaffTask:
        top_up = give_credit(alice, 1_000, now)
        give_credit(alice, 5_000, now)
        charge(alice, bob, 400, now)
        disputes.warn(warning="issfr_1", fraud_type="made_with_stolen_card", top_up_id=top_up.pk, now=now)
        return StaffTask.objects.get(kind="fraud_warning")

    def press(self, client, task, reason="The bank is sure.") -> str:
        answer = client.post(f"/staff/tasks/{task.pk}/send-back/", {"reason": reason}, follow=True)
        return answer.content.decode()

    def test_it_is_pressed_on_the_task(self, staff, alice, task):
        assert "Send back what is unspent" in page(staff, "/staff/tasks/")
        assert "€6.00 is on its way back to the card." in self.press(staff, task)
        refund = Refund.objects.get()
        assert (refund.amount_minor, refund.lot.top_up_id, purse(alice)["credit"]) == (600, task_top_up(task), "50.00")
        assert StaffTask.objects.get(pk=task.pk).closed_at
        assert AuditRecord.objects.get().act == "refund.in_time"
        assert OutboxRow.objects.filter(action="stripe.refund").count() == 1

    def test_where_the_card_is_gone_staff_read_that_it_must_be_settled(self, staff, alice, task, now):
        lot = CreditLot.objects.get(top_up_id=task_top_up(task))
        [gone] = refunds.request(member=alice, amount=None, key="form", now=now, of={lot.pk: 100})
        refunds.observe(found=refused_by_its_bank(gone), now=now)
        assert "€6.00 is kept aside: its card has taken no money back before." in self.press(staff, task)

    def test_once(self, staff, task):
        self.press(staff, task)
        assert "Somebody closed this task before." in self.press(staff, task)
        assert Refund.objects.count() == 1

    def test_with_a_reason(self, staff, task):
        assert "Write why. Nothing was sent back." in self.press(staff, task, "")
        assert not Refund.objects.exists()

    def test_what_is_held_is_not_sent(self, staff, alice, task, now):
        wallet.hold(payer=alice, amount=eur(5_500), key="h", reference="period:9", now=now)
        self.press(staff, task)
        assert Refund.objects.get().amount_minor == 100

    def test_nothing_is_left(self, staff, alice, bob, task, now):
        charge(alice, bob, 600, now)
        assert "Nothing of this top-up is unspent" in self.press(staff, task)
        assert not Refund.objects.exists()
        assert StaffTask.objects.get(pk=task.pk).closed_at is None

    def test_nobody_does_it_for_themself(self, alice, task, signed_in):
        alice.is_staff = True
        alice.save()
        cast.second_factor(alice)
        answer = signed_in(alice).post(f"/staff/tasks/{task.pk}/send-back/", {"reason": "Mine."})
        assert answer.status_code == 404
        assert not Refund.objects.exists()

    def test_no_other_task_has_it(self, staff, now):
        task = office.open_task(kind="suspense", key="s", reference="topup:1", text="Look.", now=now)
        assert staff.post(f"/staff/tasks/{task.pk}/send-back/", {"reason": "x"}).status_code == 404


def refused_by_its_bank(refund: Refund) -> CardRefund:
    return CardRefund(
        id="re_1",
        status="failed",
        failure_reason="lost_or_stolen_card",
        refund_id=refund.pk,
        top_up_id=refund.lot.top_up_id,
        amount=refund.amount,
        is_booked=False,
        is_back=False,
        pending_reason="",
    )


def task_top_up(task: StaffTask) -> int:
    return int(task.reference.removeprefix("topup:"))
