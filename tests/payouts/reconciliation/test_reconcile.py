"""Stripe's balance transactions against the ledger: after every story both sides agree to the cent."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.office.models import StaffTask
from payouts.reconciliation import services as reconciliation
from payouts.reconciliation.models import ReconciliationRun, StripeMovement
from payouts.sandbox import books as stripes_books
from payouts.sandbox import pay_out, store
from payouts.sandbox import services as sandbox
from payouts.stripe import books, gateway
from payouts.stripe.answers import Movement, NotAnswered
from payouts.wallet import services as wallet
from payouts.withdrawals.models import Withdrawal
from tests.payouts.purse import eur
from tests.payouts.stripe.story import connect, earn, open_top_up, pay, stripe_and_ledger_agree, withdraw, work_for

pytestmark = pytest.mark.django_db
State = StripeMovement.State


@pytest.fixture
def now():
    return timezone.now()


def top_up(member, minor, now, *, card=sandbox.SETTLED_CARD) -> None:
    row = open_top_up(member, minor, now=now)
    pay(row, card=card)
    wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)


def ledger_says(account) -> int:
    return ledger.balance(account, "EUR").minor


def at_stripe_without_us(type_: str, minor: int, *, account: str = "", source: str = "xyz_1") -> None:
    """Something that no service of ours did."""
    with store.one_at_a_time():
        stripes_books.book(type_, amount=minor, currency="eur", source=source, account=account)


def states(**where) -> list[str]:
    return list(StripeMovement.objects.filter(**where).order_by("pk").values_list("state", flat=True))


class TopUpTests:
    def test_is_pending_until_stripe_settles_it(self, alice, now):
        top_up(alice, 2_000, now, card=sandbox.GOOD_CARD)
        assert stripe_and_ledger_agree()
        assert (ledger_says(accounts.stripe_pending()), ledger_says(accounts.stripe_available())) == (1_912, 0)
        report = reconciliation.reconcile(now=now + timedelta(days=2, minutes=1))
        assert report.is_clean
        assert (ledger_says(accounts.stripe_pending()), ledger_says(accounts.stripe_available())) == (0, 1_912)
        assert StripeMovement.objects.get().is_final

    def test_twice_over_posts_nothing_more(self, alice, now):
        top_up(alice, 2_000, now)
        for _ in range(3):
            assert stripe_and_ledger_agree()
        assert (ledger_says(accounts.stripe_available()), StripeMovement.objects.count()) == (1_912, 1)

    def test_whose_event_has_not_come_yet_waits_for_it(self, alice, now):
        row = open_top_up(alice, 2_000, now=now)
        pay(row)
        report = reconciliation.reconcile(now=now)
        assert (report.is_clean, report.waiting) == (True, 1)
        assert (report.at_stripe, report.by_ledger) == (eur(1_912), eur(1_912))
        assert ledger_says(accounts.stripe_fees()) == 88  # the transaction says it, whoever posts it
        work_for(4)
        assert stripe_and_ledger_agree()
        assert states() == [State.MATCHED]

    def test_that_is_never_credited_goes_into_suspense_and_comes_out_again(self, alice, now):
        row = open_top_up(alice, 2_000, now=now)
        pay(row)
        late = now + timedelta(days=1, minutes=1)
        assert reconciliation.reconcile(now=late).suspense == 1
        assert ledger_says(accounts.suspense()) == 2_000
        assert ledger_says(accounts.stripe_available()) == 1_912
        assert StaffTask.objects.get().kind == "suspense"

        wallet.confirm_top_up(stripe_session=row.stripe_session, now=late)
        assert reconciliation.reconcile(now=late).is_clean
        assert (ledger_says(accounts.suspense()), ledger_says(accounts.stripe_available())) == (0, 1_912)


class WithdrawalTests:
    @pytest.mark.prove
    @pytest.mark.parametrize("seconds", [0, 2, 4, 8, 12, 20])
    @pytest.mark.parametrize("bank", [pay_out.PAYING_BANK, pay_out.REFUSING_BANK])
    def test_agrees_at_every_step_on_the_way(self, alice, bob, now, bank, seconds):
        earn(bob, alice, 10_000, now=now)
        connect(bob, number=bank, now=now)
        withdraw(bob, 7_000, now=now)
        work_for(seconds)
        assert stripe_and_ledger_agree()
        work_for(20)
        assert stripe_and_ledger_agree()
        assert set(states()) == {State.MATCHED}

    def test_paid_and_then_failed_agrees(self, alice, bob, now):
        earn(bob, alice, 10_000, now=now)
        connect(bob, now=now)
        row = withdraw(bob, 7_000, now=now)
        work_for(20)
        row.refresh_from_db()
        sandbox.payout_now(payout_id=row.stripe_payout, fails=True)
        work_for(8)
        assert stripe_and_ledger_agree()
        assert Withdrawal.objects.get().state == Withdrawal.State.FAILED
        assert ledger_says(accounts.stripe_available()) == 10_000 - 320

    def test_each_movement_names_its_entry(self, alice, bob, now):
        earn(bob, alice, 10_000, now=now)
        account = connect(bob, now=now)
        row = withdraw(bob, 7_000, now=now)
        work_for(20)
        stripe_and_ledger_agree()
        ours = dict(StripeMovement.objects.filter(account="").values_list("type", "entry_key"))
        theirs = dict(StripeMovement.objects.filter(account=account).values_list("type", "entry_key"))
        assert ours["transfer"] == theirs["payment"] == f"withdrawal:{row.pk}:transfer"
        assert theirs["payout"] == f"withdrawal:{row.pk}:paid"


class UnknownTests:
    @pytest.mark.parametrize("minor", [700, -700])
    def test_what_nobody_knows_lies_in_suspense_and_staff_are_told(self, now, minor):
        at_stripe_without_us("adjustment", minor)
        report = reconciliation.reconcile(now=now)
        assert (report.suspense, report.differences, report.is_clean) == (1, [], False)
        assert ledger_says(accounts.suspense()) == ledger_says(accounts.stripe_available()) == minor
        task = StaffTask.objects.get()
        assert (task.kind, "adjustment" in task.text) == ("suspense", True)

    def test_a_transfer_made_by_hand_is_in_suspense(self, alice, bob, now):
        top_up(alice, 2_000, now)
        account = connect(bob, now=now)
        gateway.create_transfer(amount=eur(500), destination=account, withdrawal_id=99, key="by hand")
        report = reconciliation.reconcile(now=now)
        assert (report.suspense, report.differences) == (1, [])
        assert ledger_says(accounts.suspense()) == -500

    def test_money_in_an_experts_balance_that_we_did_not_send_is_a_task_after_a_day(self, bob, now):
        account = connect(bob, now=now)
        at_stripe_without_us("adjustment", 300, account=account)
        assert reconciliation.reconcile(now=now).is_clean
        report = reconciliation.reconcile(now=now + timedelta(days=1, minutes=1))
        assert (report.suspense, report.differences) == (1, [])
        assert ledger_says(accounts.suspense()) == 0

    def test_stripes_own_fees_and_payouts_to_ourselves_are_booked(self, alice, now):
        top_up(alice, 2_000, now)
        at_stripe_without_us("stripe_fee", -200)
        at_stripe_without_us("payout", -1_000)
        assert stripe_and_ledger_agree()
        assert ledger_says(accounts.stripe_fees()) == 200 + 88
        assert ledger_says(accounts.platform_bank()) == 1_000

    def test_money_of_the_ledger_that_stripe_never_had_is_a_difference(self, alice, now, plants_an_error):
        top_up(alice, 2_000, now)
        lines = [ledger.Line(accounts.stripe_pending(), accounts.commission(), eur(1))]
        ledger.post(key="planted", kind="planted", lines=lines, now=now)
        report = reconciliation.reconcile(now=now)
        assert [(each.ours, each.at_stripe) for each in report.differences] == [(eur(1_913), eur(1_912))]
        assert StaffTask.objects.get().kind == "reconciliation"

    def test_money_lost_on_the_way_to_an_expert_is_a_difference(self, alice, bob, now):
        """The broken twin: a withdrawal that says more than Stripe holds."""
        earn(bob, alice, 10_000, now=now)
        account = connect(bob, now=now)
        withdraw(bob, 7_000, now=now)
        work_for(2)
        gateway.create_payout(amount=eur(100), account=account, withdrawal_id=0, key="by hand")
        report = reconciliation.reconcile(now=now)
        assert report.differences == []  # its movement is known, and waits for a reason
        StripeMovement.objects.filter(account=account, amount_minor=-100).update(state=State.MATCHED, is_final=True)
        assert [each.account for each in reconciliation.reconcile(now=now).differences] == [account]


class ReadingTests:
    def test_reads_page_by_page_and_from_where_it_was(self, now, monkeypatch):
        monkeypatch.setattr(books, "PAGE", 2)
        for _ in range(5):
            at_stripe_without_us("stripe_fee", -1)
        assert reconciliation.reconcile(now=now).read == 5
        at_stripe_without_us("stripe_fee", -1)
        assert reconciliation.reconcile(now=now).read == 1

    @pytest.mark.parametrize("trouble", ["no answer", "power cut"])
    def test_what_stops_it_on_the_way_leaves_no_gap(self, now, monkeypatch, trouble):
        """After days in which nobody read: the newest come first, and the gap would lie behind where the next time begins."""
        days = (0, 3, 6)
        made = [
            Movement(f"txn_{ago}", "adjustment", "", {}, eur(-1), eur(0), now - timedelta(days=ago), now)
            for ago in days
        ]

        def movements(*, account, since):
            for number, movement in enumerate(made):
                if trouble == "no answer" and number == 1 and not tried:
                    tried.append(1)
                    raise NotAnswered
                if since is None or movement.made_at >= since:
                    yield movement

        def store_one(*what):
            if trouble == "power cut" and StripeMovement.objects.count() == 1 and not tried:
                tried.append(1)
                raise KeyboardInterrupt
            return really(*what)

        tried, really = [], reconciliation._store
        monkeypatch.setattr(books, "movements", movements)
        monkeypatch.setattr(reconciliation, "_store", store_one)
        with pytest.raises((NotAnswered, KeyboardInterrupt)):
            reconciliation._read("")
        reconciliation._read("")
        assert StripeMovement.objects.count() == len(days)

    def test_keeps_no_card_and_no_name(self, alice, now):
        top_up(alice, 2_000, now)
        reconciliation.reconcile(now=now)
        about = StripeMovement.objects.get().about
        assert set(about) <= set(books.KEPT)

    def test_an_account_without_an_answer_holds_up_no_other(self, alice, bob, now, monkeypatch):
        top_up(alice, 2_000, now)
        account = connect(bob, now=now)
        plain = books.movements

        def deaf(*, account: str, since):
            if account:
                raise NotAnswered("time-out")
            return plain(account=account, since=since)

        monkeypatch.setattr(books, "movements", deaf)
        report = reconciliation.reconcile(now=now)
        assert (report.unread, report.read, report.is_clean) == ([account], 1, False)

    def test_a_crash_between_reading_and_posting_is_made_good_by_the_next_run(self, alice, now, monkeypatch):
        top_up(alice, 2_000, now)

        def killed(**_options):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("payouts.reconciliation.booking.settle", killed)
            with pytest.raises(KeyboardInterrupt):
                reconciliation.reconcile(now=now)
        assert (states(), ledger_says(accounts.stripe_available())) == ([State.WAITING], 0)
        assert stripe_and_ledger_agree()


class NightTests:
    def test_is_done_once_a_night_by_one_worker(self, alice, now):
        night = now.replace(hour=4)
        assert reconciliation.nightly(now=night.replace(hour=1)) is None
        assert reconciliation.nightly(now=night).is_clean
        assert reconciliation.nightly(now=night + timedelta(hours=1)) is None
        assert reconciliation.nightly(now=night + timedelta(days=1)) is not None
        assert ReconciliationRun.objects.get(day=night.date()).report["differences"] == []

    def test_of_a_worker_that_died_is_taken_over(self, now):
        night = now.replace(hour=4)
        ReconciliationRun.objects.create(day=night.date(), claimed_at=night)
        assert reconciliation.nightly(now=night + timedelta(hours=1)) is None
        assert reconciliation.nightly(now=night + timedelta(hours=4)) is not None


class SilentNightTests:
    """Stripe does not answer for bob's account, or for nothing at all."""

    @pytest.fixture
    def silence(self, alice, bob, now, monkeypatch) -> set[str]:
        top_up(alice, 2_000, now)
        deaf_to, plain = {connect(bob, now=now)}, books.movements

        def movements(*, account: str, since):
            asked.append(account)
            if account in deaf_to:
                raise NotAnswered("time-out")
            return plain(account=account, since=since)

        asked: list[str] = []
        self.asked = asked
        monkeypatch.setattr(books, "movements", movements)
        return deaf_to

    def night(self, now, hour: int, minute: int = 0):
        return reconciliation.nightly(now=now.replace(hour=hour, minute=minute))

    def test_it_is_not_over_and_only_what_is_missing_is_asked_for_again(self, silence, now):
        (account,) = silence
        assert self.night(now, 3).unread == [account]
        assert ReconciliationRun.objects.get().finished_at is None
        assert self.night(now, 3, 20) is None
        self.asked.clear()
        silence.clear()
        assert self.night(now, 3, 40).unread == []
        assert set(self.asked) == {account}
        run = ReconciliationRun.objects.get()
        assert (run.finished_at, run.report["unread"], run.report["accounts"]) == (
            now.replace(hour=3, minute=40),
            [],
            2,
        )
        assert run.report["at_stripe_minor"] is not None
        assert self.night(now, 5) is None

    def test_who_answers_only_after_two_nights_leaves_no_task_behind(self, silence, now):
        for days in (0, 1):
            self.night(now + timedelta(days=days), 3)
            self.night(now + timedelta(days=days), 23)
        assert StaffTask.objects.filter(closed_at=None).count() == 2
        silence.clear()
        self.night(now + timedelta(days=2), 3)
        assert not StaffTask.objects.filter(closed_at=None).exists()

    def test_of_the_platforms_own_balance_too(self, silence, now):
        silence.add("")
        assert "platform" in self.night(now, 3).unread
        silence.clear()
        assert self.night(now, 4).unread == []
        assert ReconciliationRun.objects.get().report["at_stripe_minor"] is not None

    def test_what_differed_before_is_not_forgotten(self, silence, now, plants_an_error):
        ReconciliationRun.objects.create(
            day=now.date(),
            claimed_at=now.replace(hour=3),
            report=reconciliation.Report(accounts=2, unread=[*silence]).as_json() | {"differences": ["platform: 1, 2"]},
        )
        silence.clear()
        self.night(now, 4)
        assert ReconciliationRun.objects.get().report["differences"] == ["platform: 1, 2"]

    def test_staff_are_told_in_the_morning_and_not_before_and_once(self, silence, now):
        for hour in (3, 4, 5):
            self.night(now, hour)
        assert not StaffTask.objects.exists()
        for hour in (6, 7):
            self.night(now, hour)
        (account,) = silence
        assert account in StaffTask.objects.get().text
        silence.clear()
        self.night(now, 8)
        assert StaffTask.objects.get().closed_at

    def test_the_back_office_does_not_say_that_they_agree(self, silence, now, signed_in, sam):
        self.night(now - timedelta(days=1), 4)
        (account,) = silence
        silence.clear()
        self.night(now - timedelta(days=1), 5)
        assert "agreed to the cent" in signed_in(sam).get("/staff/").content.decode()
        silence.add(account)
        self.night(now, 4)
        page = signed_in(sam).get("/staff/").content.decode()
        assert "agreed to the cent" not in page
        assert f"has not answered for: {account}." in page


class CommandTests:
    def test_says_that_all_is_well(self, alice, now, capsys):
        top_up(alice, 2_000, now)
        call_command("reconcile")
        assert "agree to the cent" in capsys.readouterr().out

    def test_names_what_is_wrong_and_fails(self, now, capsys):
        at_stripe_without_us("adjustment", 700)
        with pytest.raises(SystemExit) as end:
            call_command("reconcile")
        assert end.value.code == 1
        assert "suspense: 1" in capsys.readouterr().err
