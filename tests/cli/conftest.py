"""A folder with nothing in it but reports, and two clusters that are healthy."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic import clusters, process


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "reports").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("KUBESKEPTIC_CLUSTER", "KUBESKEPTIC_REPORTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(process, "catch_signals", lambda: None)
    monkeypatch.setattr(clusters, "find", lambda name: object() if name in ("one", "two") else None)
    return tmp_path / "reports"
