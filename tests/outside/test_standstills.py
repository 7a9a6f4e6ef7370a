"""The witness of standstills: what proves one, what only looks like one, and how its processes end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.journal import Journal, read
from kubeskeptic.outside import on_this_machine, processors, witnessed
from kubeskeptic.waiting import NotYet, until

PATIENT = Patience(60)


@pytest.mark.parametrize(
    ("woke", "waited", "times", "still"),
    [
        (10.1, 0.0, 1, 0.1),  # no timer went off for a tenth of a second
        (10.1, 0.02, 1, 0.08),  # and then it had to wait for its turn
        (10.1, 0.09, 1, 0.0),  # it waited for its turn: something else ran
        (10.1, 0.0, 2, 0.0),  # it was stopped and continued, or waited for something else
        (10.1, 0.0, 0, 0.0),  # it never slept
        (10.019, 0.0, 1, 0.0),  # too short to be told from a timer that is late
        (10.0, 0.0, 1, 0.0),
        (9.99, 0.0, 1, 0.0),
    ],
)
def test_only_a_late_timer_proves_that_a_processor_stood_still(
    woke: float, waited: float, times: int, still: float
) -> None:
    assert processors.paused_until(10.0, woke, waited, times) - 10.0 == pytest.approx(still, abs=1e-9)


@pytest.mark.parametrize(("listed", "found"), [("0\n", [0]), ("0-1\n", [0, 1]), ("0-2,5,7-8", [0, 1, 2, 5, 7, 8])])
def test_the_numbers_of_processors(listed: str, found: list[int]) -> None:
    assert processors.numbers(listed) == found


def test_nodes_of_this_kernel_are_told_from_others(tmp_path: Path) -> None:
    kernel = tmp_path / "boot_id"
    nodes = [
        {"metadata": {"name": name}, "status": {"nodeInfo": {"bootID": boot}}}
        for name, boot in (("b", "this"), ("a", "this"), ("c", "another"), ("d", ""))
    ]
    nodes.append({"metadata": {"name": "e"}})
    assert on_this_machine(nodes, kernel) == [], "not Linux"
    kernel.write_text("this\n")
    assert on_this_machine(nodes, kernel) == ["a", "b"]
    kernel.write_text("\n")
    assert on_this_machine(nodes, kernel) == []


def test_the_kernel_counts_how_often_a_thread_is_put_on_a_processor() -> None:
    scheduled = processors.Scheduled()
    waited, times = scheduled.read()
    for _ in range(3):
        time.sleep(0.01)
    more, again = scheduled.read()
    assert again >= times + 3
    assert more >= waited > 0


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal.jsonl")
    yield made
    made.close()


def children(pid: int) -> list[psutil.Process]:
    """The processes that watch, one for each processor, once they are all there."""

    def all_there() -> list[psutil.Process] | NotYet:
        found = psutil.Process(pid).children()
        wanted = processors.numbers(processors.ONLINE.read_text())
        bound = sorted(cpu for one in found for cpu in one.cpu_affinity())
        return found if bound == wanted else NotYet(f"they are bound to {bound}")

    return until(all_there, PATIENT, what="the processes that watch")


def test_each_processor_is_watched_until_the_run_ends(journal: Journal) -> None:
    with witnessed(journal, ["n1"]) as pid:
        watching = children(pid)
        assert sorted(one.cpu_affinity()[0] for one in watching) == processors.numbers(processors.ONLINE.read_text())
    assert not any(one.is_running() for one in watching)
    assert not psutil.pid_exists(pid)


def test_they_end_with_a_parent_that_was_killed() -> None:
    command = (sys.executable, "-I", "-S", processors.__file__)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as parent:
        watching = children(parent.pid)
        parent.kill()
    gone, alive = psutil.wait_procs(watching, 60)
    assert gone
    assert not alive


def test_a_witness_that_was_stopped_itself_says_nothing(journal: Journal) -> None:
    with witnessed(journal, ["n1"]) as pid:
        one = children(pid)[0]
        began = time.time()
        for _ in range(5):
            time.sleep(0.1)
            os.kill(one.pid, signal.SIGSTOP)
            time.sleep(0.3)
            os.kill(one.pid, signal.SIGCONT)
    pauses = [line for line in read(journal.path) if line["kind"] == "pause" and line["since"] > began]
    assert not [line for line in pauses if line["until"] - line["since"] > 0.25]


def test_what_it_prints_is_written_down_with_the_nodes(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = {"processor": 1, "processors": 2, "since": 5.0, "until": 5.5}
    script = tmp_path / "prints.py"
    script.write_text(f"print({json.dumps(line)!r}, flush=True)\nimport sys\nsys.stdin.read()")
    monkeypatch.setattr(processors, "__file__", str(script))
    with witnessed(journal, ["n1", "n2"]):
        pass
    (record,) = [one for one in read(journal.path) if one["kind"] == "pause"]
    assert {name: record[name] for name in line} == line
    assert record["nodes"] == ["n1", "n2"]


def test_nothing_is_watched_where_no_node_is_on_this_machine(journal: Journal) -> None:
    with witnessed(journal, []) as pid:
        assert pid == 0
    assert not [one for one in read(journal.path) if one["kind"] == "pause"]
