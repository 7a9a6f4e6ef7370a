"""The kinds of records, their fields, and what each field holds. Times are Unix seconds, lengths of time are seconds.

A field whose name ends with ``?`` may be absent or null. Every record also has ``at``, when it was written, and ``kind``.
Fields that are not listed are allowed; kinds that are not listed are those of later versions, and are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, NamedTuple

from kubeskeptic.journal.file import Record


class Shape(NamedTuple):
    """What a field holds: in words, and as a test."""

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
TEXT = Shape("a text", _text)
NUMBER = Shape("a number", _number)
LENGTH = Shape("a length of time", _length)
FLAG = Shape("true or false", lambda value: isinstance(value, bool))
TEXTS = Shape("a list of texts", _list_of(_text))
COLUMN = Shape("a list", lambda value: isinstance(value, list))
OBJECT = Shape("an object", lambda value: isinstance(value, dict))
NAMED = Shape("an API object with a name", _object(metadata=_object(name=_text)))
ROLES = Shape("a text for each node", _map_of(_text))
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
    # What is under test. Written again when more is known, such as START among the settings; `command` runs it again.
    # `kubelets` has each node's version as the run began, `known` the cases that its version of the suites has.
    "run": {"id": TEXT, "seed?": NUMBER, "kubernetes?": TEXT, "provider?": TEXT, "context?": TEXT, "nodes?": TEXTS,
            "roles?": ROLES, "kubelets?": VERSIONS, "settings?": SETTINGS, "harness?": TEXT, "command?": TEXT,
            "known?": KNOWN},
    # `clean` is null when the cluster could not be looked at. `why` says what is left or differs, or what was in the way of
    # looking. `changed` is what differs after a run that is there to change the cluster.
    "run-ended": {"clean?": FLAG, "why?": TEXT, "changed?": TEXTS},
    # `phase` is start or end; at the start the `acts` that are needed, at the end `irreducible` and `why` it broke off.
    "scenario": {"id": TEXT, "phase": TEXT, "namespace?": TEXT, "test?": TEXT, "acts?": TEXTS,
                 "irreducible?": NUMBER, "why?": TEXT},
    # What the story knows and a check needs.
    "fact": {"scenario?": TEXT, "name": TEXT, "value": ANY},
    # What the scenario itself saw, cell by cell, by a command in a pod or on an object.
    "seen": {"scenario": TEXT, "act?": TEXT, "table": TEXT, "cells": CELLS},
    # `phase` is baseline, start or end: the baseline is clean from "baseline" to "start". At the end `faults` has the ids of
    # those that were injected in it.
    "act": {"scenario?": TEXT, "act": TEXT, "phase": TEXT, "faults?": TEXTS},
    # `phase` is intent, armed, applying, applied, bit, undoing, undone, healed, disarmed, done or failed. Intent has `says`,
    # `settings` and `undo`; bit and healed have `evidence`, a sentence.
    "fault": {"id": TEXT, "phase": TEXT, "fault?": TEXT, "scenario?": TEXT, "act?": TEXT, "targets?": TEXTS,
              "settings?": OBJECT, "says?": TEXT, "evidence?": TEXT},
    "probe": {"scenario": TEXT, "probe": TEXT, "spec": OBJECT, "nodes?": TEXTS},
    # The cluster's nodes, when they changed during the run. A node that joined is asked from its first sample on; before that
    # there is a `gap` of all its probes.
    "nodes": {"nodes": TEXTS, "joined?": TEXTS, "left?": TEXTS},
    # Whether the agent's process had real-time priority, as it found it, `how` it was given, and `why_not`; when it changes.
    "priority": {"node": TEXT, "agent?": TEXT, "boot?": TEXT, "realtime": FLAG, "how?": TEXT, "why_not?": TEXT},
    # The agent's process did not run, so that no probe of the node asked or read anything. An answer that was read at its end
    # may have come at any time in it: `took` is its upper limit.
    "stall": {"node": TEXT, "boot?": TEXT, "since": NUMBER, "until": NUMBER, "error?": LENGTH},
    # One of the `processors` of the harness's machine ran nothing at all. `nodes` are those on the same kernel.
    "pause": {"processor": NUMBER, "processors": NUMBER, "since": NUMBER, "until": NUMBER, "nodes": TEXTS},
    # `offset` added to the agent's clock is the harness's, `error` how far that may be wrong. Columns of equal length; `probe`
    # indexes `probes`, `outcome` OUTCOMES, `by` `names`. A sample's key is node, boot, probe (its `number` tells apart probes
    # of one name in one boot) and tick. Names are those of kubeskeptic.agent.answered_by. Each question that was asked is a
    # sample; one that a stall left in doubt has the outcome unknown. `unknowns` counts why.
    "samples": {"node": TEXT, "agent?": TEXT, "boot?": TEXT, "realtime?": FLAG, "offset": NUMBER, "error": LENGTH,
                "probes": PROBES, "names": TEXTS, "unknowns?": OBJECT, "probe": COLUMN, "tick": COLUMN, "sent": COLUMN,
                "took": COLUMN, "outcome": COLUMN, "by": COLUMN, "port": COLUMN},
    # `source` is probe (of `node`; of all its probes when `probe` is empty) or watch (of `resource`); `until` is null if open;
    # `ticks` counts the questions that are missing, null when they are of all kinds.
    "gap": {"source": TEXT, "scenario?": TEXT, "node?": TEXT, "probe?": TEXT, "resource?": TEXT, "since": NUMBER,
            "until?": NUMBER, "reason": TEXT, "ticks?": NUMBER},
    # `type` is LISTED, ADDED, MODIFIED or DELETED; `resource` the kind of the object; `age` how old it may be; `written` when
    # the API server wrote it last, to the second.
    "change": {"scenario?": TEXT, "resource": TEXT, "type": TEXT, "seen": NUMBER, "age?": LENGTH, "written?": NUMBER,
               "object": NAMED},
    # An outage of known length on each node, and what was measured of it; `edges` is how late its edges were asked.
    "instrument": {"node": TEXT, "injected?": NUMBER, "measured?": NUMBER, "tick?": NUMBER, "proven?": FLAG,
                   "attempts?": NUMBER, "edges?": NUMBER},
    # `test` is a node id; `window` since and until; `must_break` the sabotages that must turn it violated, `digest` a hash of
    # the test and the checks that it calls.
    "finding": {"claim": TEXT, "verdict": TEXT, "scenario?": TEXT, "test?": TEXT, "case?": TEXT, "why?": TEXT, "post?": TEXT,
                "bounds?": SOURCED, "measured?": VALUES, "nodes?": TEXTS, "window?": WINDOW, "probes?": TEXTS,
                "decisive?": TEXTS, "must_break?": TEXTS, "digest?": TEXT},
    # Logs, events and states in `folder`, below the run's, taken `before` something was undone; `missing` says what is not.
    "evidence": {"scenario?": TEXT, "act": TEXT, "before": TEXT, "folder": TEXT, "files": NUMBER, "missing?": TEXTS},
    "sabotage": {"id": TEXT, "says?": TEXT},
}  # fmt: skip


def wrong_field(record: Record) -> str:
    """Return which field of a record has the wrong shape, as part of a sentence; empty when none has."""
    shapes = {"at": NUMBER, **KINDS.get(record["kind"], {})}
    for name, shape in shapes.items():
        value = record.get(name.rstrip("?"))
        missing = value is None and name.endswith("?")
        if not missing and (name.rstrip("?") not in record or not shape.fits(value)):
            return f"the field “{name.rstrip('?')}” of its {record['kind']} record is not {shape.words}"
    return ""
