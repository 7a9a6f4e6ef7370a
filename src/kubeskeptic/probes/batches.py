"""What the answers of an agent say: batches of samples, the journal records made of them, and the offset of its clock. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.durations import HOLE, LATE
from kubeskeptic.errors import Unanswered
from kubeskeptic.probes.recent_samples import LaneKey, Look

HEAD = ("boot", "wall", "first", "recorded", "questions", "gaps", "probes", "names")
"""Required fields besides the columns."""
COLUMNS = ("probe", "tick", "sent", "took", "outcome", "by", "port")
_OK = OUTCOMES.index(Outcome.OK)


@dataclass(frozen=True)
class Batch:
    """One answer of an agent; its fields are those of :mod:`kubeskeptic.agent.wire`."""

    raw: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.raw[name]
        except KeyError as missing:
            raise AttributeError(name) from missing

    def __len__(self) -> int:
        return len(self.raw["sent"])

    @property
    def drained(self) -> bool:
        """Whether nothing is left to fetch."""
        return bool(self.raw["cursor"] >= self.raw["recorded"])

    @property
    def in_flight(self) -> int:
        """The maximum number of questions that were asked and whose outcome is not known yet."""
        return int(self.raw["questions"] - self.raw["recorded"])

    @property
    def realtime(self) -> bool:
        """Whether the agent's process had real-time priority when it answered."""
        return bool(self.raw.get("realtime"))

    @property
    def stalls(self) -> list[dict[str, Any]]:
        """The gaps of the agent's process as a whole."""
        return [gap for gap in self.raw["gaps"] if not gap["probe"]]

    @property
    def missed(self) -> list[dict[str, Any]]:
        """The gaps of single probes."""
        return [gap for gap in self.raw["gaps"] if gap["probe"]]

    def record(self, node: str, offset: float, error: float) -> dict[str, Any]:
        """Return the ``samples`` record (:mod:`kubeskeptic.journal.kinds`)."""
        kept: dict[str, Any] = {"node": node, "agent": self.raw["agent"], "boot": self.raw["boot"]}
        kept |= {"offset": round(offset, 6), "error": round(error, 6), "realtime": self.realtime}
        kept |= {"probes": self.raw["probes"], "names": self.raw["names"]}
        kept |= {name: self.raw[name] for name in COLUMNS}
        return kept | ({"unknowns": self.raw["unknowns"]} if self.raw.get("unknowns") else {})

    def looks(self, node: str, offset: float) -> Iterator[tuple[LaneKey, list[Look]]]:
        """Yield the samples by lane, with times on the harness's clock."""
        by_probe: list[list[Look]] = [[] for _ in self.raw["probes"]]
        columns = (self.raw[name] for name in ("probe", "tick", "sent", "outcome", "took"))
        for probe, tick, sent, outcome, took in zip(*columns, strict=True):
            by_probe[probe].append(Look(tick, sent + offset, outcome != _OK or took > LATE))
        for probe, looks in zip(self.raw["probes"], by_probe, strict=True):
            if looks:
                yield LaneKey(probe["scenario"], node, probe["name"]), looks

    def ticks_of(self, gap: dict[str, Any]) -> range:
        """Return the ticks of a gap that the agent reports; none if the batch no longer describes that probe."""
        for probe in self.raw["probes"]:
            if (probe["scenario"], probe["name"]) == (gap["scenario"], gap["probe"]):
                # A question is due, and then sent, within the period of its tick. 0.01 is added as times are rounded.
                first = math.floor((gap["since"] - probe["t0"]) / probe["period"] + 0.01)
                # Askers take turns, so the ticks that one of them skipped are not adjacent.
                step = max(1, round((gap["until"] - gap["since"]) / probe["period"] / max(gap["ticks"], 1)))
                return range(first, first + gap["ticks"] * step, step)
        return range(0)


def joined(gaps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return reported gaps; those of one probe and reason less than :data:`~kubeskeptic.durations.HOLE` apart are merged.

    A busy machine skips single questions, dozens of times a second. The ticks of the samples show which ones, and checks use
    those. The number of questions is kept.
    """
    found: list[dict[str, Any]] = []
    last: dict[tuple[str, ...], dict[str, Any]] = {}
    for gap in sorted(gaps, key=lambda one: float(one["since"])):
        key = (gap["scenario"], gap["probe"], gap["reason"])
        before = last.get(key)
        if before is not None and gap["since"] - before["until"] < HOLE:
            before["until"] = max(before["until"], gap["until"])
            before["ticks"] += gap["ticks"]
            continue
        last[key] = dict(gap)
        found.append(last[key])
    return found


def parse(answer: bytes, pod: str) -> Batch:
    """Return the batch in an answer.

    A pod's address may have been reassigned while the API server still has it for the old pod, so the answer must name the
    agent that was asked.

    :raises Unanswered: when the answer is not a batch, or not from this agent
    """
    try:
        raw = json.loads(answer)
        if raw["agent"] != pod:
            raise Unanswered(f"{raw['agent']} answered at the address of {pod}")
        lengths = {len(raw[name]) for name in COLUMNS}
        if len(lengths) != 1 or not raw.keys() >= set(HEAD) or raw["cursor"] - raw["first"] not in lengths:
            raise Unanswered(f"the batch of {pod} is incomplete")
    except (ValueError, KeyError, TypeError) as strange:
        raise Unanswered(f"the responder at the address of {pod} is not an agent: {answer[:80]!r}") from strange
    return Batch(raw)


DRIFT = 200e-6
"""Seconds per second that two clocks may drift apart: the drift of a bad crystal (100 ppm), twice, as there are two."""


class Offset:
    """The estimated offset of an agent's clock, as narrow as its answers allow: add it to the agent's times to get ours.

    ::

        harness   send ●──────────────────● receive        the agent read its clock somewhere in between, so
        agent                 ● wall                       send − wall ≤ offset ≤ receive − wall

    Each answer gives such an interval, and the true offset lies in all of them. Clocks drift apart slowly, so older intervals
    are widened. If a new interval does not overlap the earlier ones, a clock was stepped, and only the new interval counts.
    """

    def __init__(self) -> None:
        self.steps = 0
        """How often one of the clocks was stepped."""
        self._low = self._high = 0.0
        self._at: float | None = None

    @property
    def seconds(self) -> float:
        """The offset itself."""
        return (self._low + self._high) / 2

    @property
    def error(self) -> float:
        """By how much the offset may be wrong, in seconds."""
        return (self._high - self._low) / 2

    def learn(self, sent: float, wall: float, received: float) -> None:
        """Update the offset from one answer.

        :param sent: when the request was sent, on our clock
        :param wall: when the agent answered, on its clock
        :param received: when the answer had arrived, on our clock
        """
        low, high = sent - wall, received - wall
        if self._at is not None:
            widened = DRIFT * abs(received - self._at)
            narrow_low, narrow_high = max(low, self._low - widened), min(high, self._high + widened)
            if narrow_low <= narrow_high:
                low, high = narrow_low, narrow_high
            else:
                self.steps += 1
        self._low, self._high, self._at = low, high, received
