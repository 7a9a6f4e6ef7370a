"""A run that leaves the cluster otherwise than it found it says what differs, and ends with 20."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeskeptic import clusters
from kubeskeptic.kube import Kube
from kubeskeptic.paths import checkout
from kubeskeptic.plugin.options import in_force

pytestmark = pytest.mark.live

SUITE = """
def test_leaves_something(run):
    node = run.cluster.workers[0].name
    run.kube.patch("Node", node, None, {"metadata": {"labels": {"left": "here"}}})
"""


@pytest.fixture
def suite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A suite whose test changes a node behind the harness's back; the change is taken back afterwards."""
    cluster = clusters.find(in_force(request.config).cluster)
    assert cluster, "no cluster: run `skeptic up`"
    path = tmp_path / "test_inner.py"
    path.write_text(SUITE)
    yield path
    nothing = {"metadata": {"labels": {"left": None}}}
    Kube(cluster.kubeconfig, cluster.context, tmp_path).patch("Node", cluster.workers[0].name, None, nothing)


def test_what_a_run_leaves_is_named_and_ends_with_20(
    suite: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    command = [sys.executable, "-m", "pytest", str(suite), "--rootdir", str(checkout()), "-c", "pyproject.toml"]
    command += ["--confcutdir", str(checkout()), "--cluster", in_force(request.config).cluster]
    command += ["-p", "kubeskeptic.plugin"]
    ran = subprocess.run(
        [*command, "--reports", str(tmp_path / "reports"), "-p", "no:cacheprovider"],
        cwd=checkout(), capture_output=True, text=True, timeout=300, check=False,
        env=os.environ | {"PYTHONPATH": str(checkout())},
    )  # fmt: skip
    assert ran.returncode == 20, ran.stdout + ran.stderr
    assert "the cluster was left changed: node " in ran.stdout
    assert "labels: " in ran.stdout
