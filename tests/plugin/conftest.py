"""A test about a claim. Inner runs take modules that they import away when they end; all must see the same ones."""

from pathlib import Path

import pytest

import kubeskeptic.plugin.cases
import kubeskeptic.scenarios  # noqa: F401 - imported for good, before any inner run
from tests.plugin.asked import Asked


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)
