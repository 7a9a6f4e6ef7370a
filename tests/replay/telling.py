"""Lies that tests tell about the recorded run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from kubeskeptic.findings import Finding
from kubeskeptic.journal import Record
from kubeskeptic.timeline import RunEvidence, load
from tests.journal.rewriting import Change, rewritten

from .recorded import OK, Sample, judged, samples, start_of

PODS, NODES = "services/pod_killed", "nodes/node_crashes"


class Teller:
    """Tells lies about the recorded run."""

    def __init__(self, journal: Path, held: RunEvidence, target: Path) -> None:
        self.journal, self.held, self.target = journal, held, target

    def when(self, act: str, scenario: str = PODS) -> float:
        return start_of(self.held, scenario, act)

    def __call__(self, case: str, change: Change) -> Finding:
        self.target.unlink(missing_ok=True)
        return judged(load(rewritten(self.journal, self.target, change)), case)

    def raw(self, case: str, lines: list[bytes]) -> Finding:
        self.target.write_bytes(b"".join(lines))
        return judged(load(self.target), case)


# -- samples -------------------------------------------------------------------------------------------------------------
def within(probe: str, since: float, until: float, outcome: int = OK, **more: object) -> Change:
    """Every question of a probe that was sent in a stretch of time ended otherwise."""

    def edit(node: str, name: str, sent: float, one: Sample) -> Sample:
        return one | {"outcome": outcome, **more} if name == probe and since <= sent < until else one

    return samples(edit)


def without(probe: str, since: float, until: float, node: str = "") -> Change:
    """No question of a probe was asked in a stretch of time."""

    def edit(from_: str, name: str, sent: float, one: Sample) -> Sample | None:
        return None if name == probe and since <= sent < until and node in ("", from_) else one

    return samples(edit)


# -- who answers ---------------------------------------------------------------------------------------------------------
def named(wanted: str, by: str) -> Change:
    """Every good answer of a probe was given by one and the same pod."""

    def change(record: Record) -> Iterable[Record]:
        if record["kind"] != "samples":
            return [record]
        names = [*record["names"], by]
        probes = [probe["name"] for probe in record["probes"]]
        bys = [
            len(names) - 1 if probes[p] == wanted and b else b
            for p, b in zip(record["probe"], record["by"], strict=True)
        ]
        return [record | {"names": names, "by": bys}]

    return change


# -- the file ------------------------------------------------------------------------------------------------------------
def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


# -- faults, settings, watches -------------------------------------------------------------------------------------------
def phase(act: str, name: str, **more: object) -> Change:
    return lambda record: [
        record | more if record["kind"] == "fault" and record.get("act") == act and record["phase"] == name else record
    ]


def act_phase(scenario: str, act: str, name: str, at: float | None) -> Change:
    """A phase of an act was reached at another time; None: it was never reached."""

    def change(record: Record) -> Iterable[Record]:
        if (record["kind"], record.get("scenario"), record.get("act")) != ("act", scenario, act):
            return [record]
        return [record] if record["phase"] != name else [record | {"at": at}] if at is not None else []

    return change


def both(one: Change, other: Change) -> Change:
    return lambda record: (last for first in one(record) for last in other(first))


def of_object(kind: str, name: str, edit: Callable[[Record], Record], since: float = 0.0) -> Change:
    """The changes of one object that were seen from a moment on say something else."""

    def change(record: Record) -> Iterable[Record]:
        mine = record["kind"] == "change" and record["resource"] == kind and record["seen"] >= since
        return [edit(record) if mine and record["object"]["metadata"]["name"] == name else record]

    return change


def setting(name: str, node: str, value: float) -> Change:
    """A setting has another value on one node, and thereby another largest value."""

    def change(record: Record) -> Iterable[Record]:
        if record["kind"] == "run" and name in record.get("settings", {}):
            one = record["settings"][name]
            one["per_node"][node] = value
            one["value"] = max(one["per_node"].values())
        return [record]

    return change
