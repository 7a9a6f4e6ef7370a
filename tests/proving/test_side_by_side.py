"""Attempts on several clusters: which is begun where and when, and what an interrupt does."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.paths import checkout
from kubeskeptic.proving.campaign import Attempt, attempts
from kubeskeptic.proving.shared_runs import SharedRun, expected_seconds
from kubeskeptic.proving.side_by_side import SideBySide
from kubeskeptic.proving.suites import asked_by
from kubeskeptic.scenarios import Scenario

SUITES = checkout() / "suites"
ALL = attempts(asked_by(SUITES))
SOON = 10.0
"""Seconds after which a test that waits for another thread fails."""


class Clusters:
    """Clusters on which every attempt ends at once, and a record of what was performed where.

    :param lacks: whether a cluster can ask nothing of an attempt
    """

    def __init__(self, lacks: Callable[[Attempt, str], bool] = lambda *_: False) -> None:
        self.performed: list[tuple[Attempt, str]] = []
        self.stopped = threading.Event()
        self._busy: set[str] = set()
        self._lacks = lacks
        self._lock = threading.Lock()

    def perform(self, run: SharedRun, cluster: str) -> list[Attempt]:
        with self._lock:
            assert cluster not in self._busy
            self._busy.add(cluster)
            self.performed += [(one, cluster) for one in run.attempts]
        with self._lock:
            self._busy.remove(cluster)
        return [one for one in run.attempts if self._lacks(one, cluster)]

    def run(self, planned: list[Attempt], *names: str) -> None:
        SideBySide(alone(planned), names, self.perform, self.stopped.set).perform()


def alone(planned: Iterable[Attempt]) -> list[SharedRun]:
    return [SharedRun((one,)) for one in planned]


def of(scenario: str) -> list[Attempt]:
    return [one for one in ALL if one.scenario.id == scenario]


def test_every_attempt_is_performed_once() -> None:
    clusters = Clusters()
    clusters.run(ALL, "a", "b", "c")
    assert len(clusters.performed) == len(ALL)
    assert {id(one) for one, _ in clusters.performed} == {id(one) for one in ALL}
    assert not clusters.stopped.is_set()


def test_those_that_are_expected_to_take_longest_are_begun_first() -> None:
    clusters = Clusters()
    clusters.run(ALL, "a")
    took = [expected_seconds(SharedRun((one,))) for one, _ in clusters.performed]
    assert all(first >= second for first, second in pairwise(took))
    assert 60 <= min(took) < max(took) < 900
    (slowest, _), *_ = clusters.performed
    assert slowest.scenario.id in ("nodes/node_outages", "control_loops/queue", "nodes/node_crashes")


def test_two_attempts_that_need_the_same_of_the_machine_never_meet() -> None:
    """The first one lasts until the other cluster has performed all that it can take meanwhile."""
    crashes, others = alone(of("nodes/node_crashes")[:2]), alone(of("workloads/updates")[:3])
    now: set[str] = set()
    met: list[set[str]] = []
    rest = threading.Semaphore(0)

    def perform(run: SharedRun, _: str) -> tuple[()]:
        now.add(run.name)
        met.append(set(now))
        if run is begun:
            for _other in others:
                assert rest.acquire(timeout=SOON)
        elif run in others:
            rest.release()
        now.discard(run.name)
        return ()

    begun = max(crashes, key=expected_seconds)
    SideBySide([*crashes, *others], ["a", "b"], perform, lambda: None).perform()
    assert len(met) == 5
    assert not any(names >= {one.name for one in crashes} for names in met)


def test_what_a_cluster_cannot_ask_another_one_performs() -> None:
    clusters = Clusters(lambda one, name: one.scenario.id == "outside/served" and name == "a")
    clusters.run([*of("outside/served"), *of("workloads/prestop")], "a", "b")
    where = [(one.name, name) for one, name in clusters.performed]
    for one in of("outside/served"):
        assert (one.name, "b") in where
        assert where.count((one.name, "a")) <= 1


def test_what_no_cluster_can_ask_is_tried_once_on_each() -> None:
    clusters = Clusters(lambda *_: True)
    clusters.run(of("outside/served"), "a", "b")
    where = [(one.name, name) for one, name in clusters.performed]
    assert sorted(where) == sorted((one.name, name) for one in of("outside/served") for name in ("a", "b"))


def test_an_interrupt_ends_what_runs_and_begins_nothing_more() -> None:
    stopped, ended = threading.Event(), []

    def perform(run: SharedRun, cluster: str) -> tuple[()]:
        if cluster == "a":
            raise KeyboardInterrupt
        assert stopped.wait(SOON)
        ended.append(run)  # it has undone its faults
        return ()

    with pytest.raises(KeyboardInterrupt):
        SideBySide(alone(of("workloads/declared")), ["a", "b"], perform, stopped.set).perform()
    assert len(ended) == 1


def test_the_status_says_what_runs_where() -> None:
    seen: list[str] = []
    planned = [SharedRun((*of("workloads/prestop"), of("dns/names")[0]))]

    def perform(*_: object) -> tuple[()]:
        seen.append(beside.status())
        return ()

    beside = SideBySide(planned, ["a", "b"], perform, lambda: None)
    beside.perform()
    assert seen == ["0 of 2 attempts, a: workloads/prestop and 1 more for 0 s"]
    assert beside.status() == "2 of 2 attempts"


def test_of_a_shared_run_another_cluster_performs_what_the_first_could_not_ask() -> None:
    clusters = Clusters(lambda one, name: one.scenario.id == "outside/served" and name == "a")
    both = (*of("dns/names")[:1], *of("outside/served")[:1])
    SideBySide([SharedRun(both)], ["a", "b"], clusters.perform, lambda: None).perform()
    assert clusters.performed == [(both[0], "a"), (both[1], "a"), (both[1], "b")]


# -- what clusters of a machine share --------------------------------------------------------------------------------------
TAKES_DOWN = r"\b(CrashNode|ShutDownNode|RestartNode)\(|\bstarted\(stage\)|\b(press|given)\(stage"


def acts_of(file: Path) -> list[tuple[str, str]]:
    """The decorator of each act in a suite file, and the function below it."""
    found = re.findall(r"^@\w+\.act\((.*?)\)\ndef (.*?)(?=^\S|\Z)", file.read_text(), re.DOTALL | re.MULTILINE)
    return [(str(decorator), str(body)) for decorator, body in found]


@pytest.mark.parametrize("file", sorted(SUITES.glob("*/test_*.py")), ids=lambda file: file.stem)
def test_an_act_that_takes_what_clusters_share_says_so(file: Path) -> None:
    for decorator, body in acts_of(file):
        assert bool(re.search(TAKES_DOWN, body)) == ("exclusive=" in decorator), decorator


def test_attempts_that_play_such_an_act_are_exclusive_and_others_of_the_scenario_are_not() -> None:
    matrix = {one.name: one.exclusive for one in of("networking/matrix")}
    alone = {name for name, exclusive in matrix.items() if exclusive}
    assert len(alone) == 1
    assert "route-added-outside" in alone.pop()
    assert all(one.exclusive == {"room"} for one in of("workloads/pressure"))


def test_only_what_clusters_share_can_be_exclusive() -> None:
    with pytest.raises(BadInput, match="exclusive for addresses or room, not 'air'"):
        Scenario("a/b", "c").act("d", exclusive="air")
