"""Clusters that are not ours: refused before anything is touched, until their owner lets us in, and then only as far as that.

The cluster that stands for somebody else's is our own, reached by a kubeconfig and a context that do not say so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubeskeptic import clusters
from kubeskeptic.cli.adopt import text
from kubeskeptic.clusters import Cluster
from kubeskeptic.durations import CLEANUP_GONE, Patience
from kubeskeptic.errors import NotFound, Refused
from kubeskeptic.guard import Guard, Lease, Risk
from kubeskeptic.kube import Kube
from kubeskeptic.paths import checkout
from kubeskeptic.plugin.options import in_force
from kubeskeptic.waiting import NotYet, until

from .command import SKEPTIC, skeptic

pytestmark = pytest.mark.live

ELSEWHERE = "elsewhere"
ACCOUNT = ("skeptic-guard-test", "runner")


@pytest.fixture(scope="module")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The live cluster."""
    found = clusters.find(in_force(request.config).cluster)
    assert found, "no cluster: run `skeptic up`"
    return found


@pytest.fixture(scope="module")
def kube(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Kube:
    """The handle of its owner."""
    return Kube(cluster.kubeconfig, cluster.context, tmp_path_factory.mktemp("owner"))


def copied(cluster: Cluster, folder: Path, context: str, server: str = "", token: str = "") -> Path:
    """A kubeconfig for the cluster under another name, at another address, or for somebody else."""
    told = yaml.safe_load(cluster.kubeconfig.read_text())
    told["contexts"][0]["name"] = told["current-context"] = context
    if server:
        told["clusters"][0]["cluster"]["server"] = server
    if token:
        told["users"][0]["user"] = {"token": token}
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(told))
    return path


def run(cluster: Cluster, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """pytest, as a person would run it, with its reports in a folder."""
    command = [sys.executable, "-m", "pytest", "--reports", str(folder / "reports"), "-p", "no:cacheprovider", *words]
    return subprocess.run(
        command, cwd=checkout(), capture_output=True, text=True, timeout=400, check=False, env=os.environ
    )


def there(kube: Kube) -> set[str]:
    """Everything that a run would leave first: namespaces, and what is in kube-system, with its versions."""
    found = {f"namespace {one['metadata']['name']}" for one in kube.list("Namespace")["items"]}
    for kind in ("ConfigMap", "Secret", "DaemonSet", "Deployment", "ServiceAccount"):
        items = kube.list(kind, "kube-system")["items"]
        found |= {f"{kind} {one['metadata']['name']} {one['metadata']['resourceVersion']}" for one in items}
    return found | {f"lease {one['metadata']['name']}" for one in kube.list("Lease", "kube-system")["items"]}


def refused(ran: subprocess.CompletedProcess[str], words: str) -> None:
    assert ran.returncode == 21, ran.stdout + ran.stderr
    assert words in ran.stdout + ran.stderr


def elsewhere(cluster: Cluster, folder: Path, context: str = ELSEWHERE, **how: str) -> list[str]:
    path = copied(cluster, folder, context, **how)
    return ["--context", context, "--kubeconfig", str(path), "--agent-image", cluster.agent_image]


def test_another_cluster_is_refused(cluster: Cluster, kube: Kube, tmp_path: Path) -> None:
    before = there(kube)
    ran = run(cluster, tmp_path, *elsewhere(cluster, tmp_path), "suites/services")
    refused(ran, "so context elsewhere is not a cluster of ours; its owner can allow access with `skeptic adopt")
    assert there(kube) == before


def test_a_name_of_kind_s_proves_nothing(cluster: Cluster, kube: Kube, tmp_path: Path) -> None:
    before = there(kube)
    node = kube.get("Node", cluster.control_plane.name)
    address = next(one["address"] for one in node["status"]["addresses"] if one["type"] == "InternalIP")
    words = elsewhere(cluster, tmp_path, cluster.context, server=f"https://{address}:6443")
    refused(run(cluster, tmp_path, *words, "suites/services"), "is not on this machine's loopback")
    assert there(kube) == before


def test_another_cluster_behind_the_same_context_is_refused(cluster: Cluster, kube: Kube) -> None:
    with pytest.raises(Refused, match="is not the one this run began with"):
        Guard(cluster, kube, uid="another").permit(Risk.READ_ONLY, "look")


def test_a_second_run_is_refused(cluster: Cluster, kube: Kube, tmp_path: Path) -> None:
    with Lease(kube, "first"):
        before = there(kube)
        ran = run(cluster, tmp_path, "--cluster", cluster.name, "suites/services")
        refused(ran, "run first (process")
        assert there(kube) == before


@pytest.fixture
def adopted(cluster: Cluster, kube: Kube, tmp_path: Path) -> Iterator[list[str]]:
    """The cluster under another name, adopted; the options with which a run finds it."""
    words = elsewhere(cluster, tmp_path)
    said = skeptic("adopt", *words[:4])
    assert said.returncode == 0, said.stderr
    assert "elsewhere is adopted at risk level own-namespace" in said.stdout
    yield words
    assert "elsewhere is no longer adopted" in skeptic("abandon", *words[:4]).stdout
    assert "elsewhere was not adopted" in skeptic("abandon", *words[:4]).stdout
    with pytest.raises(NotFound):
        kube.get("ConfigMap", "kubeskeptic-consent", "kube-system")


def verdicts(folder: Path) -> dict[str, list[str]]:
    """The verdicts of the one run below a folder, by claim."""
    (path,) = (one for one in folder.glob("reports/*/result.json") if not one.parent.is_symlink())
    found: dict[str, list[str]] = {}
    for one in json.loads(path.read_text())["claims"]:
        found.setdefault(one["id"], []).append(one["verdict"])
    return found


def test_what_is_above_the_level_is_skipped_with_the_reason(
    cluster: Cluster, adopted: list[str], tmp_path: Path
) -> None:
    ran = run(cluster, tmp_path, *adopted, "suites/nodes", "-rs")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "nodes/node_crashes needs risk level node, but this cluster allows only own-namespace" in ran.stdout
    assert {verdict for some in verdicts(tmp_path).values() for verdict in some} == {"skipped"}


def test_a_fault_by_hand_on_another_cluster_heals_when_it_is_killed(
    cluster: Cluster, kube: Kube, tmp_path: Path
) -> None:
    words, node = elsewhere(cluster, tmp_path), cluster.workers[-1].name
    assert skeptic("adopt", *words[:4], "--risk", "node").returncode == 0
    try:
        command = [*SKEPTIC, "inflict", "cut_off_node", f"node={node}", "whom=workers", "--for", "5m", *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
            assert victim.stdout
            said = [victim.stdout.readline() for _ in range(2)]
            victim.kill()
        assert said[1].startswith("in effect after "), said
        clean = Patience(70)
        until(lambda: _clean(words) or NotYet("it is dirty"), clean, what="a clean cluster, without any help")
        assert not [one for one in there(kube) if one.endswith("-exec")]
        assert " skeptic_" not in cluster.engine.exec(node, ["nft", "list", "tables"])
    finally:
        assert skeptic("abandon", *words[:4]).returncode == 0


def _clean(words: list[str]) -> bool:
    """Nothing of ours is seen; nor can nodes be looked into, once the exec pods are gone (10)."""
    return skeptic("status", *words).returncode in (0, 10)


@pytest.fixture
def account(cluster: Cluster, kube: Kube, tmp_path: Path) -> Iterator[str]:
    """The token of an account that has just the rights of level own-namespace."""
    namespace, name = ACCOUNT
    made: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}},
        *yaml.safe_load_all(text(Risk.NAMESPACE, ACCOUNT)),
    ]
    for one in made:
        kube.apply(one)
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    yield str(json.loads(kube.request("POST", path, asked))["status"]["token"])
    for one in reversed(made):
        kube.delete(one["kind"], one["metadata"]["name"], one["metadata"].get("namespace"))
    until(lambda: gone(kube, namespace) or NotYet("it is there"), CLEANUP_GONE, what="the account's namespace to go")


def gone(kube: Kube, namespace: str) -> bool:
    """Whether a namespace is gone."""
    return namespace not in {one["metadata"]["name"] for one in kube.list("Namespace")["items"]}


def test_with_just_its_rights_a_level_asks_all_that_it_may(
    cluster: Cluster, adopted: list[str], account: str, tmp_path: Path
) -> None:
    folder = tmp_path / "as"
    folder.mkdir()
    words = elsewhere(cluster, folder, token=account)
    ran = run(cluster, tmp_path, *words, "suites/services")
    found = verdicts(tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert "403" not in ran.stdout
    assert found["proxy.every-node"] == found["service.stable"] == ["holds"]
    assert found["heal.crash"] == ["skipped", "skipped"]
    assert set(found["service.pod-killed"]) == {"holds", "skipped"}
