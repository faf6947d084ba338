"""What staff see and press under /staff/."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.models import Entry
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox.models import OutboxRow
from payouts.reconciliation.models import ReconciliationRun
from payouts.safety import services as safety
from payouts.safety.models import Review
from payouts.staff import explorer
from payouts.stripe.models import StripeEvent
from tests import cast
from tests.payouts.purse import charge, eur, give_credit, give_promo, purse
from tests.payouts.staff.test_door import event, given_up

pytestmark = pytest.mark.django_db


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
        task = office.open_task(kind=kind, key="1", text="Money waits.", now=now)
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
        assert "withdrawal:3:transfer" in page(staff, "/staff/outbox/")
        staff.post(f"/staff/outbox/{row.pk}/again/")
        assert OutboxRow.objects.get().state == "waiting"
        assert "withdrawal:3:transfer" in page(staff, "/staff/outbox/?state=waiting")

    def test_what_was_not_given_up_is_left_alone(self, staff, now):
        row = given_up(now)
        OutboxRow.objects.update(state="done")
        staff.post(f"/staff/outbox/{row.pk}/again/")
        assert OutboxRow.objects.get().state == "done"
        assert not AuditRecord.objects.exists()

    def test_the_table_of_the_outbox_writes_its_act_down_too(self, staff, now):
        row = given_up(now)
        sent = {"action": "try_again", "_selected_action": [row.pk]}
        staff.post("/admin/payouts/outboxrow/", sent)
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
