"""A record with a field of the wrong shape is named with its field."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.journal.kinds import KINDS, wrong_field
from kubeskeptic.timeline.sorting import Sorter

GAP = {"at": 1.0, "kind": "gap", "source": "probe", "since": 1.0, "reason": "r"}
CHANGE = {
    "at": 1.0,
    "kind": "change",
    "resource": "Pod",
    "type": "ADDED",
    "seen": 1,
    "object": {"metadata": {"name": "x"}},
}
SETTINGS = {"GRACE": {"value": 50, "unit": "s", "from": "default"}}
RUN = {"at": 1.0, "kind": "run", "id": "r", "settings": SETTINGS}
FINDING = {"at": 1.0, "kind": "finding", "claim": "c", "verdict": "holds"}
PROBE = {"name": "web", "scenario": "s", "period": 0.02}
SAMPLES: dict[str, Any] = {"at": 1.0, "kind": "samples", "node": "n", "offset": 0, "error": 0, "probes": [PROBE], "names": [""],
                           **{name: [] for name in ("probe", "tick", "sent", "took", "outcome", "by", "port")}}  # fmt: skip


@pytest.mark.parametrize("record", [GAP, GAP | {"until": None}, CHANGE, RUN, FINDING, FINDING | {"post": None}, SAMPLES,
                                    {"at": 1.0, "kind": "of a later version"}])  # fmt: skip
def test_a_record_of_the_right_shape(record: dict[str, Any]) -> None:
    assert wrong_field(record) == ""


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (GAP | {"since": "now"}, "the field “since” of its gap record is not a number"),
        (GAP | {"since": True}, "the field “since” of its gap record is not a number"),
        (GAP | {"since": float("nan")}, "the field “since” of its gap record is not a number"),
        (GAP | {"since": None}, "the field “since” of its gap record is not a number"),
        (GAP | {"until": "later"}, "the field “until” of its gap record is not a number"),
        (GAP | {"at": None}, "the field “at” of its gap record is not a number"),
        ({"at": 1.0, "kind": "gap", "source": "probe", "since": 1.0}, "the field “reason” of its gap record is not a text"),
        (CHANGE | {"object": {"metadata": {}}}, "the field “object” of its change record is not an API object with a name"),
        (CHANGE | {"object": []}, "the field “object” of its change record is not an API object with a name"),
        (RUN | {"settings": {"GRACE": 50}}, "the field “settings” of its run record is not values with unit and source"),
        (RUN | {"settings": {"GRACE": {"value": "50", "unit": "s", "from": ""}}},
         "the field “settings” of its run record is not values with unit and source"),
        (RUN | {"nodes": "n1"}, "the field “nodes” of its run record is not a list of texts"),
        (RUN | {"nodes": [1]}, "the field “nodes” of its run record is not a list of texts"),
        (RUN | {"roles": {"n1": 1}}, "the field “roles” of its run record is not a text for each node"),
        (RUN | {"id": 1}, "the field “id” of its run record is not a text"),
        (FINDING | {"window": [1]}, "the field “window” of its finding record is not two times"),
        (FINDING | {"measured": {"x": {"value": 1}}},
         "the field “measured” of its finding record is not values with their units"),
        (SAMPLES | {"tick": None}, "the field “tick” of its samples record is not a list"),
        (SAMPLES | {"probes": [{"name": "web", "scenario": "s"}]},
         "the field “probes” of its samples record is not probes with name, scenario and period"),
    ],
)  # fmt: skip
def test_a_field_of_the_wrong_shape_is_named(record: dict[str, Any], said: str) -> None:
    assert wrong_field(record) == said


def test_every_kind_that_is_read_is_described() -> None:
    assert set(Sorter().kinds) <= set(KINDS)
