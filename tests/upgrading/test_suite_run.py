"""The runs before and after: which command, and what its exit status means for the upgrade."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput, SkepticError
from kubeskeptic.upgrading.suite_run import Performer, ask


def performer(reports: Path, status: int, *, leaves: bool = True) -> Performer:
    def perform(words: Sequence[str]) -> int:
        (reports / "said").write_text(" ".join(words))
        if leaves:
            (reports / "r1").mkdir()
            (reports / "r1" / "journal.jsonl").touch()
        return status

    return perform


@pytest.mark.parametrize("status", [0, 1, 10])
def test_a_run_that_came_to_its_end_can_be_compared_whatever_it_found(tmp_path: Path, status: int) -> None:
    assert ask(["suites", "-m", "quick"], "up", tmp_path, 7, performer(tmp_path, status)) == "r1"
    said = (tmp_path / "said").read_text()
    assert "-q suites -m quick --skeptic-cluster up --skeptic-seed 7" in said


@pytest.mark.parametrize(("status", "passed_on"), [(2, 1), (3, 1), (4, 4), (20, 20), (21, 21)])
def test_one_that_did_not_stops_the_upgrade(tmp_path: Path, status: int, passed_on: int) -> None:
    with pytest.raises(SkepticError, match=f"did not finish \\(exit status {status}") as stopped:
        ask(["suites"], "up", tmp_path, 7, performer(tmp_path, status))
    assert stopped.value.exit_status == passed_on


def test_one_that_left_no_journal_stops_the_upgrade(tmp_path: Path) -> None:
    with pytest.raises(SkepticError, match="did not finish"):
        ask(["suites"], "up", tmp_path, 7, performer(tmp_path, 0, leaves=False))


def test_a_choice_of_nothing_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no test was selected by suites -k nothing"):
        ask(["suites", "-k", "nothing"], "up", tmp_path, 7, performer(tmp_path, 5, leaves=False))
