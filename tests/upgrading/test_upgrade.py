"""An upgrade from end to end, without a cluster: in which order, where it stops, and how it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import CommandFailed, SkepticError
from kubeskeptic.journal import Journal
from kubeskeptic.reports.comparison import _RUN
from kubeskeptic.timeline import load
from kubeskeptic.upgrading import plan, upgrade
from kubeskeptic.upgrading.plan import parse
from kubeskeptic.upgrading.release import Release
from kubeskeptic.upgrading.state import Ledger, UpgradeState, place
from kubeskeptic.upgrading.upgrade import Upgrade, UpgradeStopped, finish

from .fakes import NEW, OLD, World


class Stage:
    """Stands for runs and nodes: notes what is performed, and stops where it is told to."""

    def __init__(self, folder: Path, stops: str = "", how: BaseException | None = None) -> None:
        self.folder, self.stops, self.how = folder, stops, how or CommandFailed("kubeadm upgrade node", 1, "no")
        self.did: list[str] = []
        self.judged = 0

    def ask(self, choice: list[str], cluster: str, reports: Path, seed: int) -> str:
        self._do("run")
        run = f"r{len(self.did)}"
        (self.folder / run).mkdir(exist_ok=True)
        claims: list[dict[str, object]] = [
            {"id": "c", "case": None, "verdict": "skipped", "measured": {}, "bound": {}, "why": ""}
        ]
        result = {"schema": 1, "run": {**dict.fromkeys(_RUN), "id": run, "settings": {}}, "claims": claims}
        (self.folder / run / "result.json").write_text(json.dumps(result))
        return run

    @contextmanager
    def open_run(self, options: Any) -> Iterator[Any]:
        self.did.append("opened")
        options.folder.mkdir(exist_ok=True)
        journal = Journal(options.folder / "journal.jsonl", run=options.id)
        journal.write("run", id=options.id)
        yield SimpleNamespace(
            id=options.id, site=None, journal=journal, followed=SimpleNamespace(evidence=lambda: load(journal.path))
        )
        journal.close()
        self.did.append("closed")

    def perform(self, step: Any) -> None:
        self._do(str(step))

    def _do(self, what: str) -> None:
        if what == self.stops:
            self.stops = ""
            raise self.how
        self.did.append(what)


def an_upgrade(
    folder: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch, state: UpgradeState | None = None
) -> Upgrade:
    world: Any = World()
    monkeypatch.setattr(upgrade, "ask", stage.ask)
    monkeypatch.setattr(upgrade, "open_run", stage.open_run)
    watching = SimpleNamespace(step=lambda _: nullcontext(), settled=None)
    monkeypatch.setattr(upgrade, "observed", lambda _: nullcontext(watching))
    monkeypatch.setattr(upgrade, "NodeWork", lambda *_: stage)
    nodes = {"up-control-plane": OLD, "up-worker": OLD}
    steps = plan.steps("up-control-plane", ["up-worker"], nodes, OLD, parse(NEW))
    state = state or UpgradeState("up", "uid-1", OLD, NEW, nodes, choice=["suites"], steps=steps)
    cluster: Any = SimpleNamespace(name="up")
    release, nothing = Release(NEW, Path()), lambda _: None
    return Upgrade(cluster, world, folder, Ledger(state, folder, world), release, None, nothing)  # type: ignore[arg-type]


def kept(folder: Path) -> UpgradeState:
    return UpgradeState.parse(place(folder, "up").read_text(), "the file")


def test_the_runs_are_around_the_upgrade_and_everything_in_nodes_is_observed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path)
    done = an_upgrade(tmp_path, stage, monkeypatch).perform()
    assert [stage.did[at] for at in (0, 1, -2, -1)] == ["run", "opened", "closed", "run"]
    assert stage.did[2] == "bring images to up-control-plane"
    assert done.state.complete
    assert done.compared is not None
    assert kept(tmp_path).runs.keys() == {"before", "during", "after"}


@pytest.mark.parametrize("stops", ["kubeadm upgrade apply up-control-plane", "kubeadm upgrade node up-worker", "run"])
def test_one_that_stops_says_so_and_goes_on_from_the_first_step_that_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops: str
) -> None:
    stage = Stage(tmp_path, stops)
    with pytest.raises(UpgradeStopped, match="continue with `skeptic upgrade --resume --cluster up`") as stopped:
        an_upgrade(tmp_path, stage, monkeypatch).perform()
    assert "It stopped because `kubeadm upgrade node` ended with status 1: no" in str(stopped.value)
    assert stopped.value.exit_status == 1
    before = list(stage.did)
    done = an_upgrade(tmp_path, stage, monkeypatch, kept(tmp_path)).perform()
    assert done.state.complete
    again = [what for what in stage.did[len(before) :] if what in before and what not in ("run", "opened", "closed")]
    redone = ["drain up-worker"] if "up-worker" in stops else []
    assert again == redone, (
        "a step that was done is not done again, but for the drain of a node that was opened meanwhile"
    )


def test_an_interrupt_says_the_same_with_a_status_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = KeyboardInterrupt("SIGTERM: undoing everything before exiting")
    stage = Stage(tmp_path, "drain up-worker", told)
    with pytest.raises(
        UpgradeStopped, match=r"stopped in “drain up-worker”.* it was interrupted \(SIGTERM\)"
    ) as stopped:
        an_upgrade(tmp_path, stage, monkeypatch).perform()
    assert stopped.value.exit_status == 2


def test_an_error_keeps_the_status_of_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(SkepticError):
        exit_status = 21

    with pytest.raises(UpgradeStopped) as stopped:
        an_upgrade(tmp_path, Stage(tmp_path, "drain up-worker", Other("not ours")), monkeypatch).perform()
    assert stopped.value.exit_status == 21


def test_what_a_killed_run_recorded_is_judged_and_reported_once(tmp_path: Path) -> None:
    folder = tmp_path / "r1"
    folder.mkdir()
    journal = Journal(folder / "journal.jsonl", run="r1")
    journal.write("run", id="r1", nodes=["n1"])
    journal.write("scenario", id="upgrade/in_place", phase="start", acts=["upgrade"])
    journal.write("probe", scenario="upgrade/in_place", probe="service", spec={"period": 0.02}, nodes=["n1"])
    journal.close()
    state = UpgradeState("up", "uid-1", OLD, NEW, {}, runs={"during": ["r1"]})
    finish(tmp_path, state)
    finish(tmp_path, state)
    (finding,) = load(folder / "journal.jsonl").findings
    assert (finding["claim"], finding["verdict"]) == ("upgrade.service", "inconclusive")
    assert (folder / "index.html").exists()


@pytest.mark.parametrize(("done", "again"), [((plan.DRAIN,), True), ((plan.DRAIN, plan.KUBELET), False)])
def test_a_node_that_was_left_cordoned_is_opened_and_drained_again_unless_it_is_upgraded(
    done: tuple[str, ...], *, again: bool
) -> None:
    world: Any = World()
    world.cordoned = {"up-worker"}
    steps = plan.steps("up-control-plane", ["up-worker"], world.kubelets, OLD, parse(NEW))
    for step in steps:
        if step.node == "up-worker" and step.what in done:
            step.attempts, step.ended = 1, 5.0
    upgrade.reopen(UpgradeState("up", "uid-1", OLD, NEW, {}, steps=steps), world)
    assert not world.cordoned
    drained = next(step for step in steps if str(step) == "drain up-worker")
    assert drained.done is not again
