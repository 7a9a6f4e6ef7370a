"""What is known of the run as a whole: which agents were proven, and what is not known without a record of the run."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.settings import Settings
from kubeskeptic.timeline import Lane, Recording, RunEvidence


def evidence(run: dict[str, Any], *instrument: dict[str, Any]) -> RunEvidence:
    return RunEvidence(run, None, Settings({}), {}, [], list(instrument), [], 0)


@pytest.mark.parametrize(
    ("injected", "measured", "tick", "proven"),
    [
        (0.51, 0.52, 0.02, True),
        (0.5, 0.25, 0.25, True),
        (0.5, 0.24, 0.25, False),
        (0.25, 0.25, 0.25, False),
        (0.0, 0.0, 0.02, False),
        (0.51, 5.0, 10.0, False),
    ],
)
def test_an_outage_that_is_no_longer_than_a_tick_proves_nothing(
    injected: float, measured: float, tick: float, proven: bool
) -> None:
    one = {"node": "n1", "proven": True, "injected": injected, "measured": measured, "tick": tick}
    asked = Recording("a", lanes={("n1", "web"): Lane("n1", "web", 0.02)})
    assert evidence({"id": "r"}, one).unproven(asked) == (frozenset() if proven else {"n1"})


@pytest.mark.parametrize(("run", "error"), [({}, Inconclusive), ({"id": "r"}, NotAsked)])
def test_nobody_said_that_a_setting_cannot_be_read(run: dict[str, Any], error: type[Exception]) -> None:
    one = Recording("a")
    evidence(run).fill(one)
    with pytest.raises(error, match="SYNC"):
        one.settings.setting("SYNC")
