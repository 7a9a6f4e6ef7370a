"""The exit status of commands whose cluster cannot be asked: never 1, which means that a claim is violated."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest
from click.testing import CliRunner

from kubeskeptic import kube
from kubeskeptic.cli import main, safety
from kubeskeptic.clusters import cluster, engine_install
from kubeskeptic.errors import CommandFailed, Forbidden, LeftDirty, SkepticError, Unanswered
from kubeskeptic.upgrading import checking

from ..kube.test_kubeconfig import whole

UNKNOWN = "skeptic: it is not known whether the cluster is clean: "


def skeptic(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, words)
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["status"], 10, f"{UNKNOWN}the API server at http://127.0.0.1:9 did not answer"),
        (["status", "--json"], 10, UNKNOWN),
        (["cleanup"], 10, UNKNOWN),
        (["cleanup", "--dry-run"], 10, UNKNOWN),
        (["adopt"], 21, "skeptic: the API server at http://127.0.0.1:9 did not answer"),
        (["abandon"], 21, "skeptic: the API server at http://127.0.0.1:9 did not answer"),
        (["inflict", "crash_node", "node=w1", "--dry-run"], 21, "skeptic: the API server at"),
        (["inflict", "crash_node", "node=w1"], 21, "skeptic: the API server at"),
    ],
)
def test_a_silent_api_server_is_no_violation(tmp_path: Path, words: list[str], status: int, says: str) -> None:
    file = whole(tmp_path / "kc")
    code, said = skeptic(*words, "--kubeconfig", str(file), "--context", "here")
    assert (code, said.startswith(says), said.count("\n")) == (status, True, 1), said


@pytest.mark.parametrize("words", [["status"], ["cleanup"]])
def test_a_silent_engine_of_our_cluster_is_no_violation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engine_install, "find", lambda _: None)
    cluster.folder("c").mkdir(parents=True)
    code, said = skeptic(*words, "--cluster", "c")
    assert code == 10
    assert said.startswith(f"{UNKNOWN}the container engine of cluster c does not answer")


@pytest.mark.parametrize(
    ("error", "status"),
    [(Forbidden("nodes is forbidden", 403), 10), (CommandFailed("docker ps", 1, ""), 10), (LeftDirty("a pod"), 20)],
)
def test_only_an_error_without_a_status_of_its_own_means_that_it_is_not_known(
    monkeypatch: pytest.MonkeyPatch, error: SkepticError, status: int
) -> None:
    def site_of(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(safety, "site_of", site_of)
    for command in ("status", "cleanup"):
        code, said = skeptic(command)
        assert code == status
        assert (UNKNOWN in said) is (status == 10)


def test_an_upgrade_of_a_cluster_that_does_not_answer_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise Unanswered("the API server does not answer")

    monkeypatch.setattr(checking, "ours", lambda _: SimpleNamespace(kubeconfig=Path("k"), context="kind-c"))
    monkeypatch.setattr(kube, "Kube", lambda *_: None)
    monkeypatch.setattr(checking, "free", silent)
    code, said = skeptic("upgrade", "--to", "v1.37.2", "--no-runs")
    assert (code, said) == (21, "skeptic: the API server does not answer\n")
