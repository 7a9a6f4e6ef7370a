"""A kind cluster that something else made, on this machine: adopted, with its own ranges, rules and settings.

It is made by `skeptic up` for want of another maker, and then everything that says so is put aside. It takes eight minutes on
two busy cores: 75 s until the cluster is there, 6 min for the page of such a cluster.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeskeptic import clusters
from kubeskeptic.clusters import cluster as records

from .command import skeptic
from .pages import played, run

pytestmark = pytest.mark.live

NAME = "theirs"
CONFIG = """\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {podSubnet: 10.99.0.0/16, serviceSubnet: 10.98.0.0/16}
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
"""
OPTIONS = ("--proxy-mode", "nftables", "--profile", "quick", "--with", "none")
CHOSEN = "loop.node-health or service.pod-killed or proxy.same-rules or heal.crash or headless.many-a"
"""Claims about a node's death, pods, rules, containers and names: whole-node faults and faults inside nodes among them."""


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cluster's kubeconfig. This machine's state no longer says that the cluster is ours."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "kind.yaml").write_text(CONFIG)
    made = skeptic("up", "--name", NAME, "--config", str(folder / "kind.yaml"), *OPTIONS, within=600)
    assert made.returncode == 0, made.stdout + made.stderr
    found = clusters.find(NAME)
    assert found
    shutil.copy(found.kubeconfig, folder / "kubeconfig")
    shutil.move(records.folder(NAME), folder / "aside")
    yield folder / "kubeconfig"
    shutil.move(folder / "aside", records.folder(NAME))
    assert skeptic("down", "--name", NAME, within=120).returncode == 0


def test_it_is_refused_until_it_is_adopted_and_asked_everything_after(theirs: Path, tmp_path: Path) -> None:
    asked = "pytest --context kind-theirs --agent-image any --pyargs kubeskeptic.suites -k proxy.same-rules"
    refused = run(asked, tmp_path, KUBECONFIG=str(theirs))
    assert refused.returncode == 21, refused.stdout + refused.stderr
    for _, line in played("kind-cluster.md", chosen=CHOSEN):
        done = run(line, tmp_path, 1200, KUBECONFIG=str(theirs))
        assert done.returncode == 0, line + done.stdout + done.stderr
    told = json.loads((tmp_path / "reports" / "latest" / "result.json").read_text())
    assert {one["verdict"] for one in told["claims"]} == {"holds"}
    assert told["run"]["settings"]["GRACE"]["value"] == 20
