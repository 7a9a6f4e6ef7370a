"""`skeptic prove` on several clusters, and on those that are refused or left dirty. Pytest only writes a journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubeskeptic.proving.grades import graded
from kubeskeptic.proving.proofs import journals
from kubeskeptic.proving.suites import asked_by
from tests.cli.proving import ALL_CASES, BOTH, FILE, READINESS, Pytest, prove, proven

pytestmark = pytest.mark.usefixtures("here")


def test_with_several_clusters_each_has_its_folder_and_nothing_is_lost(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Pytest()
    ended = prove(monkeypatch, fake, *BOTH)
    assert ended.exit_code == 0, ended.output
    assert f"{ALL_CASES} of {ALL_CASES} cases were violated" in ended.output
    assert proven(here) == ALL_CASES
    assert sorted(id_ for _, id_ in fake.performed) == sorted(id_ for one in READINESS for id_ in one.wanted)
    for cluster in ("one", "two"):
        runs = list((here / "sabotaged" / cluster).glob("[0-9]*"))
        assert ended.output.count(f"{cluster} begins services/readiness · ") == len(runs)
    assert len(journals(here / "sabotaged")) == len(READINESS)


def test_what_an_attempt_printed_comes_as_a_whole_below_its_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = prove(monkeypatch, Pytest(), *BOTH).output.splitlines()
    headings = [at for at, line in enumerate(lines) if line.startswith("── ")]
    assert len(headings) == len(READINESS)
    for at in headings:
        cluster = lines[at].rpartition(" · ")[2].partition(",")[0]
        assert lines[at + 1 : at + 3] == [f"first line of {cluster}", f"last line of {cluster}"]
        assert lines[at + 3].startswith("   ")


@pytest.mark.parametrize("how", ["refuses", "cannot"])
def test_a_cluster_that_asks_nothing_loses_nothing(how: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Pytest(refuses=["one"]) if how == "refuses" else Pytest(cannot=["one"])
    ended = prove(monkeypatch, fake, *BOTH)
    assert ended.exit_code == 0, ended.output
    assert proven(here) == ALL_CASES
    assert ("last line of one\n   no case was performed under" in ended.output) == (how == "refuses")
    assert sum(cluster == "two" for cluster, _ in fake.performed) == sum(len(one.wanted) for one in READINESS)


def test_what_no_cluster_performs_is_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = prove(monkeypatch, Pytest(refuses=["one", "two"]), *BOTH)
    assert (ended.exit_code, ended.output.count("  not broken: ")) == (1, ALL_CASES)
    ended = prove(monkeypatch, Pytest(refuses=["one", "two"]), *BOTH, "--graded")
    assert ended.exit_code == 1
    assert "skeptic: no case was performed under kube-proxy-frozen" in ended.output
    ended = prove(monkeypatch, Pytest(refuses=["one"]), "--cluster", "one")
    assert (ended.exit_code, ended.output.count("skeptic: no case was performed")) == (1, 1)


@pytest.mark.parametrize("graded", [(), ("--graded",)])
def test_after_an_attempt_that_left_its_cluster_dirty_no_other_begins_there(
    here: Path, monkeypatch: pytest.MonkeyPatch, graded: tuple[str, ...]
) -> None:
    fake = Pytest(ends={"one": 20})
    ended = prove(monkeypatch, fake, "--cluster", "one", *graded)
    assert ended.exit_code == 20, ended.output
    assert "skeptic: a run on cluster one ended with exit status 20: the cluster was left dirty" in ended.output
    assert len(list((here / "sabotaged").glob("[0-9]*"))) == 1
    assert (here / ("grades.json" if graded else "proofs.json")).exists(), "what it had found is kept"


def test_a_dirty_cluster_leaves_the_rest_to_the_others(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Pytest(ends={"one": 20})
    ended = prove(monkeypatch, fake, *BOTH)
    assert ended.exit_code == 20, ended.output
    assert len(list((here / "sabotaged" / "one").glob("[0-9]*"))) == 1
    assert proven(here) == ALL_CASES


def test_a_refused_cluster_is_said_by_the_exit_status(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = {"one": 21, "two": 21}
    for words in (BOTH[:2], BOTH):
        fake = Pytest(refuses=["one", "two"], ends=both)
        assert prove(monkeypatch, fake, *words).exit_code == 21
    assert prove(monkeypatch, Pytest(refuses=["one"], ends=both | {"two": 1}), *BOTH).exit_code == 0


def test_grades_are_kept_from_several_clusters(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Pytest()
    ended = prove(monkeypatch, fake, *BOTH, "--graded")
    assert ended.exit_code == 0, ended.output
    (attempt,) = graded(asked_by(FILE))
    assert [id_ for _, id_ in fake.performed] == [f"{id_}@{seconds}" for seconds in (1, 2, 4) for id_ in attempt.wanted]
    assert {one["seconds"] for one in json.loads((here / "grades.json").read_text())} == {1.0, 2.0, 4.0}


def test_a_cluster_that_is_not_there_is_said_before_anything_is_performed(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Pytest()
    ended = prove(monkeypatch, fake, *BOTH, "--cluster", "three")
    assert ended.exit_code == 21
    assert ended.output.endswith(
        "skeptic: no healthy cluster three on this machine; first run `skeptic up --name three`\n"
    )
    assert fake.performed == []
    assert not (here / "sabotaged").exists()
