"""The cluster that the tests of undoing look into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.faults import Site
from kubeskeptic.journal import Journal

from .doubles import FakeEngine, FakeKube, Ours


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Two nodes that run, nothing of ours in them, and a journal."""
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    nodes = (SimpleNamespace(name="n1", role="control-plane"), SimpleNamespace(name="n2", role="worker"))
    cluster: Any = SimpleNamespace(name="c", kind_name="c", nodes=nodes, engine=FakeEngine())
    kube: Any = FakeKube()
    guard: Any = Ours()
    with closing(Journal(tmp_path / "own.jsonl")) as journal:
        yield Site(cluster, kube, journal, guard, "status", 0)
