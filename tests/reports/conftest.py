"""One synthetic run for all tests of the reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubeskeptic.reports.model import Report
from kubeskeptic.reports.writing import read_report

from .journals import write_run

PROOFS: list[dict[str, object]] = [
    {"claim": "service.node-dies", "case": "crash", "sabotage": "node-lifecycle-off", "verdict": "violated",
     "run": "20261123-1702-9c1e", "kubernetes": "v1.37.2", "harness": "0.1.0", "at": 1_795_453_400.0,
     "why": "Requests failed for 96 s, 38 s more than the dead endpoint window."},
    {"claim": "service.pod-killed", "case": "forced", "sabotage": "kube-proxy-frozen", "verdict": "violated",
     "run": "20261123-1702-9c1e", "kubernetes": "v1.37.2", "harness": "0.1.0", "at": 1_795_453_900.0,
     "why": "Requests through worker2 failed for 21 s."},
    {"claim": "heal.crash", "case": None, "sabotage": "kubelet-stopped", "verdict": "holds",
     "run": "20261123-1702-9c1e", "kubernetes": "v1.37.2", "harness": "0.1.0", "at": 1_795_454_000.0, "why": ""},
]  # fmt: skip


@pytest.fixture(scope="session")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run, with the record of proofs beside it."""
    reports = tmp_path_factory.mktemp("reports")
    (reports / "proofs.json").write_text(json.dumps(PROOFS))
    return write_run(reports / "20261123-1918-7f3a")


@pytest.fixture(scope="session")
def broken_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was killed."""
    return write_run(tmp_path_factory.mktemp("broken") / "20261123-2001-dead", broken_off=True)


@pytest.fixture(scope="session")
def report(run_dir: Path) -> Report:
    """What the finished run's report tells."""
    return read_report(run_dir)
