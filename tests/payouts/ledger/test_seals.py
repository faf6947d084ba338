"""Seals: what they cover, that a later change is found, and what runs at night."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from payouts.ledger import accounts, seals, services
from payouts.ledger.models import BooksCheck, Entry, Seal
from payouts.office.models import StaffTask
from payouts.verify import nightly
from tests.payouts.ledger.test_verify import planted
from tests.payouts.purse import charge, eur, give_credit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AT_NIGHT = {"hour": 3}


def post(key: str, now, minor: int = 100):
    lines = [services.Line(accounts.stripe_pending(), accounts.commission(), eur(minor))]
    return services.post(key=key, kind="test", lines=lines, now=now)


@pytest.fixture
def small_seals(monkeypatch):
    """Two entries each, so that a few entries make a chain."""
    monkeypatch.setattr(seals, "ENTRIES_A_SEAL", 2)


@pytest.fixture
def sealed(alice, bob, now, small_seals):
    give_credit(alice, 1_000, now)
    for number in range(3):
        charge(alice, bob, 100, now, reference=f"period:{number}")
    return seals.seal(now=now)


class SealTests:
    def test_every_entry_once_in_order(self, sealed, now):
        assert sealed == Entry.objects.count() == 7
        ranges = list(Seal.objects.order_by("pk").values_list("after_entry", "through_entry", "entries"))
        assert [entries for *_, entries in ranges] == [2, 2, 2, 1]
        assert [after for after, *_ in ranges] == [0, *(through for _, through, _ in ranges[:-1])]
        assert seals.verify() == []

    def test_nothing_new_seals_nothing(self, sealed, now):
        head = seals.head()
        assert seals.seal(now=now) == 0
        assert seals.head() == head

    def test_the_next_one_goes_on_where_the_last_one_ended(self, sealed, alice, bob, now):
        charge(alice, bob, 100, now)
        assert seals.seal(now=now) == 2
        assert seals.verify() == []

    def test_the_same_rows_have_the_same_hash_whenever_and_however_they_are_read(self, sealed):
        last = Seal.objects.order_by("-pk")[:2]
        again = seals._hash(last[1].hash, last[0].after_entry, last[0].through_entry)
        assert again == (last[0].hash, last[0].entries)

    def test_an_empty_ledger_has_nothing_to_seal(self, now):
        assert (seals.seal(now=now), seals.head(), seals.verify()) == (0, "", [])

    @pytest.mark.parametrize("sql", ["UPDATE payouts_seal SET entries = 9", "DELETE FROM payouts_seal"])
    def test_seals_refuse_to_be_changed(self, sealed, sql):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        assert seals.verify() == []


class ChangedAfterwardsTests:
    """By somebody who can switch the triggers off, and makes everything else fit again."""

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE payouts_entry SET posted_at = '2026-03-02 10:00:00+00:00' WHERE key = 'period:1:capture'",
            "UPDATE payouts_entry SET reference = 'period:9' WHERE key = 'period:1:capture'",
            "UPDATE payouts_entry SET fingerprint = 'made to fit' WHERE key = 'period:1:capture'",
            "UPDATE payouts_posting SET amount_minor = amount_minor + 1 WHERE id = 4",
            "UPDATE payouts_posting SET debit_id = credit_id, credit_id = debit_id WHERE id = 4",
            "UPDATE payouts_posting SET \"group\" = 'listing:6' WHERE id = (SELECT max(id) FROM payouts_posting)",
            "DELETE FROM payouts_posting WHERE id = (SELECT max(id) FROM payouts_posting)",
            "DELETE FROM payouts_posting WHERE entry_id = (SELECT max(id) FROM payouts_entry); "
            "DELETE FROM payouts_entry WHERE id = (SELECT max(id) FROM payouts_entry)",
        ],
    )
    def test_it_is_found(self, sealed, plants_an_error, sql):
        first = Entry.objects.order_by("pk").values_list("postings__pk", flat=True)[0]
        for part in sql.split("; "):
            planted(part.replace("id = 4", f"id = {first + 3}"))
        assert [fault for fault in seals.verify() if "what was sealed is not what is there" in fault]

    def test_only_its_own_seal_no_longer_fits(self, sealed, plants_an_error):
        planted("UPDATE payouts_entry SET reference = 'x' WHERE id = (SELECT min(id) FROM payouts_entry)")
        first = Seal.objects.order_by("pk")[0]
        assert seals.verify() == [
            f"seal {first.pk} (entries 1 to {first.through_entry}): what was sealed is not what is there"
        ]

    def test_a_seal_made_anew_does_not_fit_the_next_one(self, sealed, plants_an_error):
        planted("UPDATE payouts_entry SET reference = 'x' WHERE id = (SELECT min(id) FROM payouts_entry)")
        first = Seal.objects.order_by("pk")[0]
        planted(f"UPDATE payouts_seal SET hash = '{seals._hash('', 0, first.through_entry)[0]}' WHERE id = {first.pk}")
        assert len(seals.verify()) == 1

    def test_a_seal_that_is_gone_leaves_a_gap(self, sealed, plants_an_error):
        planted(f"DELETE FROM payouts_seal WHERE id = {Seal.objects.order_by('pk')[1].pk}")
        assert any("does not follow" in fault for fault in seals.verify())

    def test_the_last_ones_taken_away_are_missed_by_the_check_of_that_night(self, alice, now, plants_an_error):
        give_credit(alice, 1_000, now)
        nightly(now=now.replace(**AT_NIGHT))
        planted("DELETE FROM payouts_seal")
        assert seals.verify() == [f"the seal of {now.date()} is gone"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class LateCommitTests:
    """Ids are taken in order and committed in any."""

    def with_one_still_open(self, now, look) -> None:
        """`look()` while the older of two entries is not committed yet, and the newer one is."""
        written, may_commit = Event(), Event()

        def write_slowly() -> None:
            with transaction.atomic():
                post("older", now)
                written.set()
                may_commit.wait(20)
            connection.close()

        writer = Thread(target=write_slowly)
        post("first", now)
        writer.start()
        written.wait(20)
        post("newer", now)
        try:
            look()
        finally:
            may_commit.set()
            writer.join()

    def test_nothing_is_sealed_past_an_entry_that_may_still_come(self, now, monkeypatch, plants_an_error):
        monkeypatch.setattr(seals, "PATIENCE_S", 0.3)
        self.with_one_still_open(now, lambda: seals.seal(now=now))
        assert not Seal.objects.exists()
        assert seals.seal(now=now) == 3
        assert seals.verify() == []

    def test_who_is_soon_done_is_waited_for(self, now, plants_an_error):
        sealed = []

        def seal() -> None:
            sealed.append(seals.seal(now=now))
            connection.close()

        sealer = Thread(target=seal)
        self.with_one_still_open(now, sealer.start)
        sealer.join()
        assert sealed == [3]
        assert seals.verify() == []

    def test_the_same_up_to_the_newest_would_seal_a_gap(self, now, monkeypatch, plants_an_error):
        """A broken twin that takes the newest entry for the horizon."""
        newest = lambda: Entry.objects.order_by("-pk")[0].pk  # noqa: E731
        monkeypatch.setattr(seals, "horizon", newest)
        self.with_one_still_open(now, lambda: seals.seal(now=now))
        assert "what was sealed is not what is there" in seals.verify()[0]

    def test_two_that_seal_at_once_make_one_chain(self, now, small_seals, plants_an_error):
        for number in range(9):
            post(f"entry:{number}", now)
        done: list[int] = []

        def seal() -> None:
            done.append(seals.seal(now=now))
            connection.close()

        threads = [Thread(target=seal) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seals.verify() == []
        assert sum(Seal.objects.values_list("entries", flat=True)) == 9


class NightlyTests:
    def test_once_a_night_and_not_before_its_hour(self, alice, now):
        give_credit(alice, 1_000, now)
        assert nightly(now=now.replace(hour=1)) is None
        check = nightly(now=now.replace(**AT_NIGHT))
        assert (check.faults, check.head) == (0, seals.head())
        assert nightly(now=now.replace(hour=4)) is None
        assert nightly(now=now.replace(**AT_NIGHT) + DAY) is not None
        assert not StaffTask.objects.exists()

    def test_what_a_worker_died_over_is_done_by_another(self, now):
        BooksCheck.objects.create(day=now.date(), claimed_at=now.replace(**AT_NIGHT))
        assert nightly(now=now.replace(hour=3, minute=59)) is None
        assert nightly(now=now.replace(hour=5)) is not None

    def test_a_fault_becomes_a_task_for_staff(self, alice, now, plants_an_error):
        give_credit(alice, 1_000, now)
        planted("UPDATE payouts_account SET balance_minor = balance_minor + 1 WHERE kind = 'caller_credit'")
        check = nightly(now=now.replace(**AT_NIGHT))
        task = StaffTask.objects.get()
        assert check.faults == 2
        assert task.kind == "books"
        assert "its postings make" in task.text
