"""What is refused before anything is touched."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.cli.upgrade import _choice as chosen
from kubeskeptic.errors import BadInput
from kubeskeptic.upgrading import checking
from kubeskeptic.upgrading.state import Ledger, UpgradeState

from .fakes import NEW, OLD, World


class WithPods(World):
    """A world with pods."""

    pods: tuple[dict[str, Any], ...] = ()

    def list(self, kind: str, namespace: str = "", **_: str) -> dict[str, Any]:
        return {"items": list(self.pods)} if kind == "Pod" else super().list(kind)


CLUSTER: Any = SimpleNamespace(
    name="up", control_plane=SimpleNamespace(name="up-control-plane"), workers=(SimpleNamespace(name="up-worker"),)
)


def planned(world: Any, folder: Path, to: str = NEW, **more: Any) -> UpgradeState:
    return checking.planned(CLUSTER, world, folder, "uid-1", to, **more)


def test_what_was_asked_for_is_in_the_state(tmp_path: Path) -> None:
    state = planned(WithPods(), tmp_path, choice=["suites", "-m", "quick"])
    assert (state.before, state.to, state.kubelets) == (OLD, NEW, {"up-control-plane": OLD, "up-worker": OLD})
    assert (str(state.steps[0]), str(state.steps[-1])) == ("run before", "run after")


def test_without_runs_there_are_only_steps_in_nodes(tmp_path: Path) -> None:
    assert all(step.node for step in planned(WithPods(), tmp_path).steps)


def test_only_a_worker_can_stay_behind(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"must name a worker of cluster up \(up-worker\), not “up-control-plane”"):
        planned(WithPods(), tmp_path, skew="up-control-plane")


def test_a_pod_that_nothing_would_replace_is_named(tmp_path: Path) -> None:
    world, owner = WithPods(), {"controller": True, "kind": "ReplicaSet", "name": "r", "uid": "u"}
    bare, owned, over = (
        {"metadata": {"name": name, "namespace": "shop", "ownerReferences": owners}, "status": {"phase": phase}}
        for name, owners, phase in (("job", [], "Running"), ("web", [owner], "Running"), ("old", [], "Succeeded"))
    )
    world.pods = (bare, owned, over)
    with pytest.raises(BadInput, match=r"^shop/job would be lost when nodes are drained"):
        planned(world, tmp_path)


def test_an_unfinished_upgrade_is_resumed_and_not_begun_again(tmp_path: Path) -> None:
    world: Any = WithPods()
    ledger = Ledger(planned(world, tmp_path), tmp_path, world)
    ledger.state.steps[0].attempts = 1
    ledger.save()
    with pytest.raises(BadInput, match="continue with `skeptic upgrade --resume"):
        planned(world, tmp_path)
    assert checking.unfinished(tmp_path, "up", "uid-1", world) == ledger.state


def test_there_is_nothing_to_resume(tmp_path: Path) -> None:
    world: Any = WithPods()
    with pytest.raises(BadInput, match="no upgrade of cluster up was begun"):
        checking.unfinished(tmp_path, "up", "uid-1", world)
    ledger = Ledger(planned(world, tmp_path), tmp_path, world)
    for step in ledger.state.steps:
        with ledger.step(step):
            pass
    with pytest.raises(BadInput, match="is complete; there is nothing to resume"):
        checking.unfinished(tmp_path, "up", "uid-1", world)


@pytest.mark.parametrize("words", [(), ("--to", "v1.37.2", "--resume")])
def test_the_command_wants_one_of_the_two(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["upgrade", *words])
    assert done.exit_code == 4
    assert "give either --to VERSION" in done.output


def test_a_length_that_is_none_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["upgrade", "--to", "v1.37.2", "--longest", "soon"])
    assert (done.exit_code, "is not a duration" in done.output) == (4, True)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("", None, ""), ["-m", "quick"]),
        (("", None, "service"), ["-k", "service"]),
        (("", "quick", "service"), ["-m", "quick", "-k", "service"]),
        (("", "", ""), []),
    ],
)
def test_the_quick_suites_are_asked_unless_something_else_chooses(
    asked: tuple[str, str | None, str], words: list[str]
) -> None:
    suites, *choice = chosen(*asked)
    assert (Path(suites).name, choice) == ("suites", words)


def test_suites_that_are_not_there_are_refused() -> None:
    with pytest.raises(BadInput, match="there is no folder or file nowhere with suites"):
        chosen("nowhere", None, "")
