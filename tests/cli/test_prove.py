"""`skeptic prove` on one cluster, and what is made of its journals, with a pytest that only writes a journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubeskeptic.claims.model import Case
from kubeskeptic.cli import main
from kubeskeptic.proving.performing import Processes
from kubeskeptic.proving.proofs import journals
from kubeskeptic.proving.suites import AskedCase, why_nothing
from kubeskeptic.reports.writing import proofs_beside
from kubeskeptic.scenarios import Scenario, Stage
from tests.cli.proving import ALL_CASES, BOTH, FILE, READINESS, Pytest, prove, proven

pytestmark = pytest.mark.usefixtures("here")


def test_with_one_cluster_runs_are_in_one_folder_and_pytest_prints_itself(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ((), ("--cluster", "one"), ("--cluster", "one", "--cluster", "one")):
        fake = Pytest()
        ended = prove(monkeypatch, fake, *words)
        assert ended.exit_code == 0, ended.output
        assert sorted(id_ for _, id_ in fake.performed) == sorted(id_ for one in READINESS for id_ in one.wanted)
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
