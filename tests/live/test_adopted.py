"""A kind cluster that something else made, on this machine: adopted, with its own ranges, rules and settings.

It is made by `skeptic up` for want of another maker, and then everything that says so is put aside.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeskeptic import clusters
from kubeskeptic.clusters import cluster as records
from kubeskeptic.paths import checkout

from .command import skeptic

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
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """pytest's options for the cluster, of which this machine's state no longer says that it is ours."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "kind.yaml").write_text(CONFIG)
    made = skeptic("up", "--name", NAME, "--config", str(folder / "kind.yaml"), *OPTIONS, within=600)
    assert made.returncode == 0, made.stdout + made.stderr
    found = clusters.find(NAME)
    assert found
    kubeconfig = shutil.copy(found.kubeconfig, folder / "kubeconfig")
    shutil.move(records.folder(NAME), folder / "aside")
    yield ["--context", found.context, f"--kubeconfig={kubeconfig}", "--agent-image", found.agent_image]
    shutil.move(folder / "aside", records.folder(NAME))
    assert skeptic("down", "--name", NAME, within=120).returncode == 0


def test_it_is_refused_until_it_is_adopted_and_asked_everything_after(theirs: list[str], tmp_path: Path) -> None:
    refused = ask(tmp_path, theirs, "-k", "proxy.same-rules")
    assert refused.returncode == 21, refused.stdout + refused.stderr
    adopted = skeptic("adopt", *theirs[:3], "--risk", "control-plane")
    assert adopted.returncode == 0, adopted.stdout + adopted.stderr
    asked = ask(tmp_path, theirs, "-k", CHOSEN)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    told = json.loads((tmp_path / "reports" / "latest" / "result.json").read_text())
    assert {one["verdict"] for one in told["claims"]} == {"holds"}
    assert told["run"]["settings"]["GRACE"]["value"] == 20
    assert skeptic("abandon", *theirs[:3]).returncode == 0


def ask(folder: Path, theirs: list[str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run the suites on it, as a person would."""
    command = [sys.executable, "-m", "pytest", "--reports", str(folder / "reports"), "-p", "no:cacheprovider", *theirs]
    return subprocess.run(
        [*command, "suites", *words], cwd=checkout(), capture_output=True, text=True, timeout=1200, check=False
    )
