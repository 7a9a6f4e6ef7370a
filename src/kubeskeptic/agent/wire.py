"""A batch of samples as JSON, built piece by piece so that it does not delay questions.

::

    {"boot", "agent" (pod), "node",
     "wall", "mono"            the moment of the answer on both clocks
     "first", "cursor"         the samples are numbers first … cursor - 1 of this boot; continue with after=cursor
     "recorded"                samples ever recorded: there is more to fetch while cursor < recorded
     "lost"                    samples between the caller's cursor and first that were dropped
     "lag_p99_ms"              how late the questions of this batch were asked, 99th percentile, milliseconds; 0 without samples
     "cpu_s", "rss_mib", "questions"   processor time, memory now, questions asked, all since the boot
     "in_flight"               questions whose outcome is not known yet
     "unknowns": {reason: count}       why outcomes were unknown, since the boot
     "realtime", "realtime_why_not"   whether the agent's threads all have real-time priority now; why they gave it back, or ""
     "gaps": [{"id", "probe", "scenario", "since", "until", "ticks", "reason"}]   probe "": a stall of an asker
     "probes": [{"name", "scenario", "number", "period", "t0"}]   number: since the boot, never reused
     "names": [""…],           who answered (:mod:`kubeskeptic.agent.answered_by`)
     "probe": [index in probes], "tick", "sent", "took", "outcome": [index in OUTCOMES], "by": [index in names], "port"}

``wall``, ``sent``, ``t0``, ``since`` and ``until`` are Unix times based on the same anchor (see
:mod:`kubeskeptic.agent.clock`), and ``took`` is in seconds. Samples are in the order in which their outcomes became known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from kubeskeptic.agent.buffer import Columns, Samples
from kubeskeptic.agent.clock import Moment
from kubeskeptic.agent.gaps import PROCESS, AgentGap
from kubeskeptic.agent.schedule import Plan

PIECE = 500
"""Samples per piece: about a millisecond of work."""


def batch(
    head: dict[str, Any],
    now: Moment,
    columns: Columns,
    samples: Samples,
    plans: Sequence[Plan],
    gaps: Iterable[AgentGap],
    running: Iterable[int],
) -> Iterator[bytes]:
    """Yield the pieces of a batch; joined they are one JSON object.

    :param head: the fields that are included unchanged
    :param plans: all plans by number; the batch lists the running ones and those that the samples refer to
    :param running: the numbers of the running ones
    """
    used = sorted({*running} | set(columns.probe))
    place = {number: at for at, number in enumerate(used)}
    name_place = {index: at for at, index in enumerate([0, *sorted(set(columns.by) - {0})])}
    lags: list[float] = []
    for piece in _ranges(len(columns.sent)):
        late = zip(columns.probe[piece], columns.tick[piece], columns.sent[piece], strict=True)
        lags.extend(sent - plans[number].due(tick) for number, tick, sent in late)
        yield b""
    whole = head | {
        "wall": round(now.wall, 6),
        "mono": round(now.mono, 6),
        "lag_p99_ms": round(_p99(lags) * 1000, 3),
        "unknowns": dict(samples.unknowns),
        "gaps": [_gap(gap, plans, now) for gap in gaps],
        "probes": [described(plans[number], now) for number in used],
        "names": [samples.names[index] for index in name_place],
    }
    yield json.dumps(whole, separators=(",", ":")).encode()[:-1]
    yield from _columns(columns, now, place, name_place)
    yield b"}"


def described(plan: Plan, now: Moment) -> dict[str, Any]:
    """Return a probe as described in answers; ``t0`` is the Unix time at which its question 0 was due."""
    return {
        "name": plan.spec.name,
        "scenario": plan.scenario,
        "number": plan.number,
        "period": plan.spec.period,
        "t0": round(now.wall_at(plan.t0), 6),
    }


def _gap(gap: AgentGap, plans: Sequence[Plan], now: Moment) -> dict[str, Any]:
    probe = None if gap.probe == PROCESS else plans[gap.probe]
    return {
        "id": gap.id,
        "probe": probe.spec.name if probe else "",
        "scenario": probe.scenario if probe else "",
        "since": round(now.wall_at(gap.since), 6),
        "until": round(now.wall_at(gap.until), 6),
        "ticks": gap.ticks,
        "reason": gap.reason,
    }


def _columns(columns: Columns, now: Moment, place: Mapping[int, int], name_place: Mapping[int, int]) -> Iterator[bytes]:
    anchor = now.wall - now.mono
    yield from _column("probe", columns.probe, lambda number: str(place[number]))
    yield from _column("tick", columns.tick, str)
    yield from _column("sent", columns.sent, lambda mono: f"{anchor + mono:.6f}")
    yield from _column("took", columns.took, "{:.6f}".format)
    yield from _column("outcome", columns.outcome, str)
    yield from _column("by", columns.by, lambda index: str(name_place[index]))
    yield from _column("port", columns.port, str)


def _column(name: str, values: Any, text: Callable[[Any], str]) -> Iterator[bytes]:
    yield f',"{name}":['.encode()
    for piece in _ranges(len(values)):
        yield (("," if piece.start else "") + ",".join(map(text, values[piece]))).encode()
    yield b"]"


def _ranges(length: int) -> Iterator[slice]:
    return (slice(start, start + PIECE) for start in range(0, length, PIECE))


def _p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))] if values else 0.0
