import threading

import pytest

from marketplace import worker
from marketplace.worker import Job

pytestmark = pytest.mark.django_db  # a round closes connections that went stale


def failing():
    raise RuntimeError("the bank is on fire")


class RoundTests:
    def test_a_job_that_fails_is_logged_and_the_next_one_goes_on(self, caplog):
        done = []
        jobs = [Job("fails", failing), Job("works", lambda: done.append("yes"))]
        worker.do_round(jobs, monotonic_now=0)
        assert done == ["yes"]
        assert "job fails failed" in caplog.text

    def test_a_job_runs_at_most_as_often_as_it_says(self):
        done = []
        jobs = [Job("each minute", lambda: done.append("now"), every_s=60)]
        for moment in (0, 1, 59, 60, 61):
            worker.do_round(jobs, monotonic_now=moment)
        assert len(done) == 2

    def test_a_round_that_found_something_to_do_says_so(self):
        assert worker.do_round([Job("idle", lambda: 0), Job("busy", lambda: 3)], monotonic_now=0)
        assert not worker.do_round([Job("idle", lambda: 0), Job("nothing", lambda: None)], monotonic_now=0)
        assert not worker.do_round([Job("fails", failing)], monotonic_now=0)


class LoopTests:
    def test_told_to_stop_it_finishes_its_round_first(self):
        stop, done = threading.Event(), []
        jobs = [Job("stops", stop.set), Job("comes after", lambda: done.append("too"))]
        worker.run(jobs, stop)
        assert done == ["too"]

    def test_a_lane_with_work_left_goes_round_at_once(self):
        stop, left = threading.Event(), [1, 1, 1, 0]

        def work():
            if len(left) == 1:
                stop.set()
            return left.pop(0)

        watchdog = threading.Timer(2, stop.set)
        watchdog.start()
        worker.run([Job("drains", work)], stop)
        watchdog.cancel()
        assert left == []


class JobListTests:
    def test_every_job_has_its_own_name(self):
        names = [job.name for lane in worker.lanes() for job in lane]
        assert len(names) == len(set(names)) > 0
