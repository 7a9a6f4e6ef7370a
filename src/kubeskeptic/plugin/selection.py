"""Which tests run: every claim must be in the catalogue."""

from __future__ import annotations

import pytest

from kubeskeptic.claims import claim
from kubeskeptic.errors import SkepticError
from kubeskeptic.plugin.judging import claim_of


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a claim that is not in the catalogue, before anything is touched."""
    for item in items:
        id_, _ = claim_of(item)
        if not id_:
            continue
        try:
            claim(id_)
        except SkepticError as error:
            raise pytest.UsageError(f"{item.nodeid}: {error}") from error
