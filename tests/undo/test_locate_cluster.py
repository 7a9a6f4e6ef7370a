"""Which cluster of ours there is, and what `skeptic status` says when that cannot be told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.clusters import cluster, engine_install
from kubeskeptic.clusters.cluster import Record
from kubeskeptic.errors import Inconclusive, LeftDirty, MissingRequirement
from kubeskeptic.undo.locate_cluster import locate_cluster


class Machine:
    """Its engine has ``nodes`` of whatever cluster it is asked for; None when no engine answers."""

    def __init__(self) -> None:
        self.engine: Any = SimpleNamespace(client="docker", nodes=lambda _: self.nodes)
        self.nodes: list[Any] = []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    made = Machine()
    monkeypatch.setattr(engine_install, "find", lambda _: made.engine)
    return made


NODE = SimpleNamespace(name="c-control-plane", state="running", labels={})


def begin(text: str = "") -> None:
    """`skeptic up` has made the cluster's folder, with a record when there is a text for it."""
    cluster.folder("c").mkdir(parents=True)
    if text:
        (cluster.folder("c") / "cluster.json").write_text(text)


def record() -> None:
    begin()
    cluster.write_record("c", Record("v1.37.2", "node:1", "agent:1"))


def status() -> tuple[int, str]:
    ran = CliRunner().invoke(main, ["status", "--cluster", "c"])
    return ran.exit_code, ran.output


def test_with_a_record_and_nodes_there_is_one(machine: Machine) -> None:
    record()
    machine.nodes = [NODE]
    found = locate_cluster("c")
    assert found
    assert [node.name for node in found.nodes] == ["c-control-plane"]


def test_without_either_there_is_none(machine: Machine) -> None:
    assert locate_cluster("c") is None
    assert status() == (0, "clean: there is no cluster c of ours\n")
    machine.engine = None
    assert locate_cluster("c") is None


@pytest.mark.parametrize("text", ["", '{"kubernetes": "v1'])
def test_nodes_without_a_readable_record_are_not_clean(machine: Machine, text: str) -> None:
    begin(text)
    machine.nodes = [NODE]
    with pytest.raises(LeftDirty, match=r"kind cluster c has nodes \(c-control-plane\) but no readable record"):
        locate_cluster("c")
    code, said = status()
    assert code == 20
    assert "`skeptic down`" in said
    assert "clean:" not in said


def test_nodes_that_are_not_where_the_record_says_are_not_clean(machine: Machine) -> None:
    record()
    with pytest.raises(Inconclusive, match=r"`docker`\) has no nodes of it"):
        locate_cluster("c")
    code, said = status()
    assert code == 10
    assert "clean" not in said


@pytest.mark.parametrize("text", ["", '{"kubernetes": "v1'])
def test_a_silent_engine_of_a_cluster_that_was_begun_is_missed(machine: Machine, text: str) -> None:
    begin(text)
    machine.engine = None
    with pytest.raises(MissingRequirement, match="does not answer"):
        locate_cluster("c")
