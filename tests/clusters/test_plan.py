"""The order of a cold build, with tasks that note when they run."""

from __future__ import annotations

import threading

import pytest

from kubeskeptic.clusters.builds.builder import Task, carry_out, compilers, if_possible
from kubeskeptic.errors import MissingRequirement


def fails() -> None:
    raise MissingRequirement("the mirror does not answer")


def test_what_is_fetched_is_what_is_made() -> None:
    made: list[int] = []
    carry_out([Task(lambda: 1, made.append), Task(lambda: 2, made.append)], lanes=1)
    assert sorted(made) == [1, 2]


def test_one_task_downloads_while_another_compiles() -> None:
    compiling, downloaded = threading.Event(), threading.Event()

    def download() -> None:
        assert compiling.wait(5)
        downloaded.set()

    def compile_(_: object) -> None:
        compiling.set()
        assert downloaded.wait(5)

    carry_out([Task(lambda: None, compile_), Task(download)], lanes=1)


def test_two_are_made_beside_each_other() -> None:
    both = threading.Barrier(2, timeout=5)
    carry_out([Task(lambda: None, lambda _: both.wait())] * 2, lanes=2)


def test_a_failed_download_ends_the_plan() -> None:
    with pytest.raises(MissingRequirement, match="mirror"):
        carry_out([Task(fails), Task(lambda: None)], lanes=1)


def test_a_failed_build_ends_the_plan_and_those_that_wait_are_not_begun() -> None:
    begun: list[int] = []

    def make(number: int) -> None:
        begun.append(number)
        fails()

    with pytest.raises(MissingRequirement, match="mirror"):
        carry_out([Task(lambda number=number: number, make) for number in range(50)], lanes=1)  # type: ignore[misc]
    assert len(begun) < 50


def test_what_is_only_wanted_stops_nothing() -> None:
    made: list[int] = []
    optional = [Task(fails, made.append), Task(lambda: 1, lambda _: fails()), Task(lambda: 2, made.append)]
    carry_out([if_possible(task) for task in optional], lanes=1)
    assert made == [2]


def test_a_machine_has_one_lane_or_two() -> None:
    assert compilers() in (1, 2)
