"""A scenario that an earlier run does not have: it asked nothing of it, or it was lost, and that is not the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput, NotAsked
from kubeskeptic.journal import Journal
from kubeskeptic.runs.replaying import recorded


def run_of(folder: Path, ended: bool = True, finding: bool = False) -> Path:
    """Write a run that played one scenario, and maybe found something about another one, which it did not begin."""
    journal = Journal(folder / "journal.jsonl")
    journal.write("scenario", id="services/pod_killed", phase="start", namespace="ns")
    journal.write("scenario", id="services/pod_killed", phase="end", why="")
    if finding:
        journal.write("finding", claim="heal.crash", case="once", verdict="inconclusive", why="refused", test="t",
                      scenario="nodes/outages", measured={}, bounds={}, events=[], nodes=[])  # fmt: skip
    if ended:
        journal.write("run-ended", clean=True, why="", changed=[])
    journal.close()
    return folder


def test_what_a_whole_run_did_not_ask_is_not_asked_again(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    assert recorded(run, "services/pod_killed").id == "services/pod_killed"
    with pytest.raises(NotAsked, match="that run asked no case of nodes/outages"):
        recorded(run, "nodes/outages")


@pytest.mark.parametrize(("ended", "finding"), [(False, False), (True, True)])
def test_what_may_have_been_lost_or_refused_is_no_choice(tmp_path: Path, ended: bool, finding: bool) -> None:
    with pytest.raises(BadInput, match="has no scenario nodes/outages; it has services/pod_killed"):
        recorded(run_of(tmp_path, ended, finding), "nodes/outages")


@pytest.mark.parametrize("damage", ["torn", "lost"])
def test_a_damaged_journal_may_have_lost_it(tmp_path: Path, damage: str) -> None:
    path = run_of(tmp_path) / "journal.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines) + '{"kind' if damage == "torn" else "".join([lines[0], *lines[2:]]))
    with pytest.raises(BadInput, match="has no scenario nodes/outages"):
        recorded(tmp_path, "nodes/outages")
