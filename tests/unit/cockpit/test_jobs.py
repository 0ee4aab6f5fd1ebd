"""Long work: one job per slot, seen while it runs, remembered for a while, given up when the process ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from cockpit.jobs import AT_ONCE, HISTORY, Job, Jobs, JobsBusy, Order, Progress


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def ended(jobs: Jobs, job: Job) -> Job:
    """The job once its thread has ended."""
    for thread in threading.enumerate():
        if thread.name == f"job-{job.kind}-{job.slot}":
            thread.join(10)
    found = jobs.get(job.id)
    assert found is not None
    return found


def test_a_job_says_how_far_it_is_and_what_it_did(jobs: Jobs) -> None:
    reached, go = threading.Event(), threading.Event()

    def work(progress: Progress) -> str:
        progress(3, 10)
        reached.set()
        go.wait(10)
        return "seven of ten"

    job = jobs.start("count", "desk", work)
    assert job.state == "running" and reached.wait(10)
    running = jobs.get(job.id)
    assert running is not None and (running.state, running.done, running.total, running.ended_at) == ("running", 3, 10, None)
    go.set()
    done = ended(jobs, job)
    assert (done.state, done.message) == ("done", "seven of ten") and done.ended_at is not None


def test_a_job_that_fails_says_why(jobs: Jobs) -> None:
    def work(progress: Progress) -> str:
        raise ValueError("the log begins later")

    failed = ended(jobs, jobs.start("count", "desk", work))
    assert (failed.state, failed.message) == ("failed", "the log begins later")


def test_a_slot_has_one_job_at_a_time(jobs: Jobs) -> None:
    go = threading.Event()
    first = jobs.start("count", "desk", lambda progress: str(go.wait(10)))
    with pytest.raises(JobsBusy, match=f"'desk' has a job already: count {first.id}"):
        jobs.start("other", "desk", lambda progress: "")
    other = jobs.start("count", "hall", lambda progress: "beside")
    assert ended(jobs, other).message == "beside"
    go.set()
    ended(jobs, first)
    assert ended(jobs, jobs.start("other", "desk", lambda progress: "next")).message == "next"


def test_only_so_many_run_at_once_and_only_so_many_are_remembered(jobs: Jobs) -> None:
    go = threading.Event()
    running = [jobs.start("count", f"slot{n}", lambda progress: str(go.wait(10))) for n in range(AT_ONCE)]
    with pytest.raises(JobsBusy, match=str(AT_ONCE)):
        jobs.start("count", "one_more", lambda progress: "")
    go.set()
    for job in running:
        ended(jobs, job)
    for n in range(HISTORY + 10):
        ended(jobs, jobs.start("count", f"slot{n}", lambda progress: ""))
    assert len(jobs.latest()) == HISTORY and jobs.get(running[0].id) is None
    assert jobs.latest()[0].slot == f"slot{HISTORY + 9}"


def test_closing_gives_up_what_runs_and_takes_nothing_more() -> None:
    jobs, reached, closing = Jobs(), threading.Event(), threading.Event()

    def work(progress: Progress) -> str:
        reached.set()
        closing.wait(10)
        while True:
            progress(1, 2)

    job = jobs.start("count", "desk", work)
    assert reached.wait(10)
    closing.set()
    jobs.close()
    assert ended(jobs, job).message == "given up: this cockpit ended"
    with pytest.raises(JobsBusy, match="ending"):
        jobs.start("count", "desk", lambda progress: "")


def test_an_order_is_prepared_by_its_kind() -> None:
    seen: list[Order] = []

    def prepare(order: Order):  # type: ignore[no-untyped-def]
        if order.since is None:
            raise ValueError("from is missing")
        seen.append(order)
        return lambda progress: "done"

    jobs = Jobs({"recompute": prepare})
    with pytest.raises(ValueError, match="from is missing"):
        jobs.order("recompute", Order("desk"))
    assert not jobs.latest() and not seen
    jobs.close()
