"""What clients saw while something else changed the cluster: outages per target and node, and the steps at the time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.counting import counted
from kubeskeptic.timeline import Recording
from kubeskeptic.timeline.outages import Outage, outages

SCHEMA = 1
UPGRADE, WATCHED = "upgrade", "watched"
"""The acts in which something else changes the cluster: an in-place upgrade, or whatever `skeptic watch` observes."""
STEP = "upgrade_step"
"""The fault name under which the journal records a step of an upgrade."""
BETWEEN = "between steps"


@dataclass(frozen=True)
class StepSpan:
    """A step as recorded in the journal. For an unfinished step, ``end`` is the end of the recording."""

    name: str
    start: float
    end: float
    finished: bool


@dataclass(frozen=True)
class Disruption:
    """What was seen during one upgrade or one command, in one run. Times are Unix seconds.

    :param periods: seconds between two requests, by target: the resolution of lengths
    :param asked: lanes, as (target, node)
    :param seen: outages with the names of the steps that ran during them
    """

    run: str
    since: float
    until: float
    periods: dict[str, float]
    asked: tuple[tuple[str, str], ...]
    steps: tuple[StepSpan, ...]
    seen: tuple[tuple[Outage, tuple[str, ...]], ...]

    @property
    def longest(self) -> float:
        """The longest outage of any target on any node, in seconds."""
        return max((outage.seconds for outage, _ in self.seen), default=0.0)

    def of(self, target: str, node: str) -> list[Outage]:
        """Return the outages of one lane, in order."""
        return [outage for outage, _ in self.seen if (outage.probe, outage.node) == (target, node)]


def disruption(run: str, recording: Recording) -> Disruption | None:
    """Return what was seen while something else changed the cluster; None if there was no such act, or it did not begin."""
    act = recording.acts.get(UPGRADE) or recording.acts.get(WATCHED)
    if act is None or act.start is None:
        return None
    since, until = act.start, act.end or recording.last_known
    steps = tuple(_steps(recording, until))
    lanes = sorted(recording.lanes.items(), key=lambda item: (list(recording.specs).index(item[0][1]), item[0][0]))
    seen = [
        (outage, _during(steps, outage)) for _, lane in lanes for outage in outages(lane, since, until)
    ]  # fmt: skip
    periods = {probe: float(spec["period"]) for probe, spec in recording.specs.items()}
    return Disruption(
        run, since, until, periods, tuple((probe, node) for (node, probe), _ in lanes), steps, tuple(seen)
    )


def _steps(recording: Recording, until: float) -> Iterator[StepSpan]:
    for one in recording.faults:
        if one.fault == STEP and "applied" in one.phases:
            yield StepSpan(one.says, one.phases["applied"], one.phases.get("done", until), "done" in one.phases)


def _during(steps: Sequence[StepSpan], outage: Outage) -> tuple[str, ...]:
    then = tuple(step.name for step in steps if step.start <= outage.end and outage.start <= step.end)
    return then or ((BETWEEN,) if steps else ())


# -- formats -----------------------------------------------------------------------------------------------------------
def document(found: Disruption) -> dict[str, Any]:
    """Return the disruption for programs."""
    return {
        "schema": SCHEMA,
        "run": found.run,
        "since": found.since,
        "until": found.until,
        "resolution": {target: {"value": period, "unit": "s"} for target, period in found.periods.items()},
        "steps": [
            {"step": step.name, "begin": step.start, "seconds": round(step.end - step.start, 3), "finished": step.finished}
            for step in found.steps
        ],
        "outages": [_outage(found, outage, steps) for outage, steps in found.seen],
        "totals": [total(found, target, node) for target, node in found.asked],
    }  # fmt: skip


def _outage(found: Disruption, outage: Outage, steps: Sequence[str]) -> dict[str, Any]:
    return {
        "target": outage.probe,
        "node": outage.node,
        "begin": round(outage.start, 3),
        "after": round(outage.start - found.since, 3),
        "seconds": round(outage.seconds, 3),
        "failed": outage.failed,
        "asked": outage.asked,
        "outcomes": {str(outcome): many for outcome, many in outage.outcomes.most_common()},
        "ended": not outage.open,
        "steps": list(steps),
    }


def total(found: Disruption, target: str, node: str) -> dict[str, Any]:
    """Return the number of outages in one lane, and their total and maximum length in seconds."""
    seen = found.of(target, node)
    return {
        "target": target,
        "node": node,
        "outages": len(seen),
        "seconds": round(sum(outage.seconds for outage in seen), 3),
        "longest": round(max((outage.seconds for outage in seen), default=0.0), 3),
        "failed": sum(outage.failed for outage in seen),
    }


def markdown(found: Disruption) -> str:
    """Return the disruption as a Markdown section: totals, then each outage, then the steps."""
    lines = [f"### What clients saw during the upgrade (run {found.run})", ""]
    lines += ["| target | node | outages | unavailable in total | longest | failed |", "|---|---|---|---|---|---|"]
    for target, node in found.asked:
        one = total(found, target, node)
        lines.append(
            f"| {target} | {node} | {one['outages']} | {one['seconds']:.2f} s | {one['longest']:.2f} s | {one['failed']} |"
        )
    if found.seen:
        lines += [
            "",
            "| when (UTC) | after | target | node | how long | outcomes | step |",
            "|---|---|---|---|---|---|---|",
        ]
    for outage, steps in sorted(found.seen, key=lambda pair: pair[0].start):
        clock = datetime.fromtimestamp(outage.start, UTC).strftime("%H:%M:%S.%f")[:-3]
        still = ", still open at the end" if outage.open else ""
        lines.append(
            f"| {clock} | +{outage.start - found.since:.1f} s | {outage.probe} | {outage.node} | {outage.seconds:.2f} s{still} "
            f"| {outcomes(outage)} | {', '.join(steps)} |"
        )
    lines += ["", "| step | began | took |", "|---|---|---|"]
    for step in found.steps:
        took = f"{step.end - step.start:.1f} s" if step.finished else "not finished"
        lines.append(f"| {step.name} | +{step.start - found.since:.1f} s | {took} |")
    return "\n".join(lines) + "\n"


def summary(found: Disruption) -> list[str]:
    """Return one line for each target: the node with the most unavailability, and the longest outage with its step."""
    return [_line(found, target) for target in dict.fromkeys(target for target, _ in found.asked)]


def _line(found: Disruption, target: str) -> str:
    seen = [(outage, steps) for outage, steps in found.seen if outage.probe == target]
    nodes = [node for name, node in found.asked if name == target]
    if not seen:
        every = f"{found.periods[target] * 1000:.0f} ms"
        return f"{target}: no request failed, asked from {counted(len(nodes), 'node')} every {every}"
    worst = max((total(found, target, node) for node in nodes), key=lambda one: float(one["seconds"]))
    longest, steps = max(seen, key=lambda pair: pair[0].seconds)
    return (
        f"{target}: unavailable for {worst['seconds']:.2f} s in total on {worst['node']}; the longest outage was "
        f"{longest.seconds:.2f} s on {longest.node} ({outcomes(longest)}), during {', '.join(steps)}"
    )


def outcomes(outage: Outage) -> str:
    """Return the outcomes of an outage's failed requests, with their numbers."""
    told: list[tuple[Outcome, int]] = outage.outcomes.most_common()
    return ", ".join(f"{many} {outcome}" for outcome, many in told)
