"""The last run, and a scenario that an earlier run does not have.

That run asked nothing of it, or it was lost, and that is not the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.cli.report import run_folder
from kubeskeptic.errors import BadInput, NotAsked
from kubeskeptic.journal import Journal
from kubeskeptic.runs.earlier import newest, point, recorded


def made(reports: Path, folder: str, id_: str = "") -> Path:
    (reports / folder).mkdir(parents=True)
    journal = Journal(reports / folder / "journal.jsonl")
    journal.write("run", id=id_ or folder)
    journal.close()
    return reports / folder


def test_latest_is_a_link_to_the_last_run(tmp_path: Path) -> None:
    made(tmp_path, "20261101-100000-aaaa")
    second = made(tmp_path, "20261101-110000-bbbb")
    point(tmp_path, "20261101-100000-aaaa")
    point(tmp_path, "20261101-110000-bbbb")
    assert (tmp_path / "latest").is_symlink()
    assert newest(tmp_path) == run_folder("latest", tmp_path) == second.resolve()


def test_a_folder_named_latest_is_renamed_after_its_run_and_kept(tmp_path: Path) -> None:
    made(tmp_path, "latest", id_="20261101-100000-aaaa")
    made(tmp_path, "20261101-110000-bbbb")
    point(tmp_path, "20261101-110000-bbbb")
    assert (tmp_path / "latest").resolve().name == "20261101-110000-bbbb"
    assert (tmp_path / "20261101-100000-aaaa" / "journal.jsonl").exists()


def test_a_copy_of_a_run_that_is_there_too_gets_a_number(tmp_path: Path) -> None:
    made(tmp_path, "20261101-100000-aaaa")
    made(tmp_path, "latest", id_="20261101-100000-aaaa")
    point(tmp_path, "20261101-100000-aaaa")
    assert {path.name for path in tmp_path.iterdir()} == {"20261101-100000-aaaa", "20261101-100000-aaaa-2", "latest"}


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        ({"latest": "20261101-100000-aaaa", "20261101-110000-bbbb": ""}, "20261101-110000-bbbb"),
        ({"latest": "20261101-120000-cccc", "20261101-110000-bbbb": ""}, "latest"),
        ({"20261101-090000-dddd": "", "20261101-110000-bbbb": ""}, "20261101-110000-bbbb"),
    ],
)
def test_where_latest_is_no_link_the_newest_run_is_read(tmp_path: Path, folders: dict[str, str], expected: str) -> None:
    for folder, id_ in folders.items():
        made(tmp_path, folder, id_)
    assert newest(tmp_path).name == expected


def test_no_run_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no run in"):
        newest(tmp_path)


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
