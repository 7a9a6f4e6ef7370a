"""A journal for the tests of the timeline."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from kubeskeptic.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal whose lines are written at 0, 1, 2, … s."""
    clock = count()
    return Journal(tmp_path / "journal.jsonl", clock=lambda: float(next(clock)))
