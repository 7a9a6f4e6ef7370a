"""Which scenarios a record is about, however damaged it is."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline.damage import scenarios_of

PROBES = [{"scenario": "a"}, "no probe", {"scenario": 3}, {"scenario": ""}, {}, {"scenario": "b"}, {"scenario": "a"}]


@pytest.mark.parametrize(
    ("record", "about"),
    [
        ({"kind": "samples", "probes": PROBES}, ["a", "b"]),
        ({"kind": "samples", "probes": "none"}, []),
        ({"kind": "scenario", "id": "s", "scenario": "t"}, ["s"]),
        ({"kind": "act", "id": "s", "scenario": "t"}, ["t"]),
        ({"kind": "act", "probes": PROBES}, []),
        ({"kind": "act", "scenario": 7}, []),
        ({}, []),
    ],
)
def test_what_a_record_says_that_it_is_about(record: dict[str, Any], about: list[str]) -> None:
    assert scenarios_of(record) == about
