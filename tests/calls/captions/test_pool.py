"""The worker processes: begun with the first words, shared, and begun anew after one has died."""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from calls.captions import pool
from tests.calls.captions import scribes
from tests.calls.captions.sounds import tone

ROOT = Path(__file__).resolve().parents[3]
WAIT_S = 20


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def gone_in_time(process: int) -> bool:
    until = time.monotonic() + WAIT_S
    while is_alive(process) and time.monotonic() < until:
        time.sleep(0.05)
    return not is_alive(process)


@pytest.mark.prove
class PoolTests:
    async def test_no_process_begins_before_the_first_words(self, written_by):
        written_by(scribes.quick)
        assert multiprocessing.active_children() == []
        assert await pool.write(tone(2)) == "2.0 s"
        assert len(multiprocessing.active_children()) == 1

    async def test_the_model_is_loaded_once_a_process(self, written_by, monkeypatch, tmp_path):
        monkeypatch.setenv(scribes.LOG, str(tmp_path / "log"))
        written_by(scribes.quick)
        for _ in range(3):
            await pool.write(tone(1))
        assert len((tmp_path / "log").read_text().splitlines()) == 1

    async def test_as_many_windows_at_once_as_there_are_workers(self, written_by, settings):
        settings.CAPTION_WORKERS = 2
        written_by(scribes.slow)
        await asyncio.gather(pool.write(tone(1)), pool.write(tone(1)))
        assert len(multiprocessing.active_children()) == 2

    @pytest.mark.parametrize("work", [scribes.dying, scribes.failing])
    async def test_what_could_not_be_written_is_said_and_the_next_is(self, written_by, work, everything_logged):
        written_by(work)
        with pytest.raises(pool.Failed):
            await pool.write(tone(1))
        assert scribes.SECRET not in everything_logged.text
        written_by(scribes.quick)
        assert await pool.write(tone(1)) == "1.0 s"

    async def test_a_worker_that_died_is_replaced(self, written_by, monkeypatch):
        written_by(scribes.quick)
        await pool.write(tone(1))
        [process] = multiprocessing.active_children()
        process.kill()
        process.join()
        with pytest.raises(pool.Failed):
            await pool.write(tone(1))
        assert await pool.write(tone(1)) == "1.0 s"

    async def test_a_worker_that_is_stuck_is_replaced(self, written_by, monkeypatch):
        monkeypatch.setattr(pool, "LONGEST_S", 3.0)
        written_by(scribes.stuck)
        with pytest.raises(pool.Failed):
            await pool.write(tone(1))
        written_by(scribes.quick)
        assert await pool.write(tone(1)) == "1.0 s"

    async def test_what_nobody_waits_for_any_more_is_not_written(self, written_by):
        written_by(scribes.slow)
        first, *others = [asyncio.ensure_future(pool.write(tone(1))) for _ in range(20)]
        await asyncio.sleep(0)
        for other in others:
            other.cancel()
        await first
        assert await asyncio.wait_for(pool.write(tone(1)), 5) == "1.0 s"

    async def test_a_model_that_does_not_load_is_said(self, written_by):
        written_by(scribes.quick, load=scribes.begin_without_a_model)
        with pytest.raises(pool.Failed):
            await pool.write(tone(1))

    async def test_the_end_waits_for_no_window(self, written_by):
        written_by(scribes.slow)
        writing = asyncio.ensure_future(pool.write(tone(1)))
        await asyncio.sleep(0)
        [process] = multiprocessing.active_children()
        pool.end()
        with pytest.raises((pool.Failed, asyncio.CancelledError)):
            await writing
        assert gone_in_time(process.pid)


class OrphanTests:
    def test_a_worker_ends_when_its_server_is_killed(self, tmp_path):
        server = tmp_path / "server.py"
        server.write_text(
            "import multiprocessing, sys, time\n"
            f"sys.path.insert(0, {str(ROOT)!r})\n"
            "from tests.calls.captions.orphan import work\n"
            "if __name__ == '__main__':\n"
            "    multiprocessing.get_context('spawn').Process(target=work, args=[sys.argv[1]]).start()\n"
            "    time.sleep(60)\n"
        )
        told = tmp_path / "worker"
        with subprocess.Popen([sys.executable, server, told]) as running:
            until = time.monotonic() + WAIT_S
            while not (told.exists() and told.read_text()) and time.monotonic() < until:
                time.sleep(0.05)
            process = int(told.read_text())
            assert is_alive(process)
            running.kill()
        assert gone_in_time(process)
