"""`skeptic prove` on one cluster and on several, with a pytest that only writes a journal."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubeskeptic import clusters, process
from kubeskeptic.claims.model import Case
from kubeskeptic.cli import main
from kubeskeptic.journal import Journal
from kubeskeptic.paths import checkout
from kubeskeptic.proving.campaign import attempts
from kubeskeptic.proving.grades import graded
from kubeskeptic.proving.performing import Processes
from kubeskeptic.proving.proofs import journals
from kubeskeptic.proving.suites import AskedCase, asked_by, why_nothing
from kubeskeptic.reports.writing import proofs_beside
from kubeskeptic.scenarios import Scenario, Stage

FILE = checkout() / "suites" / "services" / "test_readiness.py"
READINESS = attempts(asked_by(FILE))
NUMBER = count(1)
LOCK = threading.Lock()


class Pytest:
    """What becomes of each attempt: every case is violated, unless it is said otherwise.

    :param refuses: the clusters on which no run comes of any attempt
    :param cannot: the clusters of which nothing can be asked
    :param ends: the exit status of the runs on a cluster, if it is not 1
    """

    def __init__(
        self, refuses: Sequence[str] = (), cannot: Sequence[str] = (), ends: Mapping[str, int] | None = None
    ) -> None:
        self.refuses = refuses
        self.cannot = cannot
        self.ends = ends or {}
        self.performed: list[tuple[str, str]] = []

    def run(self, words: Sequence[str], output: Path | None = None) -> int:
        cluster = words[words.index("--cluster") + 1]
        sabotages = [word.partition("=")[2] for word in words if word.startswith("--sabotage=")]
        with LOCK:
            self.performed += [(cluster, id_) for id_ in sabotages]
            number = next(NUMBER)
        if output:
            output.write_text(f"first line of {cluster}\nlast line of {cluster}\n")
        status = self.ends.get(cluster, 1)
        if cluster in self.refuses:
            return status
        folder = Path(words[words.index("--reports") + 1]) / f"20260101-{number:06}-abcd"
        folder.mkdir()
        journal = Journal(folder / "journal.jsonl", run=folder.name)
        journal.write("run", id=folder.name, kubernetes="v1.37.2", sabotages=sabotages)
        journal.write("scenario", id="services/readiness", phase="start")
        tests = {word.rpartition("::")[2] for word in words if "::" in word}
        for one in asked_by(FILE) if cluster not in self.cannot else ():
            if one.test.__name__ in tests:
                journal.write("finding", claim=one.case.claim, case=one.case.name, verdict="violated", why="w")
        journal.close()
        return status


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "reports").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("KUBESKEPTIC_CLUSTER", "KUBESKEPTIC_REPORTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(process, "catch_signals", lambda: None)
    monkeypatch.setattr(clusters, "find", lambda name: object() if name in ("one", "two") else None)
    return tmp_path / "reports"


def prove(monkeypatch: pytest.MonkeyPatch, fake: Pytest, *words: str) -> Result:
    monkeypatch.setattr(Processes, "run", lambda _, words, output=None: fake.run(words, output))
    return CliRunner().invoke(main, ["prove", "--suites", str(FILE), *words])


ALL_CASES = sum(len(one.cases) for one in READINESS)
BOTH = ("--cluster", "one", "--cluster", "two")


def proven(here: Path) -> int:
    return len(json.loads((here / "proofs.json").read_text()))


def test_with_one_cluster_runs_are_in_one_folder_and_pytest_prints_itself(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ((), ("--cluster", "one"), ("--cluster", "one", "--cluster", "one")):
        fake = Pytest()
        ended = prove(monkeypatch, fake, *words)
        assert ended.exit_code == 0, ended.output
        assert [id_ for _, id_ in fake.performed] == [id_ for one in READINESS for id_ in one.wanted]
        assert {cluster for cluster, _ in fake.performed} == {words[1] if words else "kubeskeptic"}
        assert f"── services/readiness · {READINESS[0].name}\n   " in ended.output
    assert len(list((here / "sabotaged").glob("[0-9]*"))) == 3 * len(READINESS)
    assert not list(here.glob("sabotaged/*/pytest.log"))
    assert proven(here) == ALL_CASES


def test_only_what_is_missing_is_performed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = Pytest(), Pytest(), Pytest()
    assert prove(monkeypatch, first, "--missing", "--sabotage", "coredns-stale").exit_code == 0
    assert {id_ for _, id_ in first.performed} == {"coredns-stale"}
    assert prove(monkeypatch, second, "--missing").exit_code == 0
    assert {id_ for _, id_ in second.performed} == {id_ for one in READINESS for id_ in one.wanted} - {"coredns-stale"}
    again = prove(monkeypatch, third, "--missing")
    assert (again.exit_code, third.performed) == (0, [])
    assert "is already proven with the current checks" in again.output
    assert proven(here) == ALL_CASES


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sabotage", "nope"), "there is no sabotage “nope”; `skeptic prove --dry-run` lists all"),
        (("--sabotage", "coredns-stal"), "there is no sabotage “coredns-stal”; did you mean coredns-stale or "),
        (("--scenario", "nope"), "there is no scenario “nope”; "),
        (
            ("headless.many-a", "--sabotage", "kube-proxy-frozen"),
            "kube-proxy-frozen does not break headless.many-a; its sabotages are not-ready-published, coredns-stale",
        ),
        (("heal.crash",), "no suite has a case of this selection"),
    ],
)
def test_what_is_unknown_is_named(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str) -> None:
    ended = prove(monkeypatch, Pytest(), *words)
    assert (ended.exit_code, ended.output.startswith(f"skeptic: {said}")) == (4, True), ended.output


def test_a_sabotage_of_another_act_is_said_with_both_acts() -> None:
    story = Scenario("own/story", "It goes on.")
    for act in ("crash", "quiet"):
        story.act(act)(lambda _: None)

    @story.sabotage("quiet")
    @contextmanager
    def kubelet_stopped(_: Stage) -> Iterator[None]:
        yield

    one = AskedCase(Case("heal.crash", acts=("crash",)), story, FILE, lambda: None)
    assert why_nothing([one], ()) == (
        "own/story declares the sabotage kubelet-stopped for the act quiet, but heal.crash reads the act crash; "
        "declare it there, too"
    )


def test_grades_are_not_missing_as_proofs_are(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = prove(monkeypatch, Pytest(), "--missing", "--graded")
    assert (ended.exit_code, "not to grades" in ended.output) == (4, True), ended.output


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
    assert "skeptic: an attempt on cluster one ended with exit status 20: the cluster was left dirty" in ended.output
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


def test_journals_of_both_layouts_are_judged_again_oldest_first(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(monkeypatch, Pytest(), "--cluster", "one", "--sabotage", "coredns-stale")
    prove(monkeypatch, Pytest(), *BOTH, "--sabotage", "coredns-stale")
    prove(monkeypatch, Pytest(), "--cluster", "one", "--sabotage", "coredns-stale")
    (here / "sabotaged" / "latest").symlink_to(journals(here / "sabotaged")[0].parent.name)
    found = journals(here / "sabotaged")
    assert [len(one.relative_to(here).parts) for one in found] == [3, 4, 3]
    assert prove(monkeypatch, Pytest(), "--recorded").exit_code == 0


def test_a_report_of_a_run_in_either_layout_shows_the_proofs_beside_the_runs(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove(monkeypatch, Pytest(), *BOTH, "--sabotage", "coredns-stale")
    prove(monkeypatch, Pytest(), "--cluster", "one", "--sabotage", "coredns-stale")
    mine = json.loads((here / "proofs.json").read_text())
    assert [proofs_beside(one.parent) for one in journals(here / "sabotaged")] == [mine, mine]


def test_an_interrupt_ends_everything(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Processes, "run", interrupted)
    for words in ((), BOTH):
        ended = CliRunner().invoke(main, ["prove", "--suites", str(FILE), *words])
        assert (ended.exit_code, ended.output.splitlines()[-1]) == (2, "skeptic: interrupted")
    assert not (here / "proofs.json").exists()
