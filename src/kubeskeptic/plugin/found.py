"""The findings of this session in the form of journal records, for the report formats of pytest and other plug-ins.

They come from the session and not from the journal, so that a replay reports its new verdicts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.claims import catalogue
from kubeskeptic.journal import read
from kubeskeptic.plugin.state import STATE
from kubeskeptic.reports.building import alone
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.writing import proofs_beside

Record = dict[str, Any]

_FOUND = pytest.StashKey[Record]()


def keep(item: pytest.Item, fields: Mapping[str, Any], scenario: str) -> None:
    """Store a test's finding, replacing any earlier one.

    :param fields: the fields of the journal's ``finding`` record
    """
    item.stash[_FOUND] = {"at": time.time(), **fields, "scenario": scenario, "test": item.nodeid}


def report_of(item: pytest.Item) -> Report | None:
    """Return the report of a test's finding; None when the test has none."""
    record = item.stash.get(_FOUND, None)
    if record is None:
        return None
    recording = getattr(getattr(item, "judge", None), "recording", None)
    return alone(record, run_of(item.config), recording, catalogue(), _proofs(item.config))


def run_of(config: pytest.Config) -> Record:
    """Return the run's record: from its journal, or as planned if there is no record yet."""
    state = config.stash[STATE]
    journal = state.evidence
    planned: Record = {"id": state.options.id, "seed": state.options.seed}
    if state.replay is None:
        planned["command"] = state.options.again()
    records = read(journal) if journal else iter(())
    return planned | next((record for record in records if record["kind"] == "run"), {})


def _proofs(config: pytest.Config) -> list[Record]:
    state = config.stash[STATE]
    folder: Path = state.replay or state.options.folder
    return proofs_beside(folder.parent if folder.is_file() else folder)
