"""From a journal's file to recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kubeskeptic.bounds import Settings
from kubeskeptic.durations import CLOCK_DOUBT
from kubeskeptic.journal import Record, read
from kubeskeptic.timeline.faults import FaultSpan
from kubeskeptic.timeline.recording import ActSpan, Change, Gap, Recording, RunEvidence, Taken
from kubeskeptic.timeline.samples import Lane


def load(path: Path) -> RunEvidence:
    """Everything a journal holds, sorted into its scenarios.

    :raises BadInput: when there is no such journal
    """
    loader = _Loader()
    for record in read(path):
        loader.take(record)
    return loader.finish()


class _Loader:
    """Takes records one by one, in the order they were written."""

    def __init__(self) -> None:
        self.evidence = RunEvidence({}, None, Settings({}), {}, [], [], [], 0)
        self.owner: dict[tuple[str, str], Recording] = {}
        self.stray: list[Gap] = []
        self._take: dict[str, Callable[[Record], None]] = {
            "run": self._run,
            "run-ended": self._run_ended,
            "scenario": self._scenario,
            "fact": self._fact,
            "seen": self._seen,
            "act": self._act,
            "evidence": self._evidence,
            "fault": self._fault,
            "probe": self._probe,
            "samples": self._samples,
            "gap": self._gap,
            "change": self._change,
            "instrument": self.evidence.instrument.append,
            "finding": self.evidence.findings.append,
            "sabotage": self.evidence.sabotages.append,
            "torn": self._torn,
        }

    def take(self, record: Record) -> None:
        """Sort one record in. Kinds of later versions are passed over."""
        handler = self._take.get(record["kind"])
        if handler:
            handler(record)

    def finish(self) -> RunEvidence:
        """Put lanes in the order of sending, and give each recording what belongs to the run."""
        for recording in self.evidence.scenarios.values():
            recording.settings = self.evidence.settings
            recording.nodes = tuple(self.evidence.run.get("nodes", ()))
            recording.roles = dict(self.evidence.run.get("roles", {}))
            for lane in recording.lanes.values():
                lane.sort()
            recording.changes.sort(key=lambda change: change.seen)
            end = recording.ended or float("inf")
            recording.gaps += [gap for gap in self.stray if gap.touches(recording.started, end)]
            recording.gaps.sort(key=lambda gap: gap.since)
        return self.evidence

    def _recording(self, record: Record) -> Recording:
        name = str(record.get("scenario") or "")
        return self.evidence.scenarios.setdefault(name, Recording(name))

    def _run(self, record: Record) -> None:
        self.evidence.run = record
        self.evidence.settings = Settings.from_record(record.get("settings", {}), **record.get("unread", {}))

    def _run_ended(self, record: Record) -> None:
        self.evidence.ended = record

    def _torn(self, _: Record) -> None:
        self.evidence.torn += 1

    def _scenario(self, record: Record) -> None:
        recording = self.evidence.scenarios.setdefault(record["id"], Recording(record["id"]))
        if record["phase"] == "start":
            recording.namespace = record.get("namespace", "")
            recording.test = record.get("test", "")
            recording.started = record["at"]
            recording.asked = tuple(record["acts"]) if "acts" in record else None
        else:
            recording.ended = record["at"]
            recording.irreducible = record.get("irreducible")
            recording.broke_off = record.get("why") or ""

    def _fact(self, record: Record) -> None:
        self._recording(record).facts[record["name"]] = record["value"]

    def _seen(self, record: Record) -> None:
        self._recording(record).tables.setdefault(record["table"], {}).update(record["cells"])

    def _evidence(self, record: Record) -> None:
        missing = tuple(record.get("missing", ()))
        taken = Taken(record["at"], record["act"], record["before"], record["folder"], record["files"], missing)
        self._recording(record).evidence.append(taken)

    def _act(self, record: Record) -> None:
        act = self._recording(record).acts.setdefault(record["act"], ActSpan(record["act"]))
        if record["phase"] in ("baseline", "start", "end"):
            setattr(act, record["phase"], record["at"])

    def _fault(self, record: Record) -> None:
        faults = self._recording(record).faults
        span = next((fault for fault in faults if fault.id == record["id"]), None)
        if span is None:
            span = FaultSpan(record["id"], record.get("fault", ""), "", record.get("act", ""), ())
            faults.append(span)
        if record["phase"] == "intent":
            span.says = record.get("says", "")
            span.targets = tuple(record.get("targets", ()))
            span.settings = dict(record.get("settings", {}))
        span.phases.setdefault(record["phase"], record["at"])
        if record.get("evidence"):
            span.evidence[record["phase"]] = record["evidence"]

    def _probe(self, record: Record) -> None:
        recording = self._recording(record)
        self.owner[recording.id, record["probe"]] = recording
        recording.specs[record["probe"]] = record["spec"]

    def _samples(self, record: Record) -> None:
        if record["error"] > CLOCK_DOUBT:
            self._doubted(record)
            return
        lanes = [self._lane(record["node"], probe) for probe in record["probes"]]
        indexes = [[lane.name_index(name) for name in record["names"]] if lane is not None else [] for lane in lanes]
        offset = record["offset"]
        for lane in lanes:
            if lane is not None:
                lane.doubt = max(lane.doubt, record["error"])
        columns = zip(
            record["probe"], record["tick"], record["sent"], record["took"],
            record["outcome"], record["by"], record["port"], strict=True,
        )  # fmt: skip
        for probe, tick, sent, took, outcome, by, port in columns:
            lane = lanes[probe]
            if lane is None:
                continue
            lane.ticks.append(tick)
            lane.sent.append(sent + offset)
            lane.took.append(took)
            lane.codes.append(outcome)
            lane.bys.append(indexes[probe][by])
            lane.ports.append(port)

    def _doubted(self, record: Record) -> None:
        """Samples whose time is not known well enough to be held against a fault's: nobody looked then."""
        sent = [at + record["offset"] for at in record["sent"]]
        if sent:
            why = f"the clock of its agent was known only to {record['error']:.2f} s"
            self.stray.append(Gap("probe", record["node"], "", "", min(sent), max(sent), why))

    def _lane(self, node: str, probe: dict[str, Any]) -> Lane | None:
        recording = self.owner.get((probe["scenario"], probe["name"]))
        if recording is None:
            return None
        key = (node, probe["name"])
        if key not in recording.lanes:
            recording.lanes[key] = Lane(node, probe["name"], probe["period"])
        return recording.lanes[key]

    def _gap(self, record: Record) -> None:
        gap = Gap(
            record["source"],
            record.get("node") or "",
            record.get("probe") or "",
            record.get("resource") or "",
            record["since"],
            record.get("until"),
            record["reason"],
        )
        name = record.get("scenario")
        if name and name in self.evidence.scenarios:
            self.evidence.scenarios[name].gaps.append(gap)
        else:
            self.stray.append(gap)

    def _change(self, record: Record) -> None:
        change = Change(
            record["seen"], record["type"], record["resource"], record["object"], float(record.get("age", 0.0))
        )
        self._recording(record).changes.append(change)
