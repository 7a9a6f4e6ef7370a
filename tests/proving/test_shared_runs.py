"""Attempts that share a run: which ones may, and what pytest is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kubeskeptic.errors import SkepticError
from kubeskeptic.paths import checkout
from kubeskeptic.proving.campaign import Attempt, attempts
from kubeskeptic.proving.shared_runs import OPENING, TOGETHER, SharedRun, expected_seconds, perform_run, shared
from kubeskeptic.proving.suites import asked_by

ALL = attempts(asked_by(checkout() / "suites"))
RUNS = shared(ALL)


def attempt(scenario: str, sabotage: str) -> Attempt:
    return next(one for one in ALL if one.scenario.id == scenario and sabotage in one.wanted)


def test_every_attempt_is_in_one_run() -> None:
    performed = [one for run in RUNS for one in run.attempts]
    assert len(performed) == len(ALL)
    assert set(performed) == set(ALL)
    assert len(RUNS) < len(ALL) / 2


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
def test_each_scenario_of_a_run_meets_its_own_sabotages_only(run: SharedRun) -> None:
    assert len({one.scenario.id for one in run.attempts}) == len(run.attempts)
    for one in run.attempts:
        in_force = {id_ for id_ in run.sabotages if one.scenario.sabotage_named(id_)}
        assert in_force == one.wanted.keys()


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
def test_a_run_is_short_and_takes_of_the_machine_what_each_of_its_attempts_takes(run: SharedRun) -> None:
    assert len(run.attempts) == 1 or expected_seconds(run) <= OPENING + TOGETHER
    assert all(one.exclusive == run.exclusive for one in run.attempts)


def test_the_same_sabotage_in_two_scenarios_can_be_in_one_run_and_another_one_of_either_cannot() -> None:
    readiness, names = attempt("services/readiness", "coredns-stale"), attempt("dns/names", "coredns-stale")
    assert [set(run.attempts) for run in shared([readiness, names])] == [{readiness, names}]
    other = attempt("services/readiness", "not-ready-published")
    assert len(shared([other, names])) == 2


def test_a_case_that_two_scenarios_ask_is_asked_in_two_runs() -> None:
    """A finding says its claim and case, and not its scenario."""
    stale = attempt("services/readiness", "coredns-stale")
    twin = Attempt(replace(stale.scenario, id="services/twin"), stale.wanted)
    assert expected_seconds(SharedRun((stale, twin))) <= OPENING + TOGETHER
    assert len(shared([stale, twin])) == 2


def test_pytest_is_told_all_tests_and_each_sabotage_once(tmp_path: Path) -> None:
    both = (attempt("services/readiness", "coredns-stale"), attempt("dns/names", "coredns-stale"))
    told: list[str] = []

    def execute(words: Sequence[str]) -> int:
        told.extend(words)
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "journal.jsonl").touch()
        return 1

    journal, status = perform_run(SharedRun(both), tmp_path, ["--seed", "1"], execute, "@2")
    assert (journal, status) == (tmp_path / "run" / "journal.jsonl", 1)
    assert [one for one in told if one.startswith("--sabotage")] == ["--sabotage=coredns-stale@2"]
    assert {test for one in both for test in one.tests} <= set(told)
    assert told[-2:] == ["--seed", "1"]


def test_where_there_was_no_run_the_sabotages_are_said(tmp_path: Path) -> None:
    run = SharedRun((attempt("dns/names", "coredns-stale"),))
    with pytest.raises(SkepticError, match="no case was performed under coredns-stale; see"):
        perform_run(run, tmp_path, [], lambda _: 4)
