"""What is taken from a machine, and when nothing is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubeskeptic import paths
from kubeskeptic.cli import main
from kubeskeptic.clusters import cluster, delete_guard, uninstall
from kubeskeptic.clusters.engine import CLUSTER_LABEL
from kubeskeptic.errors import Refused
from tests.clusters.fakes import FakeProgram, listed

IMAGE = "kubeskeptic/node:v1.37.2-abc"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeProgram:
    """A laptop with Docker, one cluster of ours, one of somebody else's, and our folders."""
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "cache/builds").mkdir(parents=True)
    cluster.folder("ours").mkdir(parents=True)
    cluster.configuration("ours").touch()
    FakeProgram(tmp_path / "bin", "kind").answer("version", out="kind v0.33.0\n")
    docker = FakeProgram(tmp_path / "bin")
    docker.answer("info", out=json.dumps({"ServerVersion": "28"}))
    nodes = "".join(listed(f"{name}-worker", **{CLUSTER_LABEL: name}) for name in ("ours", "theirs"))
    docker.answer("ps", out=nodes)
    docker.answer("images", out=f"{IMAGE}\n")
    return docker


def test_what_is_ours_is_listed_and_what_is_not_is_not(machine: FakeProgram) -> None:
    found = uninstall.installed()
    assert found.clusters == ("ours",)
    assert IMAGE in found.images
    assert [folder for folder, _ in found.folders] == [paths.cache(), paths.state()]
    assert "cluster ours" in found.lines()
    assert not [line for line in found.lines() if "theirs" in line or "engine" in line]


def test_all_of_it_goes(machine: FakeProgram) -> None:
    done = CliRunner().invoke(main, ["uninstall", "--yes"])
    assert done.exit_code == 0, done.output
    assert not paths.cache().exists()
    assert not paths.state().exists()
    assert ["rmi", IMAGE] in machine.calls
    assert not [call for call in machine.calls if call[0] in ("stop", "rm")]


def test_without_an_answer_nothing_goes(machine: FakeProgram) -> None:
    done = CliRunner().invoke(main, ["uninstall"], input="n\n")
    assert done.exit_code == 2
    assert "cluster ours" in done.output
    assert paths.cache().exists()
    assert not [call for call in machine.calls if call[0] == "rmi"]


def test_while_a_cluster_is_in_use_nothing_goes(machine: FakeProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delete_guard, "in_use", lambda name: f"a run uses {name}")
    done = CliRunner().invoke(main, ["uninstall", "--yes"])
    assert done.exit_code == 21
    assert "cannot delete cluster ours: a run uses ours" in done.output
    assert paths.cache().exists()


def test_clusters_that_no_engine_would_delete_are_not_forgotten(machine: FakeProgram) -> None:
    machine.answer("info", status=1)
    done = CliRunner().invoke(main, ["uninstall", "--yes"])
    assert done.exit_code == 1
    assert "cannot delete ours, as no container engine answers" in done.output
    assert paths.state().exists()
    left = CliRunner().invoke(main, ["uninstall", "--yes", "--leave-clusters"])
    assert left.exit_code == 0, left.output
    assert not paths.state().exists()


def test_our_engine_is_not_stopped_under_clusters_of_others(machine: FakeProgram) -> None:
    ours = machine.engine
    object.__setattr__(ours, "own", True)
    with pytest.raises(Refused, match="removing the engine would remove theirs"):
        uninstall.refuse_in_use(uninstall.Installed(ours, ("ours",), (), ()))


def test_on_a_clean_machine_there_is_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["uninstall"])
    assert "nothing of kubeskeptic is installed on this machine" in done.output
