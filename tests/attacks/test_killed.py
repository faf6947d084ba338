"""Whoever is killed at the worst moment: what was acknowledged before is there afterwards, all of it or none."""

import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from channels_redis.core import RedisChannelLayer
from django.db import transaction
from redis.exceptions import RedisError

from calls.metering.models import Offer
from calls.notices import hub, lease
from calls.notices import services as notices
from payouts.outbox.models import OutboxRow
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests.calls.metering.world import OTHER_SERVER, Story
from tests.harness import servers
from tests.payouts.purse import connect_bank, eur, make_available, purse

ROOT = Path(__file__).resolve().parents[2]
LOAD_S = 3
STARTS_S = 30
Keys = set[str]


class Killed(BaseException):
    """The process is gone: no handler of ours runs."""


@pytest.mark.django_db
class ApplicationTests:
    """The process dies once a withdrawal is set aside, before its order to the worker is written."""

    def die_between(self, alice, bob, now, monkeypatch) -> None:
        make_available(bob, 5_000, now, payer=alice)
        connect_bank(bob)

        def dies(**_row) -> None:
            raise Killed

        monkeypatch.setattr(withdrawals.outbox, "enqueue", dies)
        with pytest.raises(Killed):
            withdrawals.request(expert=bob, amount=eur(2_000), key="form", now=now)

    def test_nothing_of_it_was_set_aside(self, alice, bob, now, monkeypatch):
        self.die_between(alice, bob, now, monkeypatch)
        assert (purse(bob)["available"], Withdrawal.objects.count()) == ("50.00", 0)

    @pytest.mark.django_db(transaction=True)
    def test_ordered_after_the_commit_it_is_set_aside_for_ever(self, alice, bob, now, monkeypatch):
        """The broken twin."""
        plain = withdrawals._to_stripe
        monkeypatch.setattr(withdrawals, "_to_stripe", lambda *of: transaction.on_commit(lambda: plain(*of)))
        self.die_between(alice, bob, now, monkeypatch)
        assert (purse(bob)["available"], Withdrawal.objects.count(), OutboxRow.objects.count()) == ("30.00", 1, 0)


@pytest.mark.django_db(transaction=True)
class RedisTests:
    """Redis is gone in the middle of a call; another server process waits for our notices there."""

    @pytest.fixture(autouse=True)
    def gone(self, db, now, monkeypatch):
        lease.take(process=OTHER_SERVER, now=now)
        layer = RedisChannelLayer(hosts=[f"redis://127.0.0.1:{servers.free_port()}/0"])
        monkeypatch.setattr(notices, "get_channel_layer", lambda: layer)

    def test_the_cap_is_held_and_the_period_begins(self):
        story = Story()
        story.offer_rate()
        story.accept(1_000)
        assert (story.period.state, story.balances()["held"]) == ("countdown", 1_000)

    def test_where_the_notice_is_a_part_of_it_nobody_can_pay(self, monkeypatch):
        """The broken twin."""

        async def insist(layer, channels, told) -> None:
            for channel in channels:
                await layer.send(channel, {"notices": list(told)})

        monkeypatch.setattr(hub, "send_notices", insist)
        monkeypatch.setattr(notices, "_tell", lambda topic, *abouts: notices._send([(topic, one) for one in abouts]))
        with pytest.raises(RedisError):
            Story().offer_rate()
        assert not Offer.objects.exists()


@pytest.mark.prove
class PostgresTests:
    """All of PostgreSQL is killed under load, and started again."""

    def kill_under_load(self, *, url: str, commits: str) -> tuple[Keys, Keys]:
        """What was acknowledged, and what is there afterwards."""
        env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.environment"}
        command = [sys.executable, "-m", "tests.attacks.load_process"]
        prepared = subprocess.run([*command, "prepare"], cwd=ROOT, env=env, capture_output=True, text=True)
        assert prepared.returncode == 0, prepared.stderr
        with psycopg.connect(url, autocommit=True) as asked:
            asked.execute(f"ALTER SYSTEM SET synchronous_commit = {commits}")
            asked.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            asked.execute("SELECT pg_reload_conf()")
            (data,) = asked.execute("SHOW data_directory").fetchone()
        load = subprocess.Popen([*command, "load"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        assert load.stdout.readline() == "begins\n"
        time.sleep(LOAD_S)
        kill_with_all_its_children(Path(data))
        acknowledged = {line.strip() for line in load.stdout if line.endswith("\n")}
        load.wait(60)
        with started_again(Path(data), url):
            return acknowledged, self.whole(url)

    def whole(self, url: str) -> Keys:
        """The withdrawals of which everything is there: the row, its entry, its order to the worker."""
        with psycopg.connect(url) as asked:
            rows = asked.execute(
                "SELECT w.key FROM payouts_withdrawal w "
                "JOIN payouts_entry e ON e.key = 'withdrawal:' || w.id || ':request' "
                "JOIN payouts_posting p ON p.entry_id = e.id AND p.amount_minor = w.amount_minor "
                "JOIN payouts_outboxrow o ON o.key = 'withdrawal:' || w.id || ':transfer'"
            ).fetchall()
            (count,) = asked.execute("SELECT count(*) FROM payouts_withdrawal").fetchone()
        assert count == len(rows), "half a withdrawal"
        return {key for (key,) in rows}

    def test_every_withdrawal_that_was_acknowledged_is_there(self):
        with servers.postgres(durable=True) as url:
            acknowledged, there = self.kill_under_load(url=url, commits="on")
        assert len(acknowledged) > 20
        assert acknowledged <= there

    def test_where_commits_do_not_wait_for_the_disk_some_are_lost(self):
        """The broken twin."""
        with servers.postgres(durable=True) as url:
            acknowledged, there = self.kill_under_load(url=url, commits="off")
        assert len(acknowledged) > 20
        assert acknowledged - there

    def test_the_site_itself_makes_them_wait(self):
        """Nothing that we send to PostgreSQL says otherwise."""
        sources = [path for app in ("payouts", "calls", "marketplace", "deploy") for path in (ROOT / app).rglob("*")]
        texts = [path for path in sources if path.is_file() and path.suffix in {".py", ".yml", ".yaml", ".conf", ".sh"}]
        assert not [path for path in texts if "synchronous_commit" in path.read_text()]


def kill_with_all_its_children(data: Path) -> None:
    server = int((data / "postmaster.pid").read_text().split()[0])
    children = [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]
    for pid in (server, *children):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os.waitpid(server, 0)  # it is a child of ours, and until then counts as running


class started_again:
    """A server on the same files, as it was started before."""

    def __init__(self, data: Path, url: str) -> None:
        self.data, self.url = data, url

    def __enter__(self) -> None:
        owner = "postgres" if os.geteuid() == 0 else None
        command = shlex.split((self.data / "postmaster.opts").read_text())
        give_up_at = time.monotonic() + STARTS_S
        while True:
            self.server = subprocess.Popen(
                command,
                user=owner,
                cwd=self.data,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=servers.end_with_parent,
            )
            while self.server.poll() is None:  # it ends by itself while something of the old one is still there
                with suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
                    return
                assert time.monotonic() < give_up_at, "PostgreSQL does not come back"
                time.sleep(0.2)
            assert time.monotonic() < give_up_at, "PostgreSQL does not come back"
            time.sleep(0.5)

    def __exit__(self, *_problem: object) -> None:
        self.server.send_signal(signal.SIGINT)
        self.server.wait(20)
