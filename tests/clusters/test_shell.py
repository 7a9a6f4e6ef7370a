"""What a shell is told."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.clusters.cluster import Cluster, Node
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.errors import Untestable

up: Any = import_module("kubeskeptic.clusters.up")  # the package's name for it is the function


def a_cluster(engine: Engine) -> Cluster:
    nodes = (Node("c-control-plane", "control-plane"),)
    return Cluster("c", "kind-c", Path("/a b/kubeconfig"), "kind", nodes, "v1.37.2", "image", "agent", engine)


def test_the_machines_own_engine_needs_a_kubeconfig_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("docker", "kubectl"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(up, "find", lambda _: a_cluster(Engine()))
    assert up.exports("c") == ["export KUBECONFIG='/a b/kubeconfig'"]


def test_an_engine_of_ours_brings_its_socket_and_its_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", str(tmp_path))
    engine = Engine(client=f"{tmp_path}{os.sep}docker", variables={"DOCKER_HOST": "unix:///x.sock"}, own=True)
    monkeypatch.setattr(up, "find", lambda _: a_cluster(engine))
    assert up.exports("c")[1:] == ["export DOCKER_HOST=unix:///x.sock", f'export PATH={tmp_path}:"$PATH"']


def test_without_a_cluster_there_is_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "find", lambda _: None)
    with pytest.raises(Untestable, match="skeptic up --name c"):
        up.exports("c")
