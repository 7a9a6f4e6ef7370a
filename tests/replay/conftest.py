"""The recorded run, and who tells lies about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.timeline import RunEvidence, load
from tests.replay.recorded import unpacked
from tests.replay.telling import Teller


@pytest.fixture(scope="session")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(tmp_path_factory.mktemp("held"))


@pytest.fixture(scope="session")
def held(journal: Path) -> RunEvidence:
    return load(journal)


@pytest.fixture
def told(journal: Path, held: RunEvidence, tmp_path: Path) -> Teller:
    return Teller(journal, held, tmp_path / "journal.jsonl")
