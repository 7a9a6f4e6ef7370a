"""A record with a field of the wrong shape is named with its field."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.journal import kinds
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
MORE: dict[str, Any] = {"kubelets": {"n1": "v1.37.2"}, "known": {"within": ["suites"], "cases": {"c": ["once", ""]}}}
FINDING = {"at": 1.0, "kind": "finding", "claim": "c", "verdict": "holds"}
PROBE = {"name": "web", "scenario": "s", "period": 0.02}
SAMPLES: dict[str, Any] = {"at": 1.0, "kind": "samples", "node": "n", "offset": 0, "error": 0, "probes": [PROBE], "names": [""],
                           **{name: [] for name in ("probe", "tick", "sent", "took", "outcome", "by", "port")}}  # fmt: skip


@pytest.mark.parametrize("record", [GAP, GAP | {"until": None}, CHANGE, RUN, RUN | MORE, FINDING, FINDING | {"post": None},
                                    SAMPLES, {"at": 1.0, "kind": "of a later version"}])  # fmt: skip
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
        ({"at": 1.0, "kind": "gap", "source": "probe", "since": 1.0}, "the field “reason” of its gap record is not a string"),
        (CHANGE | {"object": {"metadata": {}}}, "the field “object” of its change record is not an API object with a name"),
        (CHANGE | {"object": []}, "the field “object” of its change record is not an API object with a name"),
        (RUN | {"settings": {"GRACE": 50}},
         "the field “settings” of its run record is not values with unit and source, none negative"),
        (RUN | {"settings": {"GRACE": {"value": "50", "unit": "s", "from": ""}}},
         "the field “settings” of its run record is not values with unit and source, none negative"),
        (RUN | {"nodes": "n1"}, "the field “nodes” of its run record is not a list of strings"),
        (RUN | {"nodes": [1]}, "the field “nodes” of its run record is not a list of strings"),
        (RUN | {"roles": {"n1": 1}}, "the field “roles” of its run record is not a string for each node"),
        (RUN | {"kubelets": {"n1": 1}}, "the field “kubelets” of its run record is not a version for each node"),
        (RUN | {"known": {"within": ["suites"]}},
         "the field “known” of its run record is not places and the cases of each claim in them"),
        (RUN | {"known": {"within": ["suites"], "cases": {"c": "once"}}},
         "the field “known” of its run record is not places and the cases of each claim in them"),
        (RUN | {"id": 1}, "the field “id” of its run record is not a string"),
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


FIELDS = """
run          id TEXT, seed? NUMBER, kubernetes? TEXT, provider? TEXT, context? TEXT, nodes? TEXTS, roles? ROLES, \
kubelets? VERSIONS, settings? SETTINGS, harness? TEXT, command? TEXT, known? KNOWN
run-ended    clean? FLAG, why? TEXT, changed? TEXTS
scenario     id TEXT, phase TEXT, namespace? TEXT, test? TEXT, acts? TEXTS, irreducible? NUMBER, why? TEXT
fact         scenario? TEXT, name TEXT, value ANY
seen         scenario TEXT, act? TEXT, table TEXT, cells CELLS
act          scenario? TEXT, act TEXT, phase TEXT, faults? TEXTS, waited? LENGTH
fault        id TEXT, phase TEXT, fault? TEXT, scenario? TEXT, act? TEXT, targets? TEXTS, settings? OBJECT, says? TEXT, \
evidence? TEXT
probe        scenario TEXT, probe TEXT, spec OBJECT, nodes? TEXTS
nodes        nodes TEXTS, joined? TEXTS, left? TEXTS
priority     node TEXT, agent? TEXT, boot? TEXT, realtime FLAG, how? TEXT, why_not? TEXT
stall        node TEXT, boot? TEXT, since NUMBER, until NUMBER, error? LENGTH
pause        processor NUMBER, processors NUMBER, since NUMBER, until NUMBER, nodes TEXTS
samples      node TEXT, agent? TEXT, boot? TEXT, realtime? FLAG, offset NUMBER, error LENGTH, probes PROBES, names TEXTS, \
unknowns? OBJECT, probe COLUMN, tick COLUMN, sent COLUMN, took COLUMN, outcome COLUMN, by COLUMN, port COLUMN
gap          source TEXT, scenario? TEXT, node? TEXT, probe? TEXT, resource? TEXT, since NUMBER, until? NUMBER, reason TEXT, \
ticks? NUMBER
change       scenario? TEXT, resource TEXT, type TEXT, seen NUMBER, age? LENGTH, written? NUMBER, by? TEXTS, object NAMED
instrument   node TEXT, injected? NUMBER, measured? NUMBER, tick? NUMBER, proven? FLAG, attempts? NUMBER, edges? NUMBER
finding      claim TEXT, verdict TEXT, scenario? TEXT, test? TEXT, case? TEXT, why? TEXT, post? TEXT, bounds? SOURCED, \
measured? VALUES, nodes? TEXTS, window? WINDOW, probes? TEXTS, decisive? TEXTS, must_break? TEXTS, digest? TEXT
evidence     scenario? TEXT, act TEXT, before TEXT, folder TEXT, files NUMBER, missing? TEXTS
sabotage     id TEXT, says? TEXT
"""
"""Journals of earlier versions have these: a field that is no longer tested lets another journal be believed."""
FITS: dict[str, tuple[list[Any], list[Any]]] = {
    "ANY": ([1, 0.5, "x", None, [], {"x": [1]}], [float("nan"), [float("inf")], {"x": {"y": [0, float("-inf")]}}]),
    "CELLS": ([{}, {"x": [1, {"y": 0.5}]}], [[], "x", None, {"x": float("nan")}, {"x": [{"y": float("inf")}]}]),
    "TEXT": (["", "x"], [1, None, ["x"]]),
    "NUMBER": ([0, -1, 1.5], [True, "1", None, float("nan"), float("inf")]),
    "LENGTH": ([0, 1.5], [-1, -0.001, True, "1", None, float("nan"), float("inf")]),
    "FLAG": ([True, False], [0, 1, "true", None]),
    "TEXTS": ([[], ["x", "y"]], ["x", ["x", 1], ("x",), None]),
    "COLUMN": ([[], [1, "x"]], [(), "x", {}, None]),
    "OBJECT": ([{}, {"x": 1}], [[], "x", None]),
    "NAMED": ([{"metadata": {"name": "x"}}], [{}, {"metadata": {}}, {"metadata": {"name": 1}}, {"metadata": "x"}, []]),
    "ROLES": ([{}, {"n1": "worker"}], [{"n1": "worker", "n2": 1}, [], "x"]),
    "VERSIONS": ([{}, {"n1": "v1.37.2"}], [{"n1": None}, [], "v1.37.2"]),
    "KNOWN": ([{"within": [], "cases": {}}, {"within": ["suites"], "cases": {"c": ["", "once"]}}],
              [{}, {"within": ["suites"]}, {"cases": {}}, {"within": "suites", "cases": {}}, {"within": [], "cases": []},
               {"within": [], "cases": {"c": "once"}}, []]),
    "VALUES": ([{}, {"x": {"value": 1, "unit": "s"}}],
               [{"x": 1}, {"x": {"value": 1}}, {"x": {"unit": "s"}}, {"x": {"value": "1", "unit": "s"}}, []]),
    "SOURCED": ([{}, {"x": {"value": 1, "unit": "s", "from": "y"}}],
                [{"x": 1}, {"x": {"value": 1, "unit": "s"}}, {"x": {"unit": "s", "from": "y"}},
                 {"x": {"value": 1, "from": "y"}}, {"x": {"value": "1", "unit": "s", "from": "y"}}, []]),
    "SETTINGS": ([{}, {"x": {"value": 0, "unit": "s", "from": "y"}}],
                 [{"x": {"value": -1, "unit": "s", "from": "y"}}, {"x": {"value": 1, "unit": "s"}},
                  {"x": {"unit": "s", "from": "y"}}, {"x": {"value": 1, "from": "y"}}, []]),
    "WINDOW": ([[1, 2.5]], [[1], [1, 2, 3], [1, "2"], (1, 2), "12"]),
    "PROBES": ([[], [PROBE], [PROBE, PROBE]],
               [{}, [PROBE, {}], *([{**PROBE, name: None}] for name in PROBE), [{**PROBE, "period": "1"}]]),
}  # fmt: skip
"""Of each shape what fits it and what does not."""


def described() -> dict[str, dict[str, str]]:
    rows = [line.split(maxsplit=1) for line in FIELDS.strip().splitlines()]
    return {kind: dict(field.split() for field in fields.split(", ")) for kind, fields in rows}


def test_the_fields_of_every_kind() -> None:
    shapes = {id(getattr(kinds, name)): name for name in FITS}
    assert {
        kind: {field: shapes[id(shape)] for field, shape in has.items()} for kind, has in KINDS.items()
    } == described()


@pytest.mark.parametrize("name", FITS)
def test_what_fits_a_shape(name: str) -> None:
    right, wrong = FITS[name]
    shape = getattr(kinds, name)
    assert [shape.fits(one) for one in right] == [True] * len(right)
    assert [one for one in wrong if shape.fits(one)] == []


def test_only_a_field_that_may_be_absent_may_be_null() -> None:
    assert wrong_field({"at": 1.0, "kind": "fact", "name": "x", "value": None}) == ""
    assert "“value” of its fact record" in wrong_field({"at": 1.0, "kind": "fact", "name": "x"})
    assert "“name” of its fact record" in wrong_field({"at": 1.0, "kind": "fact", "name": None, "value": 1})
