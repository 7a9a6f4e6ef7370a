"""The kinds of records, their fields, and what each field holds. Times are in Unix seconds, durations in seconds.

A field whose name ends with ``?`` may be absent or null. Every record also has ``at``, the time it was written, and ``kind``.
Unlisted fields are allowed; unlisted kinds come from later versions and are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, NamedTuple

from kubeskeptic.journal.file import Record


class Shape(NamedTuple):
    """What a field holds, in words and as a test."""

    words: str
    fits: Callable[[Any], bool]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _length(value: Any) -> bool:
    return _number(value) and value >= 0


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def _map_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(fits, value.values()))


def _object(**fields: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(fits(value.get(name)) for name, fits in fields.items())


def _finite(value: Any) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(map(_finite, inner))


ANY = Shape("anything but an infinite number", _finite)
CELLS = Shape("an object without infinite numbers", lambda value: isinstance(value, dict) and _finite(value))
TEXT = Shape("a string", _text)
NUMBER = Shape("a number", _number)
LENGTH = Shape("a length of time", _length)
FLAG = Shape("true or false", lambda value: isinstance(value, bool))
TEXTS = Shape("a list of strings", _list_of(_text))
COLUMN = Shape("a list", lambda value: isinstance(value, list))
OBJECT = Shape("an object", lambda value: isinstance(value, dict))
NAMED = Shape("an API object with a name", _object(metadata=_object(name=_text)))
ROLES = Shape("a string for each node", _map_of(_text))
VERSIONS = Shape("a version for each node", _map_of(_text))
KNOWN = Shape(
    "places and the cases of each claim in them", _object(within=_list_of(_text), cases=_map_of(_list_of(_text)))
)
VALUES = Shape("values with their units", _map_of(_object(value=_number, unit=_text)))
SOURCED = Shape("values with unit and source", _map_of(_object(**{"value": _number, "unit": _text, "from": _text})))
SETTINGS = Shape(
    "values with unit and source, none negative",
    _map_of(_object(**{"value": _length, "unit": _text, "from": _text})),
)
WINDOW = Shape("two times", lambda value: isinstance(value, list) and len(value) == 2 and all(map(_number, value)))
PROBES = Shape("probes with name, scenario and period", _list_of(_object(name=_text, scenario=_text, period=_number)))

KINDS: Mapping[str, Mapping[str, Shape]] = {
    # What is under test. Written again when more is known, such as START among the settings; `command` repeats the run.
    # `kubelets` has each node's version when the run began, `known` the cases in the run's version of the suites.
    "run": {"id": TEXT, "seed?": NUMBER, "kubernetes?": TEXT, "provider?": TEXT, "context?": TEXT, "nodes?": TEXTS,
            "roles?": ROLES, "kubelets?": VERSIONS, "settings?": SETTINGS, "harness?": TEXT, "command?": TEXT,
            "known?": KNOWN},
    # `clean` is null when the cluster could not be inspected. `why` says what is left or differs, or what prevented the
    # inspection. `changed` is what differs after a run whose purpose is to change the cluster.
    "run-ended": {"clean?": FLAG, "why?": TEXT, "changed?": TEXTS},
    # `phase` is start or end: the start has the `acts` that are needed, the end `irreducible` and `why` it was aborted.
    "scenario": {"id": TEXT, "phase": TEXT, "namespace?": TEXT, "test?": TEXT, "acts?": TEXTS,
                 "irreducible?": NUMBER, "why?": TEXT},
    # What the scenario knows and a check needs.
    "fact": {"scenario?": TEXT, "name": TEXT, "value": ANY},
    # What the scenario itself observed, cell by cell, through a command in a pod or on an object.
    "seen": {"scenario": TEXT, "act?": TEXT, "table": TEXT, "cells": CELLS},
    # `phase` is baseline, start or end: the baseline is clean from "baseline" to "start". The end has in `faults` the ids of
    # the faults injected during the act, and in `waited` the share of its time in which processes of the machine that all nodes
    # run on waited for a processor.
    "act": {"scenario?": TEXT, "act": TEXT, "phase": TEXT, "faults?": TEXTS, "waited?": LENGTH},
    # `phase` is intent, armed, applying, applied, bit, undoing, undone, healed, disarmed, done or failed. An intent has
    # `says`, `settings` and `undo`; bit and healed have `evidence`, a sentence.
    "fault": {"id": TEXT, "phase": TEXT, "fault?": TEXT, "scenario?": TEXT, "act?": TEXT, "targets?": TEXTS,
              "settings?": OBJECT, "says?": TEXT, "evidence?": TEXT},
    "probe": {"scenario": TEXT, "probe": TEXT, "spec": OBJECT, "nodes?": TEXTS},
    # The cluster's nodes, when they changed during the run. A node that joined is probed from its first sample on; the time
    # before is a `gap` of all its probes.
    "nodes": {"nodes": TEXTS, "joined?": TEXTS, "left?": TEXTS},
    # Whether the agent's process found itself with real-time priority, `how` it was given, and `why_not`; on each change.
    "priority": {"node": TEXT, "agent?": TEXT, "boot?": TEXT, "realtime": FLAG, "how?": TEXT, "why_not?": TEXT},
    # The agent's process did not run, so no probe of the node asked or read anything. An answer read at the end of the stall
    # may have arrived at any time during it: its `took` is an upper limit.
    "stall": {"node": TEXT, "boot?": TEXT, "since": NUMBER, "until": NUMBER, "error?": LENGTH},
    # One of the `processors` of the harness's machine ran nothing at all. `nodes` are the nodes on the same kernel.
    "pause": {"processor": NUMBER, "processors": NUMBER, "since": NUMBER, "until": NUMBER, "nodes": TEXTS},
    # `offset` converts the agent's clock to the harness's when added to it; `error` is how far it may be off. Columns have
    # equal length; `probe` indexes `probes`, `outcome` OUTCOMES, `by` `names` (as of kubeskeptic.agent.answered_by). A
    # sample's key is node, boot, probe (its `number` distinguishes probes of one name in one boot) and tick. Every question
    # asked is a sample; if a stall left it in doubt, its outcome is unknown. `unknowns` counts the reasons.
    "samples": {"node": TEXT, "agent?": TEXT, "boot?": TEXT, "realtime?": FLAG, "offset": NUMBER, "error": LENGTH,
                "probes": PROBES, "names": TEXTS, "unknowns?": OBJECT, "probe": COLUMN, "tick": COLUMN, "sent": COLUMN,
                "took": COLUMN, "outcome": COLUMN, "by": COLUMN, "port": COLUMN},
    # `source` is probe (of `node`; all its probes when `probe` is empty) or watch (of `resource`); `until` is null while
    # open; `ticks` counts the missing questions, null when they are of all kinds.
    "gap": {"source": TEXT, "scenario?": TEXT, "node?": TEXT, "probe?": TEXT, "resource?": TEXT, "since": NUMBER,
            "until?": NUMBER, "reason": TEXT, "ticks?": NUMBER},
    # `type` is LISTED, ADDED, MODIFIED or DELETED; `resource` is the object's kind; `age` is the change's maximum age;
    # `written` is when the API server last wrote the object, to the second; `by` lists the field managers that wrote the
    # change, each as MANAGER or MANAGER/SUBRESOURCE, where the object's `managedFields` say so.
    "change": {"scenario?": TEXT, "resource": TEXT, "type": TEXT, "seen": NUMBER, "age?": LENGTH, "written?": NUMBER,
               "by?": TEXTS, "object": NAMED},
    # An outage of known length on each node, and its measured length; `edges` is how late its edges were probed.
    "instrument": {"node": TEXT, "injected?": NUMBER, "measured?": NUMBER, "tick?": NUMBER, "proven?": FLAG,
                   "attempts?": NUMBER, "edges?": NUMBER},
    # `test` is a node id; `window` is since and until; `must_break` lists the sabotages that must turn the finding violated;
    # `digest` is a hash of the test and the checks that it calls.
    "finding": {"claim": TEXT, "verdict": TEXT, "scenario?": TEXT, "test?": TEXT, "case?": TEXT, "why?": TEXT, "post?": TEXT,
                "bounds?": SOURCED, "measured?": VALUES, "nodes?": TEXTS, "window?": WINDOW, "probes?": TEXTS,
                "decisive?": TEXTS, "must_break?": TEXTS, "digest?": TEXT},
    # Logs, events and states in `folder`, inside the run's folder, taken `before` an undo; `missing` lists what is not there.
    "evidence": {"scenario?": TEXT, "act": TEXT, "before": TEXT, "folder": TEXT, "files": NUMBER, "missing?": TEXTS},
    "sabotage": {"id": TEXT, "says?": TEXT},
}  # fmt: skip


def wrong_field(record: Record) -> str:
    """Return which field of a record has the wrong shape, as part of a sentence; empty when all fields fit."""
    shapes = {"at": NUMBER, **KINDS.get(record["kind"], {})}
    for name, shape in shapes.items():
        value = record.get(name.rstrip("?"))
        missing = value is None and name.endswith("?")
        if not missing and (name.rstrip("?") not in record or not shape.fits(value)):
            return f"the field “{name.rstrip('?')}” of its {record['kind']} record is not {shape.words}"
    return ""
